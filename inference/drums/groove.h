// Groove: drumming drawn from a GrooveModel: bars of hits from a style, a plan and a seed, in whole numbers, so that
// the same call gives the same hits on every machine.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_H_

#include <vector>

#include "inference/drums/groove_model.h"
#include "inference/music/score.h"

namespace ledgerline::drums {

inline constexpr int kMaxGrooveBars = 4096;

enum class Feel { kLearnt, kStraight, kTriplet };  // kLearnt: the style decides, beat by beat

struct GrooveBar {
  int beats = 4;        // quarters of 4/4, 3/4, ..., or dotted quarters of a compound metre, 1 to 16
  int phrase = 0;       // bars since the section began
  bool fill = false;    // the section ends: drums lead over
  bool silent = false;  // nobody drums
  int intensity = 50;   // 0 to 100: sparser and softer, or busier and louder, than the style's middle
  Feel feel = Feel::kLearnt;
};

struct GrooveSettings {
  int sharpness_permille = 1100;  // logits are multiplied by so much: above 1000 keeps nearer to the commonest
  int lead_permille = 100;        // logits towards the style's busyness for each hit that four beats differ from it
};

// Draws bars one after another, each knowing those before it. A downbeat after a fill has kick and crash.
// Errors: kInvalidArgument (a style that is not one), kOutOfRange (beats, intensity, sharpness 500 to 4000, or more
// than kMaxGrooveBars bars).
Result<std::vector<DrumBar>> DrawGroove(const GrooveModel& model, int style, const std::vector<GrooveBar>& plan,
                                        const GrooveSettings& settings, uint64_t seed);

// The hits as notes for a drum part, in ticks of 480 a quarter. Beats last `beat_ticks` (480, or 720 for dotted
// quarters), bars `bar_starts[k]` on. Notes are a sixteenth long at most and never overlap on one key; onsets that
// would lie before tick 0 are moved to it.
std::vector<music::Note> ToNotes(const std::vector<DrumBar>& bars, const std::vector<int64_t>& bar_starts,
                                 int beat_ticks);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_H_
