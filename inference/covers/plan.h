// Plan: what is fixed before the model composes: melody, chords, key, metre, tempo, ensemble, and the texture of each
// bar.
#ifndef LEDGERLINE_INFERENCE_COVERS_PLAN_H_
#define LEDGERLINE_INFERENCE_COVERS_PLAN_H_

#include <cstdint>
#include <map>
#include <string>

#include "inference/covers/style_book.h"
#include "inference/music/score.h"
#include "inference/tokens/conditioning.h"
#include "inference/tokens/grammar.h"
#include "schemas/status.h"

namespace ledgerline::covers {

inline constexpr int kMaxCoverBars = 512;

struct CoverPlan {
  tokens::Conditioning conditioning;
  tokens::GrammarRules rules;
  int first_bar = 0;                           // of the (re-metred) song, that the cover begins with
  int source_bars = 0;                         // of the song as written
  int used_bars = 0;                           // of these, bars that the cover uses
  std::map<std::string, std::string> choices;  // in words, for the record
};

// The grammar of a style for a piece: a function of what a record holds.
tokens::GrammarRules RulesFor(const StyleTraits& style, const tokens::Piece& piece);

// Plans a cover of `source` in a style. The seed decides textures only. `melody_tenths`: see MeanMelodyFrom.
// Errors: kInvalidArgument (no melody: no pitched notes), kOutOfRange (too long, a bar too long), kFailedPrecondition
// (no reading in three for a dance in three).
Result<CoverPlan> PlanCover(const music::Score& source, const StyleTraits& style, const TextureCounts& textures,
                            int64_t melody_tenths, uint64_t seed);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_PLAN_H_
