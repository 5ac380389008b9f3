// KeptAccompaniment: a source's own accompaniment as events of a style's parts, so that bars of it can stay while
// others are composed.
#ifndef LEDGERLINE_INFERENCE_COVERS_KEPT_ACCOMPANIMENT_H_
#define LEDGERLINE_INFERENCE_COVERS_KEPT_ACCOMPANIMENT_H_

#include "inference/covers/plan.h"

namespace ledgerline::covers {

// The plan's piece with the source's notes, melody excepted, as events. Where the source has the style's own
// instrumentation, its parts play them; else a pianist's hands do, divided at middle C, if the style has them. Notes
// outside a part's range move by octaves; what a hand or a voice has too many of is left out from the top.
// Errors: kFailedPrecondition (no accompaniment; other parts than the style's and no pianist; another metre).
Result<tokens::Piece> KeepAccompaniment(const music::Score& source, const CoverPlan& plan, const StyleTraits& style);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_KEPT_ACCOMPANIMENT_H_
