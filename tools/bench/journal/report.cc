#include "tools/bench/journal/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ledgerline::bench {
namespace {

// Four digits of it, or all before the point: "0.83", "12.4", "161,765".
std::string Text(double value) {
  const double size = std::fabs(value);
  char digits[64];
  std::snprintf(digits, sizeof(digits), "%.*f", size < 10 ? 3 : size < 100 ? 1 : 0, value);
  std::string text = digits;
  if (size < 1000) return text;
  for (size_t at = text.size(); at > 3 && text[at - 4] != '-';) text.insert(at -= 3, ",");
  return text;
}

std::string ReachText(const Reach& reach, double value) {
  return std::string(reach.kind == Reach::Kind::kAtLeast ? "at least " : "below ") + Text(reach.bound) + ": " +
         (reach.ReachedBy(value) ? "reached" : "NOT reached");
}

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

void Report::Add(const std::string& row, const std::string& what, std::vector<Figure> figures,
                 std::vector<std::string> notes) {
  std::printf("%s: %s\n", row.c_str(), what.c_str());
  for (const Figure& figure : figures) {
    const auto [least, most] = std::minmax_element(figure.samples.begin(), figure.samples.end());
    const double median = Median(figure.samples);
    const std::string spread = figure.samples.size() == 1 ? "" : "(" + Text(*least) + " to " + Text(*most) + ")";
    std::printf("  %-34s %12s %-12s %-26s %s\n", figure.name.c_str(), Text(median).c_str(), figure.unit.c_str(),
                spread.c_str(), figure.reach ? ReachText(*figure.reach, median).c_str() : "");
  }
  for (const std::string& note : notes) std::printf("  %s\n", note.c_str());
  std::printf("\n");
  std::fflush(stdout);
  lines_.push_back({row, what, std::move(figures), std::move(notes)});
}

void Report::Say(const std::string& sentence) {
  std::printf("%s\n\n", sentence.c_str());
  std::fflush(stdout);
  said_.push_back(sentence);
}

Status Report::WriteJson(const std::string& path) const {
  nlohmann::json lines = nlohmann::json::array();
  for (const Line& line : lines_) {
    nlohmann::json figures = nlohmann::json::array();
    for (const Figure& figure : line.figures) {
      const auto [least, most] = std::minmax_element(figure.samples.begin(), figure.samples.end());
      nlohmann::json one = {{"name", figure.name}, {"unit", figure.unit}, {"median", Median(figure.samples)},
                            {"least", *least},     {"most", *most},       {"samples", figure.samples}};
      if (figure.reach) {
        one["reach"] = {{figure.reach->kind == Reach::Kind::kAtLeast ? "at_least" : "below", figure.reach->bound}};
        one["reached"] = figure.reach->ReachedBy(Median(figure.samples));
      }
      figures.push_back(std::move(one));
    }
    lines.push_back({{"row", line.row}, {"what", line.what}, {"notes", line.notes}, {"figures", std::move(figures)}});
  }
  std::ofstream file(path);
  file << nlohmann::json({{"said", said_}, {"lines", std::move(lines)}}).dump(2) << '\n';
  if (!file.flush()) return Unavailable("--json: cannot write " + path);
  return Status::Ok();
}

}  // namespace ledgerline::bench
