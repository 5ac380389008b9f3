// StyleHealth: has a generator begun to repeat itself? The last outputs of a style, against what the style's real
// pieces show: different 8-grams, how far outputs lie from each other, and how far their intervals, rhythms and chords
// have moved from the corpus's. Below 80 % of the corpus's own value is an alarm.
//
// What the corpus shows is kept as a profile (docs/formats/style_profiles.md), so that a ledger can be watched where
// the corpus is not at hand. Divergence is Jensen and Shannon's (Lin, "Divergence measures based on the Shannon
// entropy", IEEE Transactions on Information Theory 37, 1991), in bits, 0 to 1; what is compared is agreement, 1 less
// that.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_STYLE_HEALTH_H_
#define LEDGERLINE_INFERENCE_EVALUATION_STYLE_HEALTH_H_

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::evaluation {

inline constexpr size_t kHealthOutputs = 200;  // the last so many are judged
inline constexpr size_t kHealthLeast = 5;      // fewer say nothing
inline constexpr int64_t kHealthAlarmPermille = 800;
inline constexpr size_t kIntervalBins = 25;                        // of lowest notes, -12 or less to 12 or more
inline constexpr size_t kRhythmBins = 12;                          // from attack to attack
inline constexpr size_t kChordBins = 1 + 12 * tokens::kQualities;  // root above the tonic, and kind; 0 none
inline constexpr size_t kGramSizes = 8;                            // 500, 1000, ... 64,000 grams
inline constexpr size_t kMaxProfileBytes = 1u << 20;
inline constexpr size_t kMaxProfileStyles = 64;

// Shares of a whole, in millionths; a profile's numbers are whole, so that one profile has one text.
using Ppm = int64_t;

struct StyleProfile {
  std::array<Ppm, kIntervalBins> intervals{};
  std::array<Ppm, kRhythmBins> rhythms{};
  std::array<Ppm, kChordBins> chords{};
  std::array<Ppm, kGramSizes> distinct{};  // share of different grams among the first 500 * 2^i; 0: not so many
  Ppm chroma_distance = 0;                 // mean over pairs of pieces: 1 - cosine of pitch classes above the tonic
  Ppm groove_distance = 0;                 // the same of onsets in the bar
  Ppm interval_agreement = 0;              // of one half of the pieces with the other
  Ppm rhythm_agreement = 0;
  Ppm chord_agreement = 0;
  friend bool operator==(const StyleProfile&, const StyleProfile&) = default;
};

// Of accompaniments. Deterministic; at most kHealthOutputs pieces are compared in pairs, evenly spread over the list.
// Only the first 64 bars of each are read.
StyleProfile ProfileOf(const std::vector<const tokens::Piece*>& pieces);

// By style. One profile has one text; the reader takes bytes from strangers.
using StyleProfiles = std::map<std::string, StyleProfile>;
std::string FormatProfiles(const StyleProfiles& profiles);
// Errors: kInvalidArgument (another first line, unknown or missing rows, not whole numbers; names the line),
// kOutOfRange (above kMaxProfileBytes or kMaxProfileStyles, a value outside 0 to 1,000,000).
Result<StyleProfiles> ParseProfiles(std::string_view text);

struct HealthRow {
  std::string measure;   // "distinct 8-grams", "chroma distance", ...
  double value = 0;      // of the outputs
  double corpus = 0;     // of the profile
  int64_t permille = 0;  // value of corpus
  bool alarm = false;
};
// The last kHealthOutputs of `outputs`, oldest first. Empty when there are fewer than kHealthLeast, or fewer than 500
// grams: too few to say.
std::vector<HealthRow> JudgeHealth(const std::vector<const tokens::Piece*>& outputs, const StyleProfile& profile);

// 1 less Jensen and Shannon's divergence of two histograms, 0 to 1. 0 when either is empty.
double Agreement(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_STYLE_HEALTH_H_
