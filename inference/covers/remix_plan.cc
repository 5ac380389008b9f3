#include "inference/covers/remix_plan.h"

#include <array>
#include <charconv>
#include <set>

#include "inference/covers/plan.h"
#include "inference/drums/kit.h"
#include "inference/music/general_midi.h"

namespace ledgerline::covers {
namespace {

constexpr std::string_view kHead = "ledgerline-remix 1";
constexpr std::array<std::string_view, 5> kMoods = {"as-is", "bright", "dark", "calm", "lively"};
constexpr std::array<std::string_view, 3> kMashUps = {"none", "alternate", "overlay"};
constexpr std::array<std::string_view, 12> kTonics = {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 60)) + "\""; }

Result<int> Number(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return InvalidArgument(Quoted(text) + " is not a whole number");
  }
  if (error != std::errc() || value < low || value > high) {
    return OutOfRange(Quoted(text) + " is outside " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t found = text.find(at);
    parts.push_back(text.substr(0, found));
    if (found == std::string_view::npos) return parts;
    text.remove_prefix(found + 1);
  }
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view part : Split(text, ' ')) {
    if (!part.empty()) words.push_back(part);
  }
  return words;
}

// "9-16", or one bar "9".
Status ParseBars(std::string_view text, int* first, int* last) {
  const size_t dash = text.find('-');
  ASSIGN_OR_RETURN(*first, Number(text.substr(0, dash), 1, kMaxCoverBars));
  *last = *first;
  if (dash != std::string_view::npos) {
    ASSIGN_OR_RETURN(*last, Number(text.substr(dash + 1), 1, kMaxCoverBars));
  }
  if (*last < *first) return InvalidArgument("bars " + Quoted(text) + " go backwards");
  return Status::Ok();
}

Status ParseItemChoice(std::string_view text, FormItem* item) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return InvalidArgument(Quoted(text) + " is not key=value");
  const std::string_view key = text.substr(0, equals), value = text.substr(equals + 1);
  if (key == "drums" && !item->drums) {
    ASSIGN_OR_RETURN(item->drums, ParseDrumWish(value));
  } else if (key == "tempo" && !item->tempo_bpm) {
    ASSIGN_OR_RETURN(item->tempo_bpm, Number(value, 20, 300));
  } else if (key == "density" && !item->density) {
    ASSIGN_OR_RETURN(item->density, Number(value, 1, 7));
  } else {
    return InvalidArgument(Quoted(key) + " is unknown or given twice; a section has drums, tempo, density");
  }
  return Status::Ok();
}

// A letter, perhaps a digit, primes or a number in brackets: what music::Section::Name writes.
bool IsSectionName(std::string_view text) {
  if (text.empty() || text[0] < 'A' || text[0] > 'Z' || text.size() > 12) return false;
  return text.substr(1).find_first_not_of("0123456789'") == std::string_view::npos;
}

Result<FormItem> ParseItem(std::string_view text) {
  FormItem item;
  if (text.size() > 2 && text[1] == ':') {
    ASSIGN_OR_RETURN(item.source, Number(text.substr(0, 1), 1, kMaxSources));
    text.remove_prefix(2);
  }
  if (const size_t open = text.find('('); open != std::string_view::npos) {
    if (text.back() != ')') return InvalidArgument(Quoted(text) + " has no closing bracket");
    for (const std::string_view choice : Split(text.substr(open + 1, text.size() - open - 2), ',')) {
      RETURN_IF_ERROR(ParseItemChoice(choice, &item));
    }
    text = text.substr(0, open);
  }
  if (IsSectionName(text)) {
    item.section = std::string(text);
    return item;
  }
  if (text.empty() || text[0] < '0' || text[0] > '9') {
    return InvalidArgument(Quoted(text) + " is neither a section such as A or B' nor bars such as 9-16");
  }
  RETURN_IF_ERROR(ParseBars(text, &item.first_bar, &item.last_bar));
  return item;
}

std::string FormatDrums(const DrumWish& drums) {
  if (drums.style < 0) return "none";
  return std::string(drums::GrooveStyleName(drums.style)) + ":" + std::to_string(drums.level);
}

std::string FormatItem(const FormItem& item) {
  std::string text = item.source == 1 ? "" : std::to_string(item.source) + ":";
  text += item.section.empty() ? std::to_string(item.first_bar) + "-" + std::to_string(item.last_bar) : item.section;
  std::string choices;
  auto add = [&](const std::string& choice) { choices += (choices.empty() ? "" : ",") + choice; };
  if (item.drums) add("drums=" + FormatDrums(*item.drums));
  if (item.tempo_bpm) add("tempo=" + std::to_string(*item.tempo_bpm));
  if (item.density) add("density=" + std::to_string(*item.density));
  return choices.empty() ? text : text + "(" + choices + ")";
}

template <size_t N>
Result<int> OneOf(std::string_view text, const std::array<std::string_view, N>& names) {
  std::string list;
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<int>(i);
    list += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  return InvalidArgument(Quoted(text) + " is not one of " + list);
}

Status ParseField(std::string_view field, std::string_view value, RemixPlan* plan) {
  if (field == "form") {
    ASSIGN_OR_RETURN(plan->form, ParseForm(value));
  } else if (field == "tempo") {
    const std::vector<std::string_view> words = Words(value);
    if (words.empty() || words.size() > 2) return InvalidArgument(Quoted(value) + " is not one tempo or two");
    ASSIGN_OR_RETURN(plan->tempo_bpm, Number(words[0], 20, 300));
    if (words.size() == 2) {
      ASSIGN_OR_RETURN(plan->tempo_end_bpm, Number(words[1], 20, 300));
    }
  } else if (field == "metre") {
    if (value != "3/4" && value != "4/4") return InvalidArgument(Quoted(value) + " is not 3/4 or 4/4");
    plan->metre = value == "3/4" ? 3 : 4;
  } else if (field == "key") {
    ASSIGN_OR_RETURN(plan->key, ParseKeyWish(value));
  } else if (field == "drums") {
    ASSIGN_OR_RETURN(plan->drums, ParseDrumWish(value));
  } else if (field == "density") {
    ASSIGN_OR_RETURN(plan->density, Number(value, 1, 7));
  } else if (field == "mood") {
    ASSIGN_OR_RETURN(plan->mood, ParseMood(value));
  } else if (field == "instruments") {
    ASSIGN_OR_RETURN(plan->instruments, ParseInstruments(value));
  } else if (field == "bars") {
    ASSIGN_OR_RETURN(plan->bars, Number(value, 1, kMaxCoverBars));
  } else if (field == "infill") {
    RETURN_IF_ERROR(ParseBars(value, &plan->infill_first, &plan->infill_last));
  } else if (field == "continue") {
    ASSIGN_OR_RETURN(plan->continue_bars, Number(value, 1, 64));
  } else if (field == "mash-up") {
    ASSIGN_OR_RETURN(const int kind, OneOf(value, kMashUps));
    plan->mash_up = static_cast<MashUp>(kind);
  } else if (field == "harmonise") {
    if (value != "yes") return InvalidArgument(Quoted(value) + " is not yes");
    plan->harmonise = true;
  } else if (field == "freedom") {
    ASSIGN_OR_RETURN(plan->freedom, Number(value, 1, 100));
  } else {
    return InvalidArgument("unknown field");
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<FormItem>> ParseForm(std::string_view text) {
  std::vector<FormItem> form;
  for (const std::string_view word : Words(text)) {
    if (form.size() == kMaxPlanSections) {
      return OutOfRange("more than " + std::to_string(kMaxPlanSections) + " sections");
    }
    ASSIGN_OR_RETURN(FormItem item, ParseItem(word));
    form.push_back(std::move(item));
  }
  if (form.empty()) return InvalidArgument("no sections");
  return form;
}

Result<KeyWish> ParseKeyWish(std::string_view text) {
  static constexpr std::array<int, 7> kSteps = {9, 11, 0, 2, 4, 5, 7};  // A to G
  if (text.empty() || text[0] < 'A' || text[0] > 'G') {
    return InvalidArgument(Quoted(text) + " is not a key such as D, Bb or F#m");
  }
  KeyWish key;
  key.tonic = kSteps[static_cast<size_t>(text[0] - 'A')];
  std::string_view rest = text.substr(1);
  if (rest.starts_with('#') || rest.starts_with('b')) {
    key.tonic = (key.tonic + (rest[0] == '#' ? 1 : 11)) % 12;
    rest.remove_prefix(1);
  }
  key.minor = rest == "m";
  if (!rest.empty() && !key.minor) return InvalidArgument(Quoted(text) + " is not a key such as D, Bb or F#m");
  return key;
}

Result<DrumWish> ParseDrumWish(std::string_view text) {
  DrumWish drums;
  if (text == "none") return drums;
  const size_t colon = text.find(':');
  drums.style = drums::GrooveStyleNumber(text.substr(0, colon));
  if (drums.style < 0) {
    return InvalidArgument(Quoted(text.substr(0, colon)) + " is not none or one of " + drums::GrooveStyleList());
  }
  if (colon != std::string_view::npos) {
    ASSIGN_OR_RETURN(drums.level, Number(text.substr(colon + 1), 0, 100));
  }
  return drums;
}

Result<std::map<std::string, int>> ParseInstruments(std::string_view text) {
  static const std::set<std::string, std::less<>> kParts = {"lead",  "bass",      "tenor",     "alto",      "cello",
                                                            "viola", "violin-ii", "left-hand", "right-hand"};
  std::map<std::string, int> instruments;
  for (const std::string_view choice : Split(text, ',')) {
    const size_t equals = choice.find('=');
    const std::string_view part = choice.substr(0, equals);
    if (equals == std::string_view::npos || !kParts.contains(part)) {
      std::string list;
      for (const std::string& name : kParts) list += (list.empty() ? "" : ", ") + name;
      return InvalidArgument(Quoted(choice) + " is not part=instrument, where a part is one of " + list);
    }
    const int program = music::ProgramNumber(choice.substr(equals + 1));
    if (program < 0) {
      return InvalidArgument(
          Quoted(choice.substr(equals + 1)) +
          " is not a General MIDI instrument, such as flute, string-ensemble-1 or a number from 0 to "
          "127");
    }
    if (!instruments.insert({std::string(part), program}).second) {
      return InvalidArgument(Quoted(part) + " is given twice");
    }
  }
  return instruments;
}

Result<Mood> ParseMood(std::string_view text) {
  ASSIGN_OR_RETURN(const int mood, OneOf(text, kMoods));
  return static_cast<Mood>(mood);
}

Result<RemixPlan> ParseRemixPlan(std::string_view text) {
  if (text.size() > kMaxPlanBytes) {
    return OutOfRange("remix plan: " + std::to_string(text.size()) + " bytes, above " + std::to_string(kMaxPlanBytes));
  }
  RemixPlan plan;
  std::set<std::string, std::less<>> seen;
  int number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    const std::string where = "remix plan: line " + std::to_string(number);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (number == 1) {
      if (line != kHead) return InvalidArgument(where + " is not \"" + std::string(kHead) + "\"");
      continue;
    }
    if (line.empty() || line[0] == '#') continue;
    const size_t space = line.find(' ');
    const std::string_view field = line.substr(0, space);
    const std::string_view value = space == std::string_view::npos ? "" : line.substr(space + 1);
    if (!seen.insert(std::string(field)).second) return InvalidArgument(where + ": " + Quoted(field) + " again");
    const Status status = ParseField(field, value, &plan);
    if (!status.ok()) return status.WithContext(where + ": " + std::string(field.substr(0, 60)));
  }
  return plan;
}

std::string FormatRemixPlan(const RemixPlan& plan) {
  std::string text = std::string(kHead) + "\n";
  auto line = [&](const char* field, const std::string& value) { text += std::string(field) + " " + value + "\n"; };
  if (!plan.form.empty()) {
    std::string form;
    for (const FormItem& item : plan.form) form += (form.empty() ? "" : " ") + FormatItem(item);
    line("form", form);
  }
  if (plan.tempo_bpm) {
    line("tempo",
         std::to_string(*plan.tempo_bpm) + (plan.tempo_end_bpm ? " " + std::to_string(*plan.tempo_end_bpm) : ""));
  }
  if (plan.metre != 0) line("metre", std::to_string(plan.metre) + "/4");
  if (plan.key) line("key", std::string(kTonics[static_cast<size_t>(plan.key->tonic)]) + (plan.key->minor ? "m" : ""));
  if (plan.drums) line("drums", FormatDrums(*plan.drums));
  if (plan.density) line("density", std::to_string(*plan.density));
  if (plan.mood != Mood::kAsIs) line("mood", std::string(kMoods[static_cast<size_t>(plan.mood)]));
  if (!plan.instruments.empty()) {
    std::string list;
    for (const auto& [part, program] : plan.instruments) {
      list += (list.empty() ? "" : ",") + part + "=" + std::string(music::ProgramName(program));
    }
    line("instruments", list);
  }
  if (plan.bars != 0) line("bars", std::to_string(plan.bars));
  if (plan.infill_first != 0) {
    line("infill", std::to_string(plan.infill_first) + "-" + std::to_string(plan.infill_last));
  }
  if (plan.continue_bars != 0) line("continue", std::to_string(plan.continue_bars));
  if (plan.mash_up != MashUp::kNone) line("mash-up", std::string(kMashUps[static_cast<size_t>(plan.mash_up)]));
  if (plan.harmonise) line("harmonise", "yes");
  if (plan.freedom != 0) line("freedom", std::to_string(plan.freedom));
  return text;
}

}  // namespace ledgerline::covers
