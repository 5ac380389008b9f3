// WrittenAccompaniment: the accompaniment of a written cover as events again, so that recorded covers can be measured.
#ifndef LEDGERLINE_INFERENCE_COVERS_WRITTEN_ACCOMPANIMENT_H_
#define LEDGERLINE_INFERENCE_COVERS_WRITTEN_ACCOMPANIMENT_H_

#include <string_view>

#include "inference/music/score.h"
#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::covers {

// The planned piece of a record's blob, a plain cover's or a remix's. Errors: those of the blobs' parsers.
Result<tokens::Piece> PlannedPiece(std::string_view conditioning);

// `plan` with the notes of `file`, drums and the plan's melody left out, as its events. Who plays a note is not told:
// every event has the plan's lowest role. Notes beyond the plan's bars are left out.
tokens::Piece WrittenAccompaniment(const tokens::Piece& plan, const music::Score& file);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_WRITTEN_ACCOMPANIMENT_H_
