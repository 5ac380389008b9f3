// Perform: a composed piece and its directions as the score that is written: the style's parts with the instruments
// that were asked for, tempo marks, and drums.
#ifndef LEDGERLINE_INFERENCE_COVERS_PERFORM_H_
#define LEDGERLINE_INFERENCE_COVERS_PERFORM_H_

#include <string>

#include "inference/covers/directions.h"
#include "inference/covers/style_book.h"
#include "inference/drums/groove_model.h"
#include "inference/music/score.h"

namespace ledgerline::covers {

// With drums, the score has 480 ticks a quarter and a drum part at the end, drawn from `drums` (not null then) and the
// seed; otherwise it is ToScore's. Notes that an instrument cannot reach are moved by octaves into its range. The
// drummer plays dotted quarters of a compound metre as beats in triplets, and rests in short bars.
// Errors: kFailedPrecondition (drums are directed and `drums` is null).
Result<music::Score> Perform(const tokens::Conditioning& conditioning, const tokens::Piece& composed,
                             const Directions& directions, const StyleTraits& style, const drums::GrooveModel* drums,
                             uint64_t seed, const std::string& title);

// Names of parts in plans, by role: "bass", "tenor", ..., "left-hand", "guitar".
std::string_view PlanPartName(int role);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_PERFORM_H_
