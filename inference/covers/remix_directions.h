// What a remix's plan says beside its notes: instruments, tempo marks and drums, as directions; and how much of which
// source came of it.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_DIRECTIONS_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_DIRECTIONS_H_

#include <cstdint>
#include <vector>

#include "inference/covers/directions.h"
#include "inference/covers/remix_builder.h"
#include "inference/covers/remix_plan.h"
#include "inference/covers/remix_source.h"
#include "inference/covers/style_book.h"

namespace ledgerline::covers {

// Where a bar of the result comes from.
struct Origin {
  size_t item = 0;
  int source = 0;        // of the melody, from 0
  size_t bar = 0;        // of that source's piece
  int chord_source = 0;  // of the chords
  size_t chord_bar = 0;
};

// Programs of the plan's parts. The melody moves by octaves where the lead's instrument needs it.
// Errors: kFailedPrecondition (it does not fit in any octave), kInvalidArgument (a part that the style lacks: lists its
// parts).
Status ChooseInstruments(const RemixPlan& plan, const StyleTraits& style, tokens::Piece* piece, Directions* directions);

// Quarters a minute of the first bar, by the plan or else by `own_bpm` and the mood; later changes become marks.
int64_t ChooseTempo(const RemixPlan& plan, const std::vector<FormItem>& items, const std::vector<Origin>& origins,
                    int64_t own_bpm, std::vector<TempoMark>* marks);

// Drums bar by bar, with fills where sections end; none where no item and no plan asks for any.
void ChooseDrums(const RemixPlan& plan, const std::vector<FormItem>& items, const std::vector<Origin>& origins,
                 const std::vector<RemixSource>& sources, const Hash256& drum_model, Directions* directions);

std::vector<SourceUsage> CountUsage(const tokens::Piece& piece, const std::vector<Origin>& origins,
                                    const std::vector<RemixSource>& sources);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_DIRECTIONS_H_
