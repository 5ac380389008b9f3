// Report: what was measured, as a text table on standard output and as JSON.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_REPORT_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::bench {

// What a figure is meant to reach.
struct Reach {
  enum class Kind { kAtLeast, kBelow };
  Kind kind = Kind::kAtLeast;
  double bound = 0;
  bool ReachedBy(double value) const { return kind == Kind::kAtLeast ? value >= bound : value < bound; }
};
inline Reach AtLeast(double bound) { return {Reach::Kind::kAtLeast, bound}; }
inline Reach Below(double bound) { return {Reach::Kind::kBelow, bound}; }

// One thing measured, once in each repeat.
struct Figure {
  std::string name;             // "journal", "of raw RocksDB"
  std::string unit;             // "events/s"; empty for a ratio
  std::vector<double> samples;  // one for each repeat; not empty
  std::optional<Reach> reach;   // judged by the median
};

double Median(std::vector<double> values);
// The value that `part` of the values, 0 to 1, are at most.
double Quantile(std::vector<double> values, double part);

class Report {
 public:
  // Prints the line at once and keeps it. `row` is a name that --only takes; `notes` say what was counted.
  void Add(const std::string& row, const std::string& what, std::vector<Figure> figures,
           std::vector<std::string> notes = {});
  // A sentence that belongs to no line, such as why a peer is missing.
  void Say(const std::string& sentence);
  // {"said": [...], "lines": [{"row", "what", "notes", "figures": [{"name", "unit", "median", "least", "most",
  // "samples", "reach", "reached"}]}]}. Errors: kUnavailable.
  Status WriteJson(const std::string& path) const;

 private:
  struct Line {
    std::string row;
    std::string what;
    std::vector<Figure> figures;
    std::vector<std::string> notes;
  };
  std::vector<Line> lines_;
  std::vector<std::string> said_;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_REPORT_H_
