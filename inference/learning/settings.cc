#include "inference/learning/settings.h"

#include <charconv>
#include <sstream>

namespace ledgerline::learning {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

std::function<Status(const std::string&)> Into(Device* to) {
  return [to](const std::string& word) {
    if (word != "cpu" && word != "cuda") return InvalidArgument("device \"" + word + "\" is neither cpu nor cuda");
    *to = word == "cpu" ? Device::kCpu : Device::kCuda;
    return Status::Ok();
  };
}

Status ReadSettings(const std::string& text, const SettingReaders& readers) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    line = Trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::string place = "line " + std::to_string(number);
    const size_t equals = line.find('=');
    if (equals == std::string::npos) return InvalidArgument(place + " is not \"key = value\": \"" + line + "\"");
    const std::string key = Trimmed(line.substr(0, equals)), value = Trimmed(line.substr(equals + 1));
    if (const auto word = readers.words.find(key); word != readers.words.end()) {
      RETURN_IF_ERROR(word->second(value).WithContext(place));
      continue;
    }
    const auto reader = readers.numbers.find(key);
    if (reader == readers.numbers.end()) return InvalidArgument(place + ": unknown key \"" + key + "\"");
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size()) {
      return InvalidArgument(place + ": " + key + " is not a number: \"" + value + "\"");
    }
    if (!(parsed >= reader->second.lowest && parsed <= reader->second.highest)) {
      std::ostringstream bounds;
      bounds << place << ": " << key << ' ' << value << " is outside " << reader->second.lowest << " to "
             << reader->second.highest;
      return OutOfRange(bounds.str());
    }
    reader->second.set(parsed);
  }
  return Status::Ok();
}

}  // namespace ledgerline::learning
