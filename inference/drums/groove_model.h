// GrooveModel: learnt drumming in one small file: how likely each drum is at each step, how loud, how early or late.
//
// Whether a drum is hit is a logistic mix of what kContexts counted contexts say (each a logit, trusted by how often it
// was seen), in whole numbers. Velocity and timing are learnt quantiles by style, drum and place, walked by a normal
// process that remembers the hit before and the same place one bar back. docs/formats/groove_model.md has the bytes.
// Source of the mixing: Mahoney, "Adaptive weighing of context models for lossless data compression" (2005).
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_MODEL_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/drums/groove_context.h"
#include "schemas/status.h"

namespace ledgerline::drums {

inline constexpr size_t kMaxGrooveEntries = 200'000;
inline constexpr size_t kMaxGrooveTables = 4096;
inline constexpr size_t kMaxGrooveFamilies = 1024;
inline constexpr size_t kMaxGrooveFileBytes = 4u << 20;
inline constexpr int kTrustClasses =
    8;  // how often a context was seen: never, then up to 7, 15, 31, 63, 127, 511, more
int TrustClass(uint32_t count);

inline constexpr int kQuantiles = 17;
using Quantiles = std::array<int8_t, kQuantiles>;  // of velocities, 1 to 127, or deviations; rising

// z = after * (the hit before) + above * (the same place one bar back) + noise * fresh, each in 4096ths.
struct Walk {
  int32_t after = 0, above = 0, noise = 4096;   // where both are known
  int32_t alone_after = 0, alone_noise = 4096;  // where only the hit before is
  friend bool operator==(const Walk&, const Walk&) = default;
};

struct Family {
  uint8_t style = 0;
  uint16_t windows = 0;  // of training, eight bars each
  uint8_t hits = 0;      // mean hits of four beats
  friend bool operator==(const Family&, const Family&) = default;
};

struct GrooveModel {
  // The commonest contexts, sorted by key: a logit (kLogitOne) and its trust class.
  std::vector<uint32_t> keys;
  std::vector<int16_t> logits;
  std::vector<uint8_t> trust;
  std::array<std::array<std::array<int16_t, kTrustClasses>, kContexts>, kDecisions> weights{};  // in 4096ths
  std::array<int16_t, kDecisions> bias{};                                                       // logits
  std::vector<Quantiles> velocities, deviations;          // tables; by style, drum and step place below
  std::vector<uint16_t> velocity_table, deviation_table;  // kGrooveStyles * kDrums * kStepPlaces indices
  std::vector<uint8_t> other_share;                       // the other articulation's, in 255ths; the same shape
  std::array<uint8_t, kDrums>
      other_stays{};  // how often a hit has the articulation of the same place one bar back, 255ths
  Walk velocity_walk, deviation_walk;
  // Patterns by style, within a style from the sparsest to the busiest; a bar's family is an index here plus one.
  std::vector<Family> families;
  std::array<uint8_t, kGrooveStyles> fill_hits{};  // mean hits of four beats of a fill
  std::array<uint32_t, kGrooveStyles> trained_bars{};
  friend bool operator==(const GrooveModel&, const GrooveModel&) = default;

  static constexpr size_t TableIndex(int style, int drum, int place) {
    return static_cast<size_t>((style * kDrums + drum) * kStepPlaces + place);
  }
  // The logit (kLogitOne) of a decision in a context.
  int64_t Logit(int decision, const ContextKeys& contexts) const;
};

std::string SerialiseGrooveModel(const GrooveModel& model);
// Accepts exactly what SerialiseGrooveModel writes. Errors: kDataLoss (another format, truncated, trailing bytes, keys
// not rising), kOutOfRange (a count, an index or a quantile beyond its bound).
Result<GrooveModel> ParseGrooveModel(std::string_view bytes);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_MODEL_H_
