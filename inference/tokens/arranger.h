// Arranger: reads a Score as a Piece: who plays the melody, who accompanies in which role, which chord stands where.
//
// Used twice: with a genre, to turn a corpus score into training material; and without accompaniment, to turn the song
// of a cover request into what the model is given.
#ifndef LEDGERLINE_INFERENCE_TOKENS_ARRANGER_H_
#define LEDGERLINE_INFERENCE_TOKENS_ARRANGER_H_

#include <string_view>
#include <vector>

#include "inference/music/score.h"
#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::tokens {

inline constexpr size_t kMaxPieceBars = 4096;

// A score whose beats are quarters or dotted quarters, on the grid, with its bars. See Piece on the scale.
struct Framed {
  music::Score score;           // quantised
  std::vector<int64_t> starts;  // tick of each bar's start
  std::vector<PieceBar> bars;   // length, metre and beat filled in
  int scale_numerator = 1;
  int scale_denominator = 1;
};
// Errors: kOutOfRange (a bar above kMaxBarTicks, more than kMaxPieceBars bars).
Result<Framed> FrameScore(const music::Score& score);

// Cuts the melody at bar lines into the bars' control notes. `melody` in the frame's ticks, sorted.
void PlaceMelody(const std::vector<music::Note>& melody, const std::vector<int64_t>& starts,
                 std::vector<PieceBar>* bars);

// A corpus score as training material. `genre` as in the corpus manifest: "art-song", "hymn", "string-quartet", ...
// Errors: kFailedPrecondition (the instrumentation is not one that a style knows), kOutOfRange as FrameScore.
Result<Piece> ArrangeForTraining(const music::Score& score, std::string_view genre);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_ARRANGER_H_
