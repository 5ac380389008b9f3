// Chord symbols as MusicXML names them. Source: MusicXML 4.0, data type kind-value.
#include <algorithm>
#include <string_view>
#include <utility>

#include "inference/music/chords.h"

namespace ledgerline::music {
namespace {

using enum ChordQuality;

// The first of each quality is the one that is written.
constexpr std::pair<std::string_view, ChordQuality> kKinds[] = {
    {"major", kMajor},
    {"minor", kMinor},
    {"diminished", kDiminished},
    {"augmented", kAugmented},
    {"dominant", kDominant7},
    {"major-seventh", kMajor7},
    {"minor-seventh", kMinor7},
    {"half-diminished", kHalfDiminished},
    {"diminished-seventh", kDiminished7},
    {"suspended-fourth", kSuspended4},
    {"augmented-seventh", kAugmented},
    {"major-minor", kMinor},
    {"minor-sixth", kMinor},
    {"dominant-ninth", kDominant7},
    {"dominant-11th", kDominant7},
    {"dominant-13th", kDominant7},
    {"major-ninth", kMajor7},
    {"major-11th", kMajor7},
    {"major-13th", kMajor7},
    {"minor-ninth", kMinor7},
    {"minor-11th", kMinor7},
    {"minor-13th", kMinor7},
};

}  // namespace

ChordQuality QualityOfKind(std::string_view kind) {
  for (const auto& [name, quality] : kKinds) {
    if (name == kind) return quality;
  }
  return kMajor;  // sixths, power chords, suspended seconds and what stands for nothing else
}

std::string_view KindOfQuality(ChordQuality quality) { return kKinds[static_cast<size_t>(quality)].first; }

Result<ChordSpan> ParseChordSymbol(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return ParseChordName(text);
  int root = 0;
  for (const char digit : text.substr(0, colon)) {
    if (digit < '0' || digit > '9' || (root = 10 * root + (digit - '0')) > 11) root = 12;
    if (root > 11) break;
  }
  if (colon == 0 || root > 11) {
    return InvalidArgument("chord symbol \"" + std::string(text.substr(0, 20)) + "\": the root is not 0 to 11");
  }
  ChordSpan chord;
  chord.root = root;
  chord.quality = QualityOfKind(text.substr(colon + 1));
  chord.pitch_class_mask = ChordMask(chord.root, chord.quality);
  return chord;
}

}  // namespace ledgerline::music
