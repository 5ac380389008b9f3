// The chords of a piece, one decision for each beat group, smoothed over time.
//
// All arithmetic is in integers, so that every machine finds the same chords.
#ifndef LEDGERLINE_INFERENCE_MUSIC_CHORDS_H_
#define LEDGERLINE_INFERENCE_MUSIC_CHORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/music/key.h"
#include "inference/music/melody.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

enum class ChordQuality : uint8_t {
  kMajor = 0,
  kMinor,
  kDiminished,
  kAugmented,
  kDominant7,
  kMajor7,
  kMinor7,
  kHalfDiminished,
  kDiminished7,
  kSuspended4,
};
inline constexpr int kChordQualities = 10;

struct ChordSpan {
  int64_t start = 0;  // ticks of the quantised score, [start, end)
  int64_t end = 0;
  int root = -1;  // 0 is C, 11 is B; -1: no chord (silence)
  ChordQuality quality = ChordQuality::kMajor;
  uint16_t pitch_class_mask = 0;  // bit k: pitch class k belongs to the chord; 0 for no chord
  friend bool operator==(const ChordSpan&, const ChordSpan&) = default;
};

// Bit k set for each pitch class k of the chord. `root` 0 to 11.
uint16_t ChordMask(int root, ChordQuality quality);

// "Am", "G7", "F#dim", "Bbmaj7", "N" for none; flats for Db Eb Ab Bb, sharps for F#.
std::string ChordName(const ChordSpan& chord);

// Reads what ChordName writes, any accidental on any root ("C#m", "Gb7"), and "-" as none; start and end are 0.
// Errors: kInvalidArgument.
Result<ChordSpan> ParseChordName(std::string_view name);

// MusicXML's names of chord kinds: "dominant", "minor-seventh"; kinds that are none of the ten qualities go to the one
// with the same third and seventh, and to major if there is none.
ChordQuality QualityOfKind(std::string_view kind);
std::string_view KindOfQuality(ChordQuality quality);

// A chord symbol as markers hold it: a name as above, or "7:dominant", root 0 to 11 from C and kind. Errors:
// kInvalidArgument.
Result<ChordSpan> ParseChordSymbol(std::string_view text);

// The stretches that get one chord each. Triple metres on quarters or eighths (3/4, 3/8): the bar. Compound metres:
// dotted halves, so 6/8 and 9/8 the bar, 12/8 two, 6/4 two. All others: half notes, so 4/4 and 2/2 two, 2/4 one, 2/1
// four, 3/2 three; what is left over at the end of an irregular bar joins the group before it. In order, covering all
// bars of a quantised score.
struct BeatGroup {
  int64_t start = 0;
  int64_t end = 0;
  bool bar_start = false;
};
std::vector<BeatGroup> BeatGroupsOf(const std::vector<Bar>& bars);

// Chords from all notes but drums of a quantised score: templates against the duration-weighted pitch classes of each
// beat group (the bass counted more), smoothed by a Viterbi search that pays for changes and for leaving the key, and
// more for a change inside a bar. Neighbouring groups with one chord become one span. The spans cover the bars without
// gaps.
std::vector<ChordSpan> FindChords(const Score& grid, const std::vector<Bar>& bars, const KeyEstimate& key);

// Chords for a melody alone: the same search, over the triads and seventh chords of the key and its common neighbours,
// with functional progressions (to the fifth below, cadence at the end) preferred.
std::vector<ChordSpan> HarmoniseMelody(const Melody& melody, const std::vector<Bar>& bars, const KeyEstimate& key);

// The span that contains `tick`, or nullptr. `spans` as the functions above return them; the pointer lives as long.
const ChordSpan* ChordAt(const std::vector<ChordSpan>& spans, int64_t tick);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_CHORDS_H_
