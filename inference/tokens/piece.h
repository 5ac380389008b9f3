// Piece: a song as the model sees it, bar by bar: the given (melody, chords, plan) and what is to be composed (events).
//
// It stands between Score (files, parts, absolute ticks) and positions (integers for the network). Beats are quarters
// or dotted quarters: a piece written in eighths (3/8) or halves (3/2) is rescaled, and `scale` says by how much, so
// that what the model learnt of a waltz does not depend on how it was notated.
#ifndef LEDGERLINE_INFERENCE_TOKENS_PIECE_H_
#define LEDGERLINE_INFERENCE_TOKENS_PIECE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "inference/tokens/vocabulary.h"

namespace ledgerline::tokens {

struct MelodyNote {
  int onset = 0;  // ticks from the bar's start
  int pitch = 60;
  int duration = 0;   // ticks, at most to the bar's end
  bool tied = false;  // goes on from the bar before: not struck again
  friend auto operator<=>(const MelodyNote&, const MelodyNote&) = default;
};

// One accompaniment note. The order (onset, role, pitch) is the order in which they are composed.
struct Event {
  int onset = 0;
  int role = 0;
  int pitch = 60;
  int duration = 0;  // a symbol, index of kDurationTicks
  friend auto operator<=>(const Event&, const Event&) = default;
};

struct PieceBar {
  int length = 96;  // ticks, 1 to kMaxBarTicks; shorter than the metre says in pickups and at cuts
  int metre = 3;    // MetreSymbol
  int numerator = 4;
  int denominator = 4;
  int beat = 24;                          // ticks of a harmonic beat: one chord slot each, the last takes what remains
  std::array<int, kChordSlots> chords{};  // chord symbols of the slots; unused slots repeat the last used
  std::vector<MelodyNote> melody;         // sorted, at most one sounding
  int density = kDensityUnknown;
  int polyphony = kPolyphonyUnknown;
  std::vector<Event> events;  // sorted, no two of the same (onset, role, pitch)

  int Slots() const;
  int ChordAt(int onset) const;
  // Density and polyphony classes of `events` as they are.
  int MeasuredDensity() const;
  int MeasuredPolyphony() const;
};

struct Piece {
  int style = 0;
  uint32_t roles = 0;       // bit r: role r takes part
  int tonic = 0;            // pitch class of the major tonic with the piece's signature (A minor: 0)
  int scale_numerator = 1;  // piece ticks = score grid ticks * numerator / denominator
  int scale_denominator = 1;
  std::vector<PieceBar> bars;

  size_t EventCount() const;
  // The same piece, `semitones` higher: pitches, chords and tonic move together. Pitches leaving 0..127 move by
  // octaves.
  Piece Transposed(int semitones) const;
  // The same piece with the melody of the bars from `first` on among the events, as notes of kMelodyRole: what is
  // learnt where a melody is to be composed, too. A note over the bar line is one event, in its first bar.
  Piece WithMelodyComposed(size_t first) const;
};

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_PIECE_H_
