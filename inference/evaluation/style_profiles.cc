// The text of style profiles: docs/formats/style_profiles.md.
#include <charconv>
#include <span>
#include <utility>

#include "inference/evaluation/style_health.h"

namespace ledgerline::evaluation {
namespace {

constexpr std::string_view kFirstLine = "ledgerline style profiles 1";
constexpr int64_t kMost = 1'000'000;

// The rows of a style, in order.
std::array<std::pair<std::string_view, std::span<Ppm>>, 9> RowsOf(StyleProfile* profile) {
  return {{{"intervals", profile->intervals},
           {"rhythms", profile->rhythms},
           {"chords", profile->chords},
           {"distinct", profile->distinct},
           {"chroma_distance", {&profile->chroma_distance, 1}},
           {"groove_distance", {&profile->groove_distance, 1}},
           {"interval_agreement", {&profile->interval_agreement, 1}},
           {"rhythm_agreement", {&profile->rhythm_agreement, 1}},
           {"chord_agreement", {&profile->chord_agreement, 1}}}};
}

// Takes one line off `text`. False at its end, or where no line break follows.
bool NextLine(std::string_view* text, std::string_view* line) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

bool IsStyleName(std::string_view name) {
  if (name.empty() || name.size() > 40) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

}  // namespace

std::string FormatProfiles(const StyleProfiles& profiles) {
  std::string text = std::string(kFirstLine) + "\n";
  for (const auto& [style, profile] : profiles) {
    text += "style " + style + "\n";
    StyleProfile copy = profile;
    for (const auto& [name, values] : RowsOf(&copy)) {
      text += name;
      for (const Ppm value : values) text += " " + std::to_string(value);
      text += "\n";
    }
  }
  return text;
}

Result<StyleProfiles> ParseProfiles(std::string_view text) {
  if (text.size() > kMaxProfileBytes) {
    return OutOfRange("style profiles of " + std::to_string(text.size()) + " bytes; the bound is " +
                      std::to_string(kMaxProfileBytes));
  }
  StyleProfiles profiles;
  std::string_view line;
  int number = 1;
  const auto wrong = [&number](const std::string& what) {
    return InvalidArgument("style profiles, line " + std::to_string(number) + ": " + what);
  };
  if (!NextLine(&text, &line) || line != kFirstLine) return wrong("not \"" + std::string(kFirstLine) + "\"");
  std::string last;
  while (!text.empty()) {
    ++number;
    if (!NextLine(&text, &line) || !line.starts_with("style ") || !IsStyleName(line.substr(6))) {
      return wrong("not \"style NAME\"");
    }
    const std::string style(line.substr(6));
    if (style <= last) return wrong("styles do not rise: " + style);
    if (profiles.size() == kMaxProfileStyles) {
      return OutOfRange("style profiles: more than " + std::to_string(kMaxProfileStyles) + " styles");
    }
    last = style;
    StyleProfile profile;
    for (const auto& [name, values] : RowsOf(&profile)) {
      ++number;
      if (!NextLine(&text, &line) || !line.starts_with(name)) return wrong("not \"" + std::string(name) + " ...\"");
      line.remove_prefix(name.size());
      for (Ppm& value : values) {
        if (!line.starts_with(' ')) return wrong(std::string(name) + " lacks a number");
        line.remove_prefix(1);
        const auto [next, error] = std::from_chars(line.data(), line.data() + line.size(), value);
        if (error == std::errc::invalid_argument) return wrong(std::string(name) + " has something not a number");
        const auto digits = static_cast<size_t>(next - line.data());
        if (error != std::errc() || value < 0 || value > kMost) {
          return OutOfRange("style profiles, line " + std::to_string(number) + ": " + std::string(name) + " " +
                            std::string(line.substr(0, digits).substr(0, 30)) + " is outside 0 to " +
                            std::to_string(kMost));
        }
        if (std::to_string(value) != line.substr(0, digits)) return wrong(std::string(name) + " has leading zeros");
        line.remove_prefix(digits);
      }
      if (!line.empty()) return wrong(std::string(name) + " has more than its numbers");
    }
    profiles[style] = profile;
  }
  return profiles;
}

}  // namespace ledgerline::evaluation
