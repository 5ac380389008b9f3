// Habits: how a style's composers move their parts, as numbers that ranking and grammar go by.
#ifndef LEDGERLINE_INFERENCE_COVERS_HABITS_H_
#define LEDGERLINE_INFERENCE_COVERS_HABITS_H_

#include <string_view>

namespace ledgerline::covers {

// What is added to the model to bring its covers near, in thousandths of a nat, by the fields of tokens::GrammarRules.
// Chosen on songs of the validation split, so that each figure's mean over all candidates comes near its mean over the
// first 64 bars of the training split's pieces; heights part by part (docs/decisions/0024-leans-of-a-style.md).
struct Leans {
  int bass_step = 0;
  int inner_step = 650;
  int join = 0;
  int again = 0;
  int same_rhythm = 0;
  int sixteenth = 0;
  int off_beat = 0;
  int brief = 0;
  int bass_height = 0;  // an octave; of the left hand, or the bass
  int height = 0;       // an octave; of the others
};

// Means over the first 64 bars of the training split's pieces, in thousandths, by the definitions of
// docs/music_measures.md.
struct Habits {
  int bass_step = 360;        // of the bass's moves, those of one or two semitones
  int inner_step = 600;       // the same of inner voices
  int like_bar_before = 820;  // cosine of the onset counts of neighbouring bars
  Leans leans;
};

// The defaults where the style is not known.
Habits HabitsOf(std::string_view style);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_HABITS_H_
