// Seams: where bars that are kept and bars that are composed meet, the parts must go on.
#ifndef LEDGERLINE_INFERENCE_COVERS_SEAMS_H_
#define LEDGERLINE_INFERENCE_COVERS_SEAMS_H_

#include <cstdint>
#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::covers {

struct SeamMoves {
  int moves = 0;          // of parts that play on both sides, at all seams
  int64_t semitones = 0;  // from the lowest note of a part's last attack before to that of its first attack after
  int wide = 0;           // moves of more than an octave
};
// Seams before composed bars, or behind them. `kept` has an element for each bar, or none: no seams.
SeamMoves MovesBefore(const tokens::Piece& piece, const std::vector<bool>& kept);
SeamMoves MovesBehind(const tokens::Piece& piece, const std::vector<bool>& kept);

// What the seams take from a candidate's score, 0 without any.
int64_t SeamCostPpm(const tokens::Piece& piece, const std::vector<bool>& kept);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_SEAMS_H_
