#include "tools/bench/music/table.h"

#include <algorithm>
#include <cstdio>

namespace ledgerline::bench {
namespace {

constexpr std::array<const char*, kColumns> kHeads = {"cover", "people", "melody", "blocks", "n-gram", "another"};
constexpr std::string_view kBegin = "<!-- measures: begin -->\n", kEnd = "<!-- measures: end -->";

std::vector<std::vector<std::string>> Lines(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  lines[0].push_back("measure");
  for (const char* head : kHeads) lines[0].push_back(head);
  for (const char* head : {"goal", "reached", "beats m b n a"}) lines[0].push_back(head);
  for (const Row& row : table.rows) {
    std::vector<std::string> line = {row.name};
    for (size_t c = 0; c < kColumns; ++c) {
      std::string cell = Number(row.values[c], row.digits);
      if (row.better == Better::kNearer && c != kHuman && !std::isnan(row.distance[c])) {
        cell += " (" + Number(row.distance[c], row.digits) + ")";
      }
      line.push_back(cell);
    }
    line.push_back(row.goal);
    line.push_back(row.goal.empty() ? "" : row.reached ? "yes" : "NO");
    std::string beats;
    for (const Column floor : {kMelody, kBlocks, kNgram, kRandom}) {
      beats += beats.empty() ? "" : " ";
      beats += row.Against(floor);
    }
    line.push_back(beats.find_first_not_of(' ') == std::string::npos ? "" : beats);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Grids(const std::string& title, const std::vector<std::vector<std::string>>& lines, bool markdown) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text = markdown ? "\n**" + title + "**\n\n" : "\n" + title + "\n";
  for (size_t l = 0; l < lines.size(); ++l) {
    for (size_t i = 0; i < lines[l].size(); ++i) {
      const std::string& cell = lines[l][i];
      if (markdown) {
        text += "| " + cell + " ";
      } else {
        text += (i == 0 ? cell + std::string(widths[i] - cell.size(), ' ')
                        : std::string(widths[i] - cell.size(), ' ') + cell) +
                "  ";
      }
    }
    while (!markdown && !text.empty() && text.back() == ' ') text.pop_back();
    text += markdown ? "|\n" : "\n";
    if (markdown && l == 0) {
      for (size_t i = 0; i < lines[l].size(); ++i) text += "|---";
      text += "|\n";
    }
  }
  return text;
}

}  // namespace

std::string Number(double value, int digits) {
  if (std::isnan(value)) return "-";
  char text[40];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  std::string number = text;
  if (number.starts_with("0.")) number.erase(0, 1);
  if (number.starts_with("-0.")) number.erase(1, 1);
  return number;
}

char Row::Against(Column floor) const {
  const std::array<double, kColumns>& compared = better == Better::kNearer ? distance : values;
  const double cover = compared[kCover], other = compared[floor];
  if (std::isnan(cover) || std::isnan(other)) return ' ';
  const double gain = better == Better::kMore ? cover - other : other - cover;
  return std::abs(gain) < 0.0005 ? '=' : gain > 0 ? '+' : '-';
}

std::string AsText(const Table& table) { return Grids(table.title, Lines(table), false); }
std::string AsMarkdown(const Table& table) { return Grids(table.title, Lines(table), true); }
std::string AsText(const Grid& grid) { return Grids(grid.title, grid.lines, false); }
std::string AsMarkdown(const Grid& grid) { return Grids(grid.title, grid.lines, true); }

Result<std::string> WithTables(std::string_view page, std::string_view tables) {
  const size_t begin = page.find(kBegin), end = page.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return InvalidArgument("the page lacks the lines " + std::string(kBegin.substr(0, kBegin.size() - 1)) + " and " +
                           std::string(kEnd));
  }
  return std::string(page.substr(0, begin + kBegin.size())) + std::string(tables) + std::string(page.substr(end));
}

}  // namespace ledgerline::bench
