#include "inference/music/musicxml_values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <pugixml.hpp>

#include "inference/music/smf_text.h"

namespace ledgerline::music {
namespace {

constexpr double kFullDynamics = 90;  // the velocity that dynamics="100" stands for

}  // namespace

std::string TextOf(const pugi::xml_node& node) {
  std::string text = node.text().get();
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return PrintableSmfText(text);
}

Result<double> NumberOf(const pugi::xml_node& node, std::string_view name, double low, double high,
                        const std::string& here) {
  const std::string text = node.text().get();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  while (end != nullptr && (*end == ' ' || *end == '\n' || *end == '\r' || *end == '\t')) ++end;
  if (text.empty() || end == text.c_str() || *end != '\0' || !std::isfinite(value)) {
    return InvalidArgument(here + "<" + std::string(name) + "> '" + text.substr(0, 40) + "' is not a number");
  }
  if (value < low || value > high) {
    char bounds[64];
    std::snprintf(bounds, sizeof bounds, "%g to %g", low, high);
    return OutOfRange(here + "<" + std::string(name) + "> " + text.substr(0, 40) + " is outside " + bounds);
  }
  return value;
}
Result<int> WholeOf(const pugi::xml_node& node, std::string_view name, int low, int high, const std::string& here) {
  ASSIGN_OR_RETURN(const double value, NumberOf(node, name, low, high, here));
  return static_cast<int>(std::lround(value));
}

Result<Metre> MetreOf(const pugi::xml_node& time, const std::string& here) {
  Metre sum{0, 0, 1};
  pugi::xml_node type = time.child("beat-type");
  for (pugi::xml_node beats = time.child("beats"); beats; beats = beats.next_sibling("beats")) {
    ASSIGN_OR_RETURN(const int denominator, WholeOf(type, "beat-type", 1, 64, here));
    if (!std::has_single_bit(static_cast<unsigned>(denominator))) {
      return InvalidArgument(here + "<beat-type> " + std::to_string(denominator) + " is not a power of two");
    }
    int numerator = 0;
    std::string text = beats.text().get();
    for (size_t at = 0; at <= text.size();) {
      const size_t plus = std::min(text.find('+', at), text.size());
      const std::string number = text.substr(at, plus - at);
      const int value = std::atoi(number.c_str());
      if (value < 1 || value > 255) {
        return OutOfRange(here + "<beats> '" + text.substr(0, 40) + "' is outside 1 to 255");
      }
      numerator += value;
      at = plus + 1;
    }
    const int common_denominator = std::max(sum.denominator, denominator);
    sum.numerator =
        sum.numerator * (common_denominator / sum.denominator) + numerator * (common_denominator / denominator);
    sum.denominator = common_denominator;
    if (sum.numerator > 255) return OutOfRange(here + "<beats> come to more than 255");
    type = type.next_sibling("beat-type");
  }
  return sum;
}

int VelocityOf(double dynamics) {
  if (!(dynamics > 0)) return 1;
  return static_cast<int>(std::lround(std::clamp(dynamics * kFullDynamics / 100, 1.0, 127.0)));
}

Result<int> PitchOf(const pugi::xml_node& pitch, int transpose, const std::string& here) {
  const std::string step = pitch.child("step").text().get();
  static constexpr std::string_view kSteps = "C D EF G A B";
  const size_t semitones = step.size() == 1 && step != " " ? kSteps.find(step) : std::string_view::npos;
  if (semitones == std::string_view::npos) {
    return InvalidArgument(here + "<step> '" + step.substr(0, 20) + "' is not A to G");
  }
  double alter = 0;
  if (const auto child = pitch.child("alter")) {
    ASSIGN_OR_RETURN(alter, NumberOf(child, "alter", -4, 4, here));  // quarter tones go to the nearest semitone
  }
  ASSIGN_OR_RETURN(const int octave, WholeOf(pitch.child("octave"), "octave", -1, 9, here));
  const int number = 12 * (octave + 1) + static_cast<int>(semitones) + static_cast<int>(std::lround(alter)) + transpose;
  if (number < 0 || number > 127) {
    return OutOfRange(here + "sounding pitch " + std::to_string(number) + " is outside 0 to 127");
  }
  return number;
}

double MetronomeBpm(const pugi::xml_node& metronome) {
  static const std::map<std::string_view, double> kQuarters = {
      {"breve", 8}, {"whole", 4}, {"half", 2}, {"quarter", 1}, {"eighth", .5}, {"16th", .25}, {"32nd", .125}};
  const auto unit = kQuarters.find(metronome.child("beat-unit").text().get());
  const double per_minute = metronome.child("per-minute").text().as_double();
  if (unit == kQuarters.end() || !(per_minute > 0) || !(per_minute < 10'000)) return 0;
  const double dotted = metronome.child("beat-unit-dot") ? 1.5 : 1;
  const double bpm = unit->second * dotted * per_minute;
  return bpm > 4 && bpm < 5000 ? bpm : 0;
}

void ReadBarline(const pugi::xml_node& barline, MeasureSigns* signs) {
  if (const auto repeat = barline.child("repeat")) {
    const std::string_view direction = repeat.attribute("direction").value();
    if (direction == "forward") signs->forward = true;
    if (direction == "backward")
      signs->backward_times = std::clamp(repeat.attribute("times").as_int(2), 2, kMaxRepeats);
  }
  if (const auto ending = barline.child("ending")) {
    const std::string_view type = ending.attribute("type").value();
    if (type == "start") {
      // "1", "1,2", "1, 2"; what is no number counts for the first pass.
      uint32_t passes = 0;
      const std::string numbers = ending.attribute("number").value();
      for (size_t i = 0; i < numbers.size();) {
        const int value = std::atoi(numbers.c_str() + i);
        if (value >= 1 && value <= kMaxRepeats) passes |= 1u << (value - 1);
        i = std::min(numbers.find(',', i), numbers.size() - 1) + 1;
      }
      signs->endings = passes == 0 ? 1 : passes;
    } else {
      signs->ending_stops = true;
    }
  }
}

}  // namespace ledgerline::music
