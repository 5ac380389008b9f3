// RemixSource: one song of a remix, planned in the style, and which of its bars a form's items mean.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_SOURCE_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_SOURCE_H_

#include <cstdint>
#include <vector>

#include "inference/covers/plan.h"
#include "inference/covers/remix_plan.h"
#include "inference/covers/style_book.h"
#include "inference/music/score.h"
#include "inference/music/sections.h"
#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// A song as its bars go into a remix.
struct RemixSource {
  CoverPlan plan;
  tokens::Piece piece;  // moved to the first source's key
  tokens::Piece kept;   // the same bars with the source's own accompaniment, where that was asked for
  music::Form form;
  int tonic = 0;
  bool minor = false;
};

// Errors: those of PlanCover, InFour and KeepAccompaniment; kFailedPrecondition (a dance in three asked for in 4/4),
// kInvalidArgument (no melody to harmonise).
Result<RemixSource> PrepareSource(const music::Score& source, const RemixPlan& plan, const StyleTraits& style,
                                  const TextureCounts& textures, int64_t melody_tenths, uint64_t seed);

// Bars [first, last) of the source's piece; `varied` where a prime was asked for that the song does not have.
struct Stretch {
  size_t first = 0, last = 0;
  bool varied = false;
};

// Errors: kInvalidArgument (bars beyond the song's; a section that it does not have: lists the song's).
Result<Stretch> Resolve(const FormItem& item, const RemixSource& source);

// The form where none was asked for.
std::vector<FormItem> WholeSong(const RemixSource& source, int number);
// Sections of both in turn, the first song's first.
std::vector<FormItem> Alternating(const std::vector<RemixSource>& sources);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_SOURCE_H_
