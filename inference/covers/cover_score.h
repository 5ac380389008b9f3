// CoverScore: a composed piece as a Score: parts with names and instruments, melody unbroken over bar lines, and
// dynamics.
#ifndef LEDGERLINE_INFERENCE_COVERS_COVER_SCORE_H_
#define LEDGERLINE_INFERENCE_COVERS_COVER_SCORE_H_

#include <string>

#include "inference/covers/style_book.h"
#include "inference/music/score.h"
#include "inference/tokens/conditioning.h"

namespace ledgerline::covers {

// The melody of a piece as unbroken notes, in ticks from the piece's start: tied control notes joined.
std::vector<music::Note> MelodyOf(const tokens::Piece& piece);

// Melody and events of a piece together, in ticks from the piece's start: its full texture.
std::vector<music::Note> TextureOf(const tokens::Piece& piece);

// `piece` is the conditioning's piece with events. Single lines are cut where their next note begins; a note struck
// again while it sounds ends there; in the last bar each part's last attack is held to the end. The lead is louder than
// the accompaniment; metrical accents are the renderer's (music/expression.h).
music::Score ToScore(const tokens::Piece& piece, int64_t quarter_us, const StyleTraits& style,
                     const std::string& title);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_COVER_SCORE_H_
