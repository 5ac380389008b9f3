// Report: one line a figure, with its peer or limit, the ratio and the goal.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_REPORT_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_REPORT_H_

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace ledgerline::bench {

// Median and spread of repeated measurements.
struct Samples {
  std::vector<double> values;
  void Add(double value) { values.push_back(value); }
  double median() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
  }
  std::string text(const char* unit) const {
    if (values.empty()) return "-";
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    char line[96];
    std::snprintf(line, sizeof(line), "%.4g %s (%.4g to %.4g)", median(), unit, *low, *high);
    return line;
  }
};

// "S batch 1, int8 | 16,000 tokens/s (...) | onnxruntime-node 8 bit 2,000 | 7.9 | >= 5 | reached". `goal` below 0:
// none.
inline void PrintRow(const std::string& what, const std::string& figure, const std::string& beside, double ratio,
                     double goal) {
  std::printf("%-42s | %-42s | %-52s | %6.2f", what.c_str(), figure.c_str(), beside.c_str(), ratio);
  if (goal > 0) std::printf(" | >= %-4g | %s", goal, ratio >= goal ? "reached" : "not reached");
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_REPORT_H_
