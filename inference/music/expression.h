// Dynamics for scores that have none: a player's touch, small and deterministic.
//
// Scores from notation and from the generator give every note one velocity. Played so, tune and accompaniment drown
// each other and every bar weighs the same. What is added here is for listening; it changes no pitch, no order and no
// written length.
#ifndef LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_
#define LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_

#include <cstdint>

#include "inference/music/score.h"

namespace ledgerline::music {

struct ExpressionOptions {
  int melody_part = -1;     // index into Score::parts; -1: ChooseMelodyPart decides
  uint64_t seed = 0;        // of the humanisation; the same seed gives the same score
  int velocity_spread = 3;  // most that chance adds to or takes from a velocity
  int onset_spread = 5;     // most that chance delays an accompaniment note, in 480ths of a quarter note
};

// The same score at 480 ticks to the quarter (or its own resolution, if higher) with velocities made of: the part's
// place (melody 94, bass 76, other parts 66, drums 82), the metre (downbeat +7, middle of an even bar +3, between beats
// -4), the height against the part's mean (a third of a semitone, up to 6 either way) and chance. A part whose
// velocities differ already keeps them, and drums then their timing too. Melody notes start on time; notes of the accompaniment may come late by the
// spread; ends stay. Source: the rule system of Friberg, Bresin and Sundberg, "Overview of the KTH rule system for
// musical performance" (2006), reduced to melodic charge by height, metrical accent and noise.
Score Expressive(const Score& score, const ExpressionOptions& options);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_
