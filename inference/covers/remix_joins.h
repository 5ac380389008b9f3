// Where stretches of songs meet: ties that lead nowhere, and pickups inside the form.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_JOINS_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_JOINS_H_

#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// A note that is tied to what no longer stands before it is struck.
void UntieSeams(tokens::Piece* piece);

// A pickup inside the form moves into the end of the bar before it. What is struck there leads to a bar that does not
// follow, and gives way. False, and nothing is done, where the bar before is no longer than the pickup.
bool JoinPickup(const tokens::PieceBar& pickup, tokens::PieceBar* before);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_JOINS_H_
