// Dynamics for scores that have none: a player's touch, small and deterministic.
//
// Scores from notation and from the generator give every note one velocity. Played so, tune and accompaniment drown
// each other and every bar weighs the same. What is added here is for listening; it changes no pitch, no order and no
// written length.
#ifndef LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_
#define LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_

#include <cstdint>
#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

inline constexpr int kPhraseArch = 6;  // velocity that the middle of a phrase has above its ends

// A stretch that is sung in one breath: [start, end) in ticks.
struct Phrase {
  int64_t start = 0;
  int64_t end = 0;
};
// The phrases of a melody (sorted, in ticks of `ticks_per_quarter`): it breathes at a rest of an eighth or more, and
// after a note of three quarters or more, but in no phrase shorter than four quarters; what is longer than 32 quarters
// is halved.
std::vector<Phrase> PhrasesOf(const std::vector<Note>& melody, int ticks_per_quarter);

struct ExpressionOptions {
  int melody_part = -1;     // index into Score::parts; -1: ChooseMelodyPart decides
  uint64_t seed = 0;        // of the humanisation; the same seed gives the same score
  int velocity_spread = 3;  // most that chance adds to or takes from a velocity
  int onset_spread = 5;     // most that chance delays an accompaniment note, in 480ths of a quarter note
};

// The same score at 480 ticks to the quarter (or its own resolution, if higher) with velocities made of: the part's
// place (melody 94, bass 76, other parts 66, drums 82), the metre (downbeat +7, middle of an even bar +3, between beats
// -4), the phrase (an arch over the melody's phrases, kPhraseArch at the middle, 0 at both ends; PhrasesOf), the height
// against the part's mean (a third of a semitone, up to 6 either way) and chance. A part whose velocities differ
// already keeps them, and drums then their timing too. Melody notes start on time; notes of the accompaniment may come
// late by the spread; ends stay. Source: the rule system of Friberg, Bresin and Sundberg, "Overview of the KTH rule
// system for musical performance" (2006), reduced to phrase arch, melodic charge by height, metrical accent and noise.
Score Expressive(const Score& score, const ExpressionOptions& options);

inline constexpr int kMostDynamics = 14;

// Adds to every velocity but the drums', in place, what the metre, the phrases of `melody` (in the score's ticks), the
// height (a sixth of a semitone, up to 3) and chance (up to 2 either way, one for a chord) say: kMostDynamics either
// way at most. For a score that is written to a file: onsets and ends stay.
void AddDynamics(const std::vector<Note>& melody, uint64_t seed, Score* score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_EXPRESSION_H_
