// What a chord is made of and how it is written.
#include <algorithm>
#include <array>
#include <string_view>

#include "inference/music/chords.h"

namespace ledgerline::music {
namespace {

constexpr std::string_view kEndings[kChordQualities] = {"",     "m",  "dim",  "aug",  "7",
                                                        "maj7", "m7", "m7b5", "dim7", "sus4"};

}  // namespace

uint16_t ChordMask(int root, ChordQuality quality) {
  // Bit k: k semitones above the root.
  static constexpr std::array<uint16_t, kChordQualities> kShapes = {
      0b000010010001,  // major: 0 4 7
      0b000010001001,  // minor: 0 3 7
      0b000001001001,  // diminished: 0 3 6
      0b000100010001,  // augmented: 0 4 8
      0b010010010001,  // dominant seventh: 0 4 7 10
      0b100010010001,  // major seventh: 0 4 7 11
      0b010010001001,  // minor seventh: 0 3 7 10
      0b010001001001,  // half-diminished: 0 3 6 10
      0b001001001001,  // diminished seventh: 0 3 6 9
      0b000010100001,  // suspended fourth: 0 5 7
  };
  const unsigned shape = kShapes[static_cast<size_t>(quality)];
  return static_cast<uint16_t>(((shape << root) | (shape >> (12 - root))) & 0xFFF);
}

std::string ChordName(const ChordSpan& chord) {
  static constexpr std::string_view kRoots[12] = {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  if (chord.root < 0) return "N";
  std::string name(kRoots[chord.root]);
  return name.append(kEndings[static_cast<size_t>(chord.quality)]);
}

Result<ChordSpan> ParseChordName(std::string_view name) {
  static constexpr std::string_view kSteps = "C D EF G A B";
  ChordSpan chord;
  if (name == "-" || name == "N") return chord;
  const auto wrong = [&] {
    return InvalidArgument("chord \"" + std::string(name.substr(0, 20)) +
                           "\" is not like C, F#m, Bb7, Ebmaj7, Am7, Bdim or -");
  };
  const size_t step = name.empty() || name[0] == ' ' ? std::string_view::npos : kSteps.find(name[0]);
  if (step == std::string_view::npos) return wrong();
  chord.root = static_cast<int>(step);
  std::string_view ending = name.substr(1);
  if (!ending.empty() && (ending[0] == '#' || ending[0] == 'b')) {
    chord.root = (chord.root + (ending[0] == '#' ? 1 : 11)) % 12;
    ending.remove_prefix(1);
  }
  const auto found = std::find(std::begin(kEndings), std::end(kEndings), ending);
  if (found == std::end(kEndings)) return wrong();
  chord.quality = static_cast<ChordQuality>(found - std::begin(kEndings));
  chord.pitch_class_mask = ChordMask(chord.root, chord.quality);
  return chord;
}

std::vector<BeatGroup> BeatGroupsOf(const std::vector<Bar>& bars) {
  constexpr int64_t kHalf = 2 * kGridTicks;
  std::vector<BeatGroup> groups;
  for (const Bar& bar : bars) {
    const int64_t unit = 4 * kGridTicks / bar.metre.denominator;
    const int64_t length = bar.end - bar.start;
    int64_t step = kHalf;
    if (bar.metre.numerator == 3 && bar.metre.denominator >= 4) {
      step = length;
    } else if (bar.metre.numerator > 3 && bar.metre.numerator % 3 == 0) {
      step = std::max<int64_t>(3 * unit, 3 * kGridTicks);
    }
    int64_t start = bar.start;
    do {
      int64_t end = start + step;
      if (end + step > bar.end || step <= 0) end = bar.end;  // a rest shorter than a step joins
      groups.push_back({start, end, start == bar.start});
      start = end;
    } while (start < bar.end);
  }
  return groups;
}

const ChordSpan* ChordAt(const std::vector<ChordSpan>& spans, int64_t tick) {
  const auto after = std::upper_bound(spans.begin(), spans.end(), tick,
                                      [](int64_t t, const ChordSpan& span) { return t < span.start; });
  if (after == spans.begin()) return nullptr;
  const ChordSpan& span = *(after - 1);
  return tick < span.end ? &span : nullptr;
}

}  // namespace ledgerline::music
