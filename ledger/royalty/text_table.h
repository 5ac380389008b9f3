// A table of plain text: columns as wide as their widest cell, amounts aligned to the right.
#ifndef LEDGERLINE_LEDGER_ROYALTY_TEXT_TABLE_H_
#define LEDGERLINE_LEDGER_ROYALTY_TEXT_TABLE_H_

#include <algorithm>
#include <string>
#include <vector>

namespace ledgerline::royalty {

class TextTable {
 public:
  struct Column {
    std::string title;
    bool right = false;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns; plain ASCII.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string ToText(size_t indent) const {
    std::vector<size_t> widths;
    for (size_t i = 0; i < columns_.size(); ++i) {
      widths.push_back(columns_[i].title.size());
      for (const auto& row : rows_) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    const auto line = [&](auto cell) {
      std::string out(indent, ' ');
      for (size_t i = 0; i < columns_.size(); ++i) {
        const std::string& value = cell(i);
        const std::string pad(widths[i] - value.size(), ' ');
        out += (i == 0 ? "" : "  ") + (columns_[i].right ? pad + value : value + pad);
      }
      while (!out.empty() && out.back() == ' ') out.pop_back();
      text += out + "\n";
    };
    line([&](size_t i) -> const std::string& { return columns_[i].title; });
    for (const auto& row : rows_) line([&](size_t i) -> const std::string& { return row[i]; });
    return text;
  }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_TEXT_TABLE_H_
