// Taste: what a listener likes, as whole numbers that weigh a candidate's figures. docs/formats/taste.md is the page.
//
// A taste decides which of a request's candidates is kept, and nothing else: no right, no share and no amount depends
// on it. The record of a cover names its SHA-256; the file stays with whoever keeps it, as it describes a person.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_TASTE_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_TASTE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "inference/preference/figures.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::preference {

inline constexpr size_t kMaxTasteBytes = 16384;
inline constexpr int64_t kMaxWeight = 1'000'000'000'000;  // a million of log odds a unit

struct TasteWeight {
  int64_t weight = 0;  // millionths of log odds for each unit of the figure; -kMaxWeight to kMaxWeight
  int64_t spread = 0;  // how far two candidates typically differ, in millionths of the unit: for people
  friend bool operator==(const TasteWeight&, const TasteWeight&) = default;
};

struct Taste {
  std::string engine;  // whose figures these are: "ledgerline-generator/7"
  Hash256 pairs;       // SHA-256 of the pairs file
  int judgements = 0;  // 1 to kMaxComparisons
  std::map<std::string, TasteWeight> weights;
  friend bool operator==(const Taste&, const Taste&) = default;
};

std::string FormatTaste(const Taste& taste);
// Accepts exactly what FormatTaste writes. Errors: kInvalidArgument (names the line), kOutOfRange (names line, field,
// value and bound).
Result<Taste> ParseTaste(std::string_view text);

// The sum of weight * figure / 1,000,000, each quotient rounded down, in millionths of log odds: higher is liked more.
// Only differences mean anything. Errors: kFailedPrecondition (the taste weighs a figure that is not among these).
Result<int64_t> Utility(const Taste& taste, const Figures& figures);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_TASTE_H_
