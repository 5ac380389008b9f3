// RemixBuilder: a plan and its sources become what the composer needs: melody, chords and textures bar by bar,
// directions, and how much of which source is in it.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_BUILDER_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_BUILDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inference/covers/directions.h"
#include "inference/covers/melody_variation.h"
#include "inference/covers/remix_plan.h"
#include "inference/covers/style_book.h"
#include "inference/music/score.h"

namespace ledgerline::covers {

// Of one source. Weights follow docs/decisions/0018-shares-of-remixes.md and sum to 1,000,000.
struct SourceUsage {
  int song_bars = 0;      // of the source, in the metre it is told in
  int bars_used = 0;      // of these, different bars that the result has
  int result_bars = 0;    // bars of the result that come from it
  int notes_used = 0;     // melody notes of the result that come from it
  int64_t bars_ppm = 0;   // share of the result's bars; a bar of two sources counts half for each
  int64_t notes_ppm = 0;  // share of the result's melody notes
  int64_t weight_ppm = 0;
};

struct BuiltRemix {
  RemixBlob blob;
  std::vector<SourceUsage> usage;              // by source
  std::map<std::string, std::string> choices;  // in words, for the record
  int continued_from = 0;                      // index of the first bar that was added after the song's own; 0: none
  int64_t melody_accuracy_permille = 1000;     // F1 against the sources' melody, as MelodyVariation defines it
};

// Sources are scores as read from files; `textures` and `melody_tenths` are the style's. `drum_model`: hash of the
// groove model at hand. `varier` varies the melody where it is free; empty: the rules of VaryMelody do. Errors: those
// of PlanCover; kInvalidArgument (a section that the song does not have: lists the song's; bars beyond its end; a plan
// for two songs with one), kFailedPrecondition (metres that do not meet, an accompaniment that cannot be kept, a lead
// that an instrument cannot play), kOutOfRange (too long).
Result<BuiltRemix> BuildRemix(const RemixPlan& plan, const std::vector<music::Score>& sources, const StyleTraits& style,
                              const TextureCounts& textures, int64_t melody_tenths, const Hash256& drum_model,
                              uint64_t seed, const MelodyVarier& varier = {});

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_BUILDER_H_
