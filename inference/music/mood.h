// The mood of a piece, as a rule states it: bright or dark, lively or quiet.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MOOD_H_
#define LEDGERLINE_INFERENCE_MUSIC_MOOD_H_

#include <string_view>
#include <vector>

#include "inference/music/modulation.h"
#include "inference/music/score.h"

namespace ledgerline::music {

// Four quadrants, after Russell, "A Circumplex Model of Affect" (1980): valence and arousal.
enum class MoodQuadrant { kJoyful, kSerene, kStormy, kMelancholy };

struct Mood {
  double major_share = 0;        // of the time, in the keys found: 0 to 1
  double tempo_bpm = 120;        // quarter notes a minute
  double onsets_per_second = 0;  // moments at which something but drums starts
  double mean_pitch = 0;         // MIDI number, weighted by duration
  double brightness = 0;         // above zero bright, below dark; about -1.5 to 1.5
  double liveliness = 0;         // above zero lively, below quiet; about -2 to 2
  MoodQuadrant quadrant = MoodQuadrant::kJoyful;
};

// brightness = (2 major_share - 1) + (mean_pitch - 62) / 24: the mode decides, and the register where major and minor
// balance. liveliness = log2(onsets_per_second / 3) + log2(tempo_bpm / 100) / 2. Bright and lively is joyful, bright
// and quiet serene, dark and lively stormy, dark and quiet melancholy; zero counts as bright and lively. The numbers
// 62, 3 and 100 are near the medians of the training corpus (docs/analysis.md). It is a rule about notes, not about
// what anybody feels.
Mood FindMood(const Score& grid, const std::vector<Bar>& bars, const std::vector<KeySpan>& keys, double tempo_bpm);

std::string_view MoodName(MoodQuadrant quadrant);  // "joyful", "serene", "stormy", "melancholy"

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MOOD_H_
