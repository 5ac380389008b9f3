// GrooveContext: what a drummer knows when a step is to be played: place, style, what was just played, and what was
// played at the same place one, two and four bars back. Each decision (drum hit or not; beat in triplets or not) is
// described by kContexts hashes, each of which the model knows counts of.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_CONTEXT_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_CONTEXT_H_

#include <array>
#include <cstdint>
#include <vector>

#include "inference/drums/performance.h"

namespace ledgerline::drums {

inline constexpr int kFeelDecision = kDrums;  // whether a beat is in triplets
inline constexpr int kDecisions = kDrums + 1;
inline constexpr int kContexts = 14;
inline constexpr uint16_t kNoMask = 512;  // no such bar, or its beat is divided otherwise

using ContextKeys = std::array<uint32_t, kContexts>;

// Looks at the bars up to and including `bars[bar]`, of which beats before `beat` and steps before `step` are decided,
// and the feel of `beat` once a step is asked for. Holds references: use it at once.
class GrooveContext {
 public:
  GrooveContext(const std::vector<DrumBar>& bars, size_t bar, int style);

  ContextKeys FeelKeys(size_t beat) const;
  // Call before HitKeys for each step.
  void EnterStep(size_t beat, int step);
  // `decided`: hits of the step among the drums before `drum`.
  ContextKeys HitKeys(int drum, uint16_t decided) const;

  // The hits at the same place `back` bars ago, or kNoMask.
  uint16_t MaskBack(size_t back) const { return back_[back]; }

 private:
  const Step* StepBack(size_t back, size_t beat, int step) const;
  uint16_t MaskAt(size_t back, size_t beat, int step) const;

  const std::vector<DrumBar>& bars_;
  size_t bar_;
  int style_;
  // Of the step entered.
  int place_ = 0, in_beat_ = 0;
  std::array<uint16_t, 5> back_{};    // by bars back; 0 is unused
  std::array<uint16_t, 6> before_{};  // masks of the steps just before, nearest first
  std::array<int, kDrums> since_{};   // steps since the drum's last hit, 1 to 12; 12 means longer
  uint16_t ahead_ = kNoMask;          // one bar back, the step after this place
  int copied_ = 0;                    // steps up to here that were as one bar back, in classes 0 to 4
  int copied_two_ = 0;                // as two bars back
  int busy_ = 0;                      // hits of the sixteen steps before, halved
};

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_CONTEXT_H_
