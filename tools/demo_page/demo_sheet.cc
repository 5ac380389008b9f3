// demo_sheet COVERDIR OUTDIR NAME TITLE COMMAND: one cover's part of the demo page. Reads COVERDIR/cover.mid, cover.wav
// and cover.json; writes OUTDIR/NAME.svg (piano roll) and OUTDIR/NAME.ogg (sound); prints the part as Markdown, with
// OUTDIR/NAME.png, which tools/make_demo_page makes, where it is there. Exit status: 0, 2 usage, 3 input or output.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "inference/music/ogg_file.h"
#include "inference/music/smf.h"
#include "inference/music/wav_file.h"
#include "tools/demo_page/piano_roll.h"

namespace ledgerline::demo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kSeconds = 52;  // of sound a cover: under 250 kB

Result<std::string> ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return NotFound(path.string() + " cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Percent(const Json& measures, const char* name) {
  if (!measures.contains(name)) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * measures.at(name).get<double>());
  return text;
}

std::string Figure(const Json& measures, const char* name) {
  if (!measures.contains(name)) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", measures.at(name).get<double>());
  return text;
}

std::string Measures(const Json& summary) {
  const Json& measures = summary.at("measures");
  std::string table = "| bars | notes | of them melody | turned down";
  std::string values = "| " + std::to_string(summary.at("bars").get<int>()) + " | " +
                       std::to_string(summary.at("notes").get<int>()) + " | " +
                       std::to_string(summary.at("melody_notes").get<int>()) + " | " +
                       std::to_string(summary.at("rejected_candidates").get<int>());
  std::string rule = "|---|---|---|---";
  const auto add = [&](const char* title, const std::string& value) {
    if (value.empty()) return;
    table += std::string(" | ") + title;
    values += " | " + value;
    rule += "|---";
  };
  add("chord tones", Percent(measures, "chord_tone_share"));
  add("clashes with the melody", Percent(measures, "melody_clash_share"));
  add("groove", Figure(measures, "groove_similarity"));
  add("notes a bar", Figure(measures, "notes_per_bar"));
  add("sounding at once", Figure(measures, "mean_polyphony"));
  add("bass steps", Figure(measures, "bass_leap_mean"));
  add("parallels", Percent(measures, "parallel_share"));
  add("nats a note", Figure(measures, "nats_per_note"));
  add("melody", Figure(measures, "melody_accuracy"));
  return table + " |\n" + rule + "|\n" + values + " |\n";
}

Status Run(const fs::path& cover, const fs::path& out, const std::string& name, const std::string& title,
           const std::string& command) {
  ASSIGN_OR_RETURN(const std::string midi, ReadAll(cover / "cover.mid"));
  ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(midi));
  ASSIGN_OR_RETURN(const music::PcmAudio audio, music::ReadWav(cover / "cover.wav"));
  ASSIGN_OR_RETURN(const std::string receipt, ReadAll(cover / "cover.json"));
  std::string measures;
  try {
    measures = Measures(Json::parse(receipt).at("summary"));
  } catch (const Json::exception& error) {
    return InvalidArgument((cover / "cover.json").string() + " is not a cover's receipt: " + error.what());
  }
  const std::string roll = PianoRollSvg(score);
  std::ofstream picture(out / (name + ".svg"), std::ios::binary | std::ios::trunc);
  picture.write(roll.data(), static_cast<std::streamsize>(roll.size()));
  picture.close();
  if (!picture) return Unavailable("cannot write " + (out / (name + ".svg")).string());
  RETURN_IF_ERROR(music::WriteOgg(out / (name + ".ogg"), audio, kSeconds));
  std::printf("## %s\n\n    %s\n\n", title.c_str(), command.c_str());
  if (fs::exists(out / (name + ".png"))) std::printf("![The first page](%s.png)\n\n", name.c_str());
  std::printf("![Piano roll](%s.svg)\n\n[Listen](%s.ogg)\n\n%s\n", name.c_str(), name.c_str(), measures.c_str());
  return Status::Ok();
}

}  // namespace
}  // namespace ledgerline::demo

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: demo_sheet COVERDIR OUTDIR NAME TITLE COMMAND\n");
    return argc == 2 && std::string(argv[1]) == "--help" ? 0 : 2;
  }
  const ledgerline::Status status = ledgerline::demo::Run(argv[1], argv[2], argv[3], argv[4], argv[5]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "demo_sheet: %s\n", status.ToString().c_str());
  return 3;
}
