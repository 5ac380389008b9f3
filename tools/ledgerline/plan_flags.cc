#include "tools/ledgerline/plan_flags.h"

#include <utility>
#include <vector>

#include "inference/covers/remix_plan.h"
#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {
namespace {

// A flag's field, read by itself first, so that the error can name the flag.
Status CheckField(const std::string& flag, const std::string& line) {
  const auto plan = covers::ParseRemixPlan("ledgerline-remix 1\n" + line);
  if (plan.ok()) return Status::Ok();
  // "remix plan: line 2: FIELD: what is wrong"
  std::string message = plan.status().message();
  const std::string field = line.substr(0, line.find(' ')) + ": ";
  if (const size_t at = message.find(field); at != std::string::npos) message = message.substr(at + field.size());
  return Status(plan.status().code(), flag + ": " + message);
}

}  // namespace

void AddCoverPlanFlags(CLI::App& command, PlanFlags& flags) {
  command.add_option("--key", flags.key, "The key, such as D, Bb or F#m; the mode changes with it");
  command.add_option("--tempo", flags.tempo,
                     "Quarters a minute, 20 to 300; two numbers in quotes go from one to the other");
  command.add_option("--bars", flags.bars, "The length in bars: cut, or begun again");
  command.add_option("--density", flags.density, "How busy the accompaniment is, 1 to 7");
  command.add_option("--mood", flags.mood, "bright, dark, calm or lively: mode, tempo and density");
  command.add_option("--instruments", flags.instruments,
                     "Such as lead=flute,left-hand=cello: General MIDI names or numbers");
  command.add_flag("--harmonise", flags.harmonise, "Use the song's melody alone, with new chords under it");
  command.add_flag("--free", flags.free, "Vary the melody, by no more than a tenth (its strong beats stay)");
  command.add_option("--freedom", flags.freedom, "How much of that tenth, in per cent; 100 is --free")
      ->check(CLI::Range(0, 100));
}

void AddRemixPlanFlags(CLI::App& command, PlanFlags& flags) {
  AddCoverPlanFlags(command, flags);
  command.add_option("--section", flags.section,
                     "The form, such as \"A A B A'\", \"2:A 9-16\" or \"A(drums=rock:70,tempo=96) B(drums=none)\"");
  command.add_option("--drums", flags.drums, "A groove such as rock, jazz:30 (how hard, 0 to 100), or none");
  command.add_option("--metre", flags.metre, "3/4 or 4/4: the song is told in it");
  command.add_option("--infill", flags.infill, "Bars such as 9-12: they are composed, the song's others stay");
  command.add_option("--continue", flags.continued, "Bars to go on after the song's own, which stay; 1 to 64");
  command.add_option("--mash-up-as", flags.mash_up_as,
                     "alternate (sections of both in turn) or overlay (the first's melody over the second's chords)");
  command.add_option("--plan", flags.file, "A file with a plan (docs/formats/remix_plan.md); flags replace its fields");
}

Result<std::string> PlanText(const PlanFlags& flags, bool always) {
  covers::RemixPlan plan;
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(flags.file, covers::kMaxPlanBytes));
    const auto read = covers::ParseRemixPlan(text);
    if (!read.ok()) return read.status().WithContext("--plan " + flags.file);
    plan = *read;
  }
  // Flags as lines; the file's other fields stay.
  const int freedom = flags.free ? 100 : flags.freedom;
  const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> given = {
      {"--section", {"form", flags.section}},
      {"--tempo", {"tempo", flags.tempo}},
      {"--metre", {"metre", flags.metre}},
      {"--key", {"key", flags.key}},
      {"--drums", {"drums", flags.drums}},
      {"--density", {"density", flags.density}},
      {"--mood", {"mood", flags.mood}},
      {"--instruments", {"instruments", flags.instruments}},
      {"--bars", {"bars", flags.bars}},
      {"--infill", {"infill", flags.infill}},
      {"--continue", {"continue", flags.continued}},
      {"--mash-up-as", {"mash-up", flags.mash_up_as}},
      {"--harmonise", {"harmonise", flags.harmonise ? "yes" : ""}},
      {"--free", {"freedom", freedom == 0 ? "" : std::to_string(freedom)}}};
  std::string text = covers::FormatRemixPlan(plan);
  bool any = !flags.file.empty();
  for (const auto& [flag, field] : given) {
    const auto& [name, value] = field;
    if (value.empty()) continue;
    any = true;
    const std::string line = name + " " + value;
    if (value.find_first_of("\r\n") != std::string::npos) return InvalidArgument(flag + ": it is more than one line");
    RETURN_IF_ERROR(CheckField(flag, line));
    if (const size_t at = text.find("\n" + name + " "); at != std::string::npos) {
      text.erase(at + 1, text.find('\n', at + 1) - at);
    }
    text += line + "\n";
  }
  if (!any && !always) return std::string();
  ASSIGN_OR_RETURN(const covers::RemixPlan whole, covers::ParseRemixPlan(text));
  return covers::FormatRemixPlan(whole);
}

}  // namespace ledgerline::tool
