#include "inference/music/general_midi.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace ledgerline::music {
namespace {

struct Instrument {
  std::string_view name;
  int lowest = 0, highest = 127;
};

constexpr std::array<Instrument, 128> kInstruments = {{
    {"acoustic-grand-piano", 21, 108},
    {"bright-acoustic-piano", 21, 108},
    {"electric-grand-piano", 21, 108},
    {"honky-tonk-piano", 21, 108},
    {"electric-piano-1", 28, 103},
    {"electric-piano-2", 28, 103},
    {"harpsichord", 29, 89},
    {"clavinet", 36, 96},
    {"celesta", 60, 108},
    {"glockenspiel", 72, 108},
    {"music-box", 60, 84},
    {"vibraphone", 53, 89},
    {"marimba", 36, 96},
    {"xylophone", 65, 108},
    {"tubular-bells", 60, 77},
    {"dulcimer", 48, 84},
    {"drawbar-organ", 36, 96},
    {"percussive-organ", 36, 96},
    {"rock-organ", 36, 96},
    {"church-organ", 21, 108},
    {"reed-organ", 36, 96},
    {"accordion", 41, 93},
    {"harmonica", 60, 96},
    {"tango-accordion", 41, 93},
    {"acoustic-guitar-nylon", 40, 84},
    {"acoustic-guitar-steel", 40, 84},
    {"electric-guitar-jazz", 40, 86},
    {"electric-guitar-clean", 40, 86},
    {"electric-guitar-muted", 40, 86},
    {"overdriven-guitar", 40, 86},
    {"distortion-guitar", 40, 86},
    {"guitar-harmonics", 40, 86},
    {"acoustic-bass", 28, 67},
    {"electric-bass-finger", 28, 67},
    {"electric-bass-pick", 28, 67},
    {"fretless-bass", 28, 67},
    {"slap-bass-1", 28, 67},
    {"slap-bass-2", 28, 67},
    {"synth-bass-1", 24, 72},
    {"synth-bass-2", 24, 72},
    {"violin", 55, 103},
    {"viola", 48, 91},
    {"cello", 36, 79},
    {"contrabass", 28, 67},
    {"tremolo-strings", 28, 103},
    {"pizzicato-strings", 28, 103},
    {"orchestral-harp", 23, 103},
    {"timpani", 36, 57},
    {"string-ensemble-1", 28, 103},
    {"string-ensemble-2", 28, 103},
    {"synth-strings-1"},
    {"synth-strings-2"},
    {"choir-aahs", 40, 84},
    {"voice-oohs", 40, 84},
    {"synth-voice", 36, 96},
    {"orchestra-hit"},
    {"trumpet", 54, 86},
    {"trombone", 40, 77},
    {"tuba", 26, 65},
    {"muted-trumpet", 54, 86},
    {"french-horn", 35, 77},
    {"brass-section", 36, 96},
    {"synth-brass-1"},
    {"synth-brass-2"},
    {"soprano-sax", 56, 88},
    {"alto-sax", 49, 81},
    {"tenor-sax", 44, 76},
    {"baritone-sax", 36, 69},
    {"oboe", 58, 91},
    {"english-horn", 52, 81},
    {"bassoon", 34, 75},
    {"clarinet", 50, 91},
    {"piccolo", 74, 108},
    {"flute", 60, 96},
    {"recorder", 60, 96},
    {"pan-flute", 60, 96},
    {"blown-bottle", 60, 96},
    {"shakuhachi", 55, 84},
    {"whistle", 60, 96},
    {"ocarina", 60, 84},
    {"square-lead"},
    {"sawtooth-lead"},
    {"calliope-lead"},
    {"chiff-lead"},
    {"charang-lead"},
    {"voice-lead"},
    {"fifths-lead"},
    {"bass-and-lead"},
    {"new-age-pad"},
    {"warm-pad"},
    {"polysynth-pad"},
    {"choir-pad"},
    {"bowed-pad"},
    {"metallic-pad"},
    {"halo-pad"},
    {"sweep-pad"},
    {"rain"},
    {"soundtrack"},
    {"crystal"},
    {"atmosphere"},
    {"brightness"},
    {"goblins"},
    {"echoes"},
    {"sci-fi"},
    {"sitar", 48, 77},
    {"banjo", 48, 84},
    {"shamisen", 50, 79},
    {"koto", 55, 84},
    {"kalimba", 48, 79},
    {"bagpipe", 60, 77},
    {"fiddle", 55, 96},
    {"shanai", 48, 72},
    {"tinkle-bell", 72, 84},
    {"agogo"},
    {"steel-drums", 52, 76},
    {"woodblock"},
    {"taiko-drum"},
    {"melodic-tom"},
    {"synth-drum"},
    {"reverse-cymbal"},
    {"guitar-fret-noise"},
    {"breath-noise"},
    {"seashore"},
    {"bird-tweet"},
    {"telephone-ring"},
    {"helicopter"},
    {"applause"},
    {"gunshot"},
}};

constexpr std::array<std::pair<std::string_view, int>, 14> kShortNames = {{{"piano", 0},
                                                                           {"electric-piano", 4},
                                                                           {"organ", 19},
                                                                           {"guitar", 24},
                                                                           {"steel-guitar", 25},
                                                                           {"electric-guitar", 27},
                                                                           {"bass", 32},
                                                                           {"electric-bass", 33},
                                                                           {"harp", 46},
                                                                           {"strings", 48},
                                                                           {"choir", 52},
                                                                           {"voice", 53},
                                                                           {"horn", 60},
                                                                           {"sax", 65}}};

}  // namespace

std::string_view ProgramName(int program) {
  return kInstruments[static_cast<size_t>(std::clamp(program, 0, 127))].name;
}

int ProgramNumber(std::string_view name) {
  for (size_t i = 0; i < kInstruments.size(); ++i) {
    if (kInstruments[i].name == name) return static_cast<int>(i);
  }
  for (const auto& [known, program] : kShortNames) {
    if (known == name) return program;
  }
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() && number >= 0 && number <= 127 ? number : -1;
}

PitchRange RangeOfProgram(int program) {
  const Instrument& instrument = kInstruments[static_cast<size_t>(std::clamp(program, 0, 127))];
  return {instrument.lowest, instrument.highest};
}

}  // namespace ledgerline::music
