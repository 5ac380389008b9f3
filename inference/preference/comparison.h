// Comparison: two candidates of one request, and which of them a listener preferred. A file of comparisons ("pairs
// file") is what tastes are fitted to and what preferences are trained on. docs/formats/pairs.md is the page.
//
// A comparison holds the record of how the candidates came about (conditioning, style, seed, parameters, hashes), so
// that a generator can make both anew, and the figures of both, so that a taste can be fitted without one. It is no
// part of the ledger and names no person: a listener is a pseudonym.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_COMPARISON_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_COMPARISON_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/preference/figures.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::preference {

inline constexpr size_t kMaxPairsBytes = size_t{128} << 20;
inline constexpr size_t kMaxComparisonBytes = size_t{8} << 20;
inline constexpr size_t kMaxComparisons = 10'000;
inline constexpr size_t kMaxReasonBytes = 500;
inline constexpr int kCandidatesMost = 16;  // numbers are below

enum class Preferred { kNotJudged, kA, kB, kSame };

struct HeardCandidate {
  int candidate = 0;  // its number within the request
  Figures figures;
  friend bool operator==(const HeardCandidate&, const HeardCandidate&) = default;
};

struct Comparison {
  std::string origin;  // the ledger's origin and the cover's entry in it; empty and 0: of no ledger
  uint64_t entry = 0;
  Hash256 model, adapter;  // SHA-256 of the files; a zero adapter: none
  std::string engine, kernel;
  std::string style;
  uint64_t seed = 0;
  std::map<std::string, std::string> parameters;  // as in the record
  std::string conditioning;                       // the record's blob
  bool train_leave = false;                       // whether all whom TRAIN needs of the sources had consented
  HeardCandidate a, b;                            // two different ones with the same figures' names
  Figures typical;  // of the same names: how far two candidates of this request differ, not negative
  Preferred preferred = Preferred::kNotJudged;
  std::string listener;  // 32 lower-case hex digits, or empty
  std::string why;       // in the listener's words, UTF-8, or empty

  // Comparisons of one request have one name: they share what they are about.
  Hash256 Request() const;
  friend bool operator==(const Comparison&, const Comparison&) = default;
};

// The root of the mean square difference of each figure over all pairs of these; 0 where there are fewer than two. All
// have the same names.
Figures TypicalDifferences(const std::vector<Figures>& candidates);

// Of the others, the candidate that measures most unlike `kept`, each figure in units of how far the candidates reach
// in it; -1 where there is none. Empty figures: turned down, and not offered.
int MostUnlike(const std::vector<Figures>& candidates, size_t kept);

// One line of JSON with its line break; the same comparison gives the same bytes.
std::string FormatComparison(const Comparison& comparison);
// One line, with or without its line break. Errors: kInvalidArgument (no JSON, a member that is missing, unknown or of
// another kind), kOutOfRange (names member, value and bound).
Result<Comparison> ParseComparison(std::string_view line);
// A pairs file: lines of judged comparisons. Errors: those of ParseComparison, with the line's number; kOutOfRange (too
// long); kInvalidArgument (a line that is not judged or not ended).
Result<std::vector<Comparison>> ParsePairs(std::string_view text);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_COMPARISON_H_
