// Table: rows of measures, each with its goal and its floors, as text and as Markdown.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_TABLE_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_TABLE_H_

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"
#include "tools/bench/music/contest.h"

namespace ledgerline::bench {

// What is better: more, less, or nearer to what people write in the style.
enum class Better { kMore, kLess, kNearer };

struct Row {
  std::string name;
  Better better = Better::kMore;
  std::array<double, kColumns> values;    // NAN: does not apply
  std::array<double, kColumns> distance;  // from the human values, with kNearer
  std::string goal;
  bool reached = false;
  int digits = 3;

  Row(std::string row_name, Better which) : name(std::move(row_name)), better(which) {
    values.fill(NAN);
    distance.fill(NAN);
  }
  // '+' the cover is better than that column, '-' worse, '=' the same to a thousandth, ' ' does not apply.
  char Against(Column floor) const;
};

struct Table {
  std::string title;
  std::vector<Row> rows;
};

std::string AsText(const Table& table);
std::string AsMarkdown(const Table& table);

// A plain grid: a head and lines of as many cells.
struct Grid {
  std::string title;
  std::vector<std::vector<std::string>> lines;  // the first is the head
};
std::string AsText(const Grid& grid);
std::string AsMarkdown(const Grid& grid);

std::string Number(double value, int digits);  // "-" for NAN

// Puts `tables` between the page's lines "<!-- measures: begin -->" and "<!-- measures: end -->".
// Errors: kInvalidArgument (the page lacks one of the lines).
Result<std::string> WithTables(std::string_view page, std::string_view tables);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_TABLE_H_
