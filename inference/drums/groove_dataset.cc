#include "inference/drums/groove_dataset.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "inference/music/smf.h"

namespace ledgerline::drums {
namespace {

constexpr size_t kColumns = 11;

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::string field;
  std::istringstream in(line);
  while (std::getline(in, field, ',')) fields.push_back(field);
  return fields;
}

}  // namespace

Result<GrooveDataset> LoadGrooveDataset(const std::string& directory, std::string_view split) {
  if (split != "train" && split != "validation" && split != "test") {
    return InvalidArgument("split '" + std::string(split) + "' is not train, validation or test");
  }
  std::ifstream info(directory + "/info.csv");
  if (!info) return NotFound("cannot read " + directory + "/info.csv");
  GrooveDataset dataset;
  std::string line;
  std::getline(info, line);  // the columns' names
  for (int row = 2; std::getline(info, line); ++row) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const std::vector<std::string> fields = Fields(line);
    if (fields.size() != kColumns) {
      return InvalidArgument("info.csv row " + std::to_string(row) + " has " + std::to_string(fields.size()) +
                             " fields, not " + std::to_string(kColumns));
    }
    if (fields[10] != split) continue;
    const std::string& metre = fields[6];
    if (metre != "4-4" && metre != "3-4") {
      ++dataset.skipped["metre " + metre];
      continue;
    }
    const std::string primary = fields[3].substr(0, fields[3].find('/'));
    const int style = GrooveStyleOfDataset(primary);
    if (style < 0) {
      ++dataset.skipped["style " + primary];
      continue;
    }
    const std::string path = directory + "/" + fields[7];
    std::ifstream file(path, std::ios::binary);
    if (!file) return NotFound("cannot read " + path + ", which info.csv names");
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    Result<music::Score> score = music::ReadSmf(bytes);
    if (!score.ok()) return score.status().WithContext(path);
    Result<Performance> performance = ReadPerformance(*score, metre == "3-4" ? 3 : 4, fields[5] == "fill", style);
    if (!performance.ok()) {
      ++dataset.skipped[performance.status().message()];
      continue;
    }
    dataset.performances.push_back(std::move(performance).value());
  }
  return dataset;
}

}  // namespace ledgerline::drums
