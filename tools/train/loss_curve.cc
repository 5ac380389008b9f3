#include "tools/train/loss_curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <vector>

namespace ledgerline::learning {
namespace {

constexpr double kWidth = 640, kHeight = 360, kLeft = 48, kBottom = 36, kTop = 16, kRight = 12;

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  return fields;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

}  // namespace

Result<std::string> LossCurveSvg(const std::string& tsv, double baseline) {
  std::istringstream lines(tsv);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = Fields(line);
  auto column = [&](const char* name) {
    return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  const size_t step = column("step"), train = column("train"), valid = column("valid");
  if (std::max({step, train, valid}) >= names.size()) return InvalidArgument("the log lacks step, train or valid");
  std::vector<double> steps, curves[2];
  while (std::getline(lines, line)) {
    const std::vector<std::string> fields = Fields(line);
    if (fields.size() != names.size())
      return InvalidArgument("a row of the log has other columns: " + line.substr(0, 80));
    steps.push_back(std::atof(fields[step].c_str()));
    curves[0].push_back(std::atof(fields[train].c_str()));
    curves[1].push_back(std::atof(fields[valid].c_str()));
  }
  if (steps.size() < 2) return InvalidArgument("the log has fewer than two rows");
  double low = baseline > 0 ? baseline : curves[0][0], high = low;
  for (const std::vector<double>& curve : curves) {
    for (const double value : curve) low = std::min(low, value), high = std::max(high, value);
  }
  low = std::floor(low * 2) / 2;
  high = std::ceil(high * 2) / 2;
  auto x = [&](double value) { return kLeft + (kWidth - kLeft - kRight) * value / steps.back(); };
  auto y = [&](double value) { return kTop + (kHeight - kTop - kBottom) * (high - value) / (high - low); };
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 360\" font-family=\"sans-serif\" "
      "font-size=\"11\">\n<rect width=\"640\" height=\"360\" fill=\"#fff\"/>\n";
  for (double mark = low; mark <= high + 1e-9; mark += 0.5) {
    svg += "<path d=\"M" + Number(kLeft) + " " + Number(y(mark)) + "H" + Number(kWidth - kRight) +
           "\" stroke=\"#ddd\"/><text x=\"42\" y=\"" + Number(y(mark) + 4) + "\" text-anchor=\"end\">" + Number(mark) +
           "</text>\n";
  }
  const char* colours[2] = {"#9bb", "#036"};
  const char* labels[2] = {"train", "valid"};
  for (int c = 0; c < 2; ++c) {
    svg += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + std::string(colours[c]) + "\" points=\"";
    for (size_t i = 0; i < steps.size(); ++i) svg += Number(x(steps[i])) + "," + Number(y(curves[c][i])) + " ";
    svg += "\"/><text x=\"" + Number(kWidth - 60) + "\" y=\"" + Number(y(curves[c].back()) - 6) + "\" fill=\"" +
           colours[c] + "\">" + labels[c] + "</text>\n";
  }
  if (baseline > 0) {
    svg += "<path d=\"M" + Number(kLeft) + " " + Number(y(baseline)) + "H" + Number(kWidth - kRight) +
           "\" stroke=\"#a40\" stroke-dasharray=\"4 3\"/><text x=\"" + Number(kWidth - 60) + "\" y=\"" +
           Number(y(baseline) - 4) + "\" fill=\"#a40\">n-gram</text>\n";
  }
  svg += "<text x=\"" + Number(kLeft) + "\" y=\"352\">nats a note over steps, 0 to " +
         std::to_string(static_cast<int>(steps.back())) + "</text>\n</svg>\n";
  return svg;
}

}  // namespace ledgerline::learning
