// ledgerline analyse: what the analysis hears in a song, printed like a lead sheet and drawn as a piano roll.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "inference/music/portrait.h"
#include "inference/music/score_file.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kSongBytesMax = size_t{16} << 20;
constexpr size_t kBarsOfALine = 8;

struct AnalyseFlags {
  std::string song;
  std::string svg;
};

std::string Fixed(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string PitchName(int pitch) {
  static constexpr const char* kNames[12] = {"C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  return kNames[pitch % 12] + std::to_string(pitch / 12 - 1);
}

std::string MetreName(const music::Metre& metre) {
  return std::to_string(metre.numerator) + "/" + std::to_string(metre.denominator);
}

struct MetreSpan {
  size_t first_bar;
  music::Metre metre;
};

// The metres of bars of full length, where they change.
std::vector<MetreSpan> MetresOf(const music::Portrait& portrait) {
  std::vector<MetreSpan> spans;
  const auto& bars = portrait.analysis.bars;
  for (size_t k = portrait.BarNumber(0) == 0 ? 1 : 0; k < bars.size(); ++k) {
    const bool last = k + 1 == bars.size();
    const bool same = !spans.empty() && spans.back().metre.numerator == bars[k].metre.numerator &&
                      spans.back().metre.denominator == bars[k].metre.denominator;
    if (same || (last && !spans.empty())) continue;  // a short last bar completes the pickup
    spans.push_back({k, bars[k].metre});
  }
  return spans;
}

std::string BarRange(const music::Portrait& portrait, size_t first, size_t end) {
  const size_t from = portrait.BarNumber(first), to = portrait.BarNumber(end - 1);
  return from == to ? std::to_string(from) : std::to_string(from) + "-" + std::to_string(to);
}

std::string MetreLine(const music::Portrait& portrait) {
  std::string line;
  const std::vector<MetreSpan> spans = MetresOf(portrait);
  for (size_t k = 0; k < spans.size() && k < 6; ++k) {
    line += (k == 0 ? "" : ", from bar " + std::to_string(portrait.BarNumber(spans[k].first_bar)) + " ") +
            MetreName(spans[k].metre);
  }
  if (spans.size() > 6) line += ", and " + std::to_string(spans.size() - 6) + " more changes";
  const music::Bar& first = portrait.analysis.bars[0];
  if (portrait.BarNumber(0) == 0) {
    line += ", with a pickup of " + Fixed(static_cast<double>(first.end - first.start) / music::kGridTicks, 2) +
            " quarter notes";
  }
  const std::string found = MetreName({0, portrait.metre.numerator, portrait.metre.denominator});
  if (!portrait.metre_stated) return line + " (found from the notes: the file states none)";
  return line + (spans.size() == 1 && found == MetreName(spans[0].metre)
                     ? " (as stated; the notes agree)"
                     : " (as stated; the notes alone: " + found + ")");
}

std::string KeyLine(const music::Portrait& portrait) {
  std::string line = KeyName(portrait.home) + (portrait.key_stated ? "" : " (found: the file states no signature)");
  if (portrait.keys.size() < 2) return line;
  line += ";";
  size_t shown = 0;
  for (const music::KeySpan& span : portrait.keys) {
    if (++shown > 12) return line + " and " + std::to_string(portrait.keys.size() - 12) + " more";
    line += (shown == 1 ? " bars " : ", ") + BarRange(portrait, span.first_bar, span.end_bar) + " " + KeyName(span.key);
  }
  return line;
}

std::string LeadSheet(const music::Portrait& portrait) {
  std::string sheet;
  for (const music::Section& section : portrait.form.sections) {
    for (size_t first = section.first_bar; first < section.end_bar; first += kBarsOfALine) {
      char head[40];
      std::snprintf(head, sizeof head, "\n  %-5s%4zu |", first == section.first_bar ? section.Name().c_str() : "",
                    portrait.BarNumber(first));
      sheet += head;
      for (size_t bar = first; bar < std::min(section.end_bar, first + kBarsOfALine); ++bar) {
        std::string cell;
        for (const std::string& name : ChordsOfBar(portrait, bar)) cell += (cell.empty() ? "" : " ") + name;
        cell.resize(std::max<size_t>(cell.size(), 6), ' ');
        sheet += " " + cell + " |";
      }
    }
  }
  return sheet;
}

std::string Said(const music::Portrait& portrait) {
  const music::Analysis& analysis = portrait.analysis;
  const music::Mood& mood = portrait.mood;
  const auto& part = analysis.score.parts[static_cast<size_t>(analysis.melody.part)];
  int low = 127, high = 0;
  for (const music::Note& note : analysis.melody.notes) {
    low = std::min(low, note.pitch);
    high = std::max(high, note.pitch);
  }
  const auto seconds = static_cast<int>(std::lround(portrait.seconds));
  char length[32];
  std::snprintf(length, sizeof length, "%d:%02d", seconds / 60, seconds % 60);
  std::string text = (analysis.score.title.empty() ? "Untitled" : analysis.score.title) + "\n";
  text += "Length   " + Counted(analysis.bars.size(), "bar", "bars") + ", " +
          Counted(analysis.score.NoteCount(), "note", "notes") + " in " +
          Counted(analysis.score.parts.size(), "part", "parts") + ", " + length + "\n";
  text += "Metre    " + MetreLine(portrait) + "\n";
  text += "Key      " + KeyLine(portrait) + "\n";
  text += "Tempo    " + Fixed(analysis.tempo_bpm, 0) + " quarter notes a minute" +
          (portrait.tempo_stated ? "" : " (the file states none)") + "\n";
  text += "Mood     " + std::string(MoodName(mood.quadrant)) + ": brightness " + Fixed(mood.brightness, 2) +
          " (major " + Fixed(100 * mood.major_share, 0) + " % of the time, mean pitch " + Fixed(mood.mean_pitch, 1) +
          "), liveliness " + Fixed(mood.liveliness, 2) + " (" + Fixed(mood.onsets_per_second, 2) +
          " onsets a second)\n";
  text += "Form     " + portrait.form.ToString() + "\n";
  text += "Melody   part " + std::to_string(analysis.melody.part + 1) +
          (part.name.empty() ? "" : " \"" + part.name + "\"") + ", " +
          Counted(analysis.melody.notes.size(), "note", "notes") + ", " + PitchName(low) + " to " + PitchName(high) +
          "\n";
  text +=
      std::string("Chords   ") + (portrait.chords_given ? "as the file states them" : "as found") + LeadSheet(portrait);
  return text;
}

Json AsJson(const music::Portrait& portrait) {
  const music::Analysis& analysis = portrait.analysis;
  const music::Mood& mood = portrait.mood;
  Json metres = Json::array(), keys = Json::array(), sections = Json::array(), bars = Json::array();
  for (const MetreSpan& span : MetresOf(portrait))
    metres.push_back({{"bar", portrait.BarNumber(span.first_bar)}, {"metre", MetreName(span.metre)}});
  for (const music::KeySpan& span : portrait.keys) {
    keys.push_back({{"first_bar", portrait.BarNumber(span.first_bar)},
                    {"last_bar", portrait.BarNumber(span.end_bar - 1)},
                    {"key", KeyName(span.key)}});
  }
  for (const music::Section& section : portrait.form.sections) {
    sections.push_back({{"first_bar", portrait.BarNumber(section.first_bar)},
                        {"last_bar", portrait.BarNumber(section.end_bar - 1)},
                        {"name", section.Name()},
                        {"likeness_permille", section.likeness_permille}});
  }
  for (size_t bar = 0; bar < analysis.bars.size(); ++bar) bars.push_back(ChordsOfBar(portrait, bar));
  int low = 127, high = 0;
  for (const music::Note& note : analysis.melody.notes) {
    low = std::min(low, note.pitch);
    high = std::max(high, note.pitch);
  }
  return {{"title", analysis.score.title},
          {"bars", analysis.bars.size()},
          {"first_bar_number", portrait.BarNumber(0)},
          {"notes", analysis.score.NoteCount()},
          {"parts", analysis.score.parts.size()},
          {"seconds", portrait.seconds},
          {"metre_stated", portrait.metre_stated},
          {"metres", metres},
          {"metre_found", MetreName({0, portrait.metre.numerator, portrait.metre.denominator})},
          {"key", KeyName(portrait.home)},
          {"key_stated", portrait.key_stated},
          {"keys", keys},
          {"tempo_bpm", analysis.tempo_bpm},
          {"tempo_stated", portrait.tempo_stated},
          {"mood",
           {{"quadrant", MoodName(mood.quadrant)},
            {"brightness", mood.brightness},
            {"liveliness", mood.liveliness},
            {"major_share", mood.major_share},
            {"mean_pitch", mood.mean_pitch},
            {"onsets_per_second", mood.onsets_per_second}}},
          {"form", portrait.form.ToString()},
          {"sections", sections},
          {"melody",
           {{"part", analysis.melody.part + 1},
            {"name", analysis.score.parts[static_cast<size_t>(analysis.melody.part)].name},
            {"notes", analysis.melody.notes.size()},
            {"lowest", low},
            {"highest", high}}},
          {"chords_given", portrait.chords_given},
          {"chords", bars}};
}

Status RunAnalyse(Context& context, const AnalyseFlags& flags) {
  if (!flags.svg.empty() && Exists(flags.svg))
    return AlreadyExists("--svg '" + flags.svg + "' exists already: choose another name");
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(flags.song, kSongBytesMax));
  const auto score = music::ReadScore(bytes);
  if (!score.ok()) return score.status().WithContext(flags.song);
  const auto portrait = music::PortraitOf(*score);
  if (!portrait.ok()) return portrait.status().WithContext(flags.song);
  if (!flags.svg.empty()) RETURN_IF_ERROR(WriteNewFile(flags.svg, PortraitSvg(*portrait)));
  context.console.Say(Said(*portrait));
  context.console.PrintJson(AsJson(*portrait));
  return Status::Ok();
}

}  // namespace

void AddAnalyse(CLI::App& app, Action& action) {
  auto flags = std::make_shared<AnalyseFlags>();
  CLI::App* command =
      app.add_subcommand("analyse", "What is heard in a song: metre, keys, tempo, mood, form, melody and chords");
  command->add_option("FILE", flags->song, "A Standard MIDI File, MusicXML or compressed MusicXML (.mxl)")->required();
  command->add_option("--svg", flags->svg, "Also draw it as a piano roll, to this new file");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunAnalyse(context, *flags); }; });
}

}  // namespace ledgerline::tool
