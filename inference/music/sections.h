// The form of a piece: phrases, and which of them return.
//
// Two bars are alike when their melody has the same notes at the same places, under the same chords. A phrase is a
// stretch of bars that returns, or that stands between such, about four bars long; where nothing returns, long notes
// and rests of the melody divide it. Integers only: every machine finds the same form. How well: docs/analysis.md.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SECTIONS_H_
#define LEDGERLINE_INFERENCE_MUSIC_SECTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "inference/music/chords.h"
#include "inference/music/melody.h"
#include "inference/music/score.h"

namespace ledgerline::music {

// Bars [first_bar, end_bar), as indices into Analysis::bars. A pickup's short bar belongs to the section that it opens.
struct Section {
  size_t first_bar = 0;
  size_t end_bar = 0;
  int letter = 0;                // 0 is A; sections with one letter are alike
  int variant = 0;               // 0 for the first with its letter and its exact repeats, then 1, 2, ... (primes)
  int likeness_permille = 1000;  // how like the first section with the letter: 1000 is note for note

  // "A", "B'", "C''"; after Z comes A1, and from the fourth variant on the number stands in brackets: "A(4)".
  std::string Name() const;
  friend bool operator==(const Section&, const Section&) = default;
};

struct Form {
  std::vector<Section> sections;  // in order, without gaps, from the first bar to the last; empty without bars

  // "A A' B A'"; a whole that is played several times is "2 x (A B C)".
  std::string ToString() const;
  // The section with this bar, or nullptr past the end.
  const Section* At(size_t bar) const;
  friend bool operator==(const Form&, const Form&) = default;
};

// The form of a quantised score with its bars, melody and chords (of Analysis). Time grows with the square of the bars
// up to about 1,000 of them, then linearly: repeats are then looked for within a bounded distance.
Form FindForm(const Score& grid, const std::vector<Bar>& bars, const Melody& melody,
              const std::vector<ChordSpan>& chords);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SECTIONS_H_
