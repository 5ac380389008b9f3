// VoiceLeading: how the lines of an accompaniment move: by step or by leap, in parallel, across each other, and whether
// a hand can hold its chords.
//
// Lines. The bass is the lowest note of each attack of the ensemble's lowest part. Inner voices: every other part that
// plays one note at a time; of a part that plays chords, the notes of neighbouring attacks of that part matched from
// the top. Source of the rules: what any treatise of harmony forbids (Fux, Gradus ad Parnassum, 1725: parallel perfect
// consonances; Aldwell and Schachter, Harmony and Voice Leading: crossings, leaps).
#ifndef LEDGERLINE_INFERENCE_EVALUATION_VOICE_LEADING_H_
#define LEDGERLINE_INFERENCE_EVALUATION_VOICE_LEADING_H_

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

inline constexpr int kWidestSpan = 14;  // semitones that a hand holds on keys
inline constexpr int kWidestLeap = 12;  // of a line

struct VoiceLeading {
  double bass_step_share = 0;   // of the bass's moves (repetitions are none), those of one or two semitones
  double inner_step_share = 0;  // the same of the inner voices
  double leap_share = 0;        // of all moves, those wider than kWidestLeap
  double parallel_share = 0;    // of moments when two of melody, bass and single lines both move, those that go in one
                                // direction from a perfect fifth or octave (or unison) into another of its kind
  double crossing_share = 0;    // of notes, those that lie below a note of a lower part that sounds then
  double wide_span_share = 0;   // of chords in a hand on keys, those wider than kWidestSpan
};
VoiceLeading MeasureVoiceLeading(const tokens::Piece& piece);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_VOICE_LEADING_H_
