// The JSB chorales benchmark: J. S. Bach's four-part chorales on a grid of sixteenths, with the standard split.
//
// The file is one JSON object with the lists "train", "valid" and "test"; a piece is a list of steps, a step the four
// MIDI pitches [soprano, alto, tenor, bass] that sound there, -1 where a voice rests. Held notes are not marked: a
// pitch that stays is written again. Boulanger-Lewandowski, Bengio and Vincent, "Modeling temporal dependencies in
// high-dimensional sequences", ICML 2012, introduced the split; Huang et al., "Counterpoint by convolution", ISMIR
// 2017, the sixteenths. docs/chorales.md says what is counted.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_FILE_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_FILE_H_

#include <array>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::chorales {

inline constexpr int kVoices = 4;
// Symbols: 0 to 63 stand for MIDI 28 to 91, 64 for a rest. Every distribution of this benchmark is over all of them.
inline constexpr int kLowestPitch = 28;
inline constexpr int kPitches = 64;
inline constexpr int kRest = kPitches;
inline constexpr int kSymbols = kPitches + 1;

inline constexpr size_t kMaxFileBytes = 8u << 20;
inline constexpr size_t kMaxPieces = 4096;  // of a split
inline constexpr size_t kMaxSteps = 1024;   // of a piece: 64 bars

using Step = std::array<int, kVoices>;  // symbols of soprano, alto, tenor, bass
using Chorale = std::vector<Step>;

struct ChoraleSet {
  std::vector<Chorale> train, valid, test;
};

// Errors: kInvalidArgument (not such JSON; the message names split, piece, step and voice), kOutOfRange (a bound above,
// or a pitch outside MIDI 28 to 91).
Result<ChoraleSet> ParseChoraleFile(std::string_view json);

// The piece moved by `semitones`, rests kept. Every pitch must stay a symbol.
Chorale Transposed(const Chorale& piece, int semitones);

// The transpositions, of the twelve from -6 to 5, that keep each voice of `piece` within lowest[v] to highest[v]; 0 is
// always among them.
struct VoiceRanges {
  Step lowest{kPitches, kPitches, kPitches, kPitches};
  Step highest{-1, -1, -1, -1};
  // Widens to hold the piece's pitches.
  void Include(const Chorale& piece);
};
std::vector<int> AllowedTranspositions(const Chorale& piece, const VoiceRanges& ranges);

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_FILE_H_
