// Habits: how a style's composers move their parts, as numbers that ranking and grammar go by.
#ifndef LEDGERLINE_INFERENCE_COVERS_HABITS_H_
#define LEDGERLINE_INFERENCE_COVERS_HABITS_H_

#include <string_view>

namespace ledgerline::covers {

// Means over the first 64 bars of the training split's pieces, in thousandths, by the definitions of
// docs/music_measures.md; and what has to be added to the model to come near.
struct Habits {
  int bass_step = 360;        // of the bass's moves, those of one or two semitones
  int inner_step = 600;       // the same of inner voices
  int like_bar_before = 820;  // cosine of the onset counts of neighbouring bars
  int bass_lean = 0;          // thousandths of a nat, for the bass's steps; chosen on songs of the validation split
};

// The defaults where the style is not known.
Habits HabitsOf(std::string_view style);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_HABITS_H_
