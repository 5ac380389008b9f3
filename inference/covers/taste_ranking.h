// Ranking by a listener's taste: what a taste may weigh, and the scores that it gives, in whole numbers.
#ifndef LEDGERLINE_INFERENCE_COVERS_TASTE_RANKING_H_
#define LEDGERLINE_INFERENCE_COVERS_TASTE_RANKING_H_

#include <optional>
#include <string>
#include <vector>

#include "inference/covers/measures.h"
#include "inference/covers/recipe.h"
#include "inference/preference/taste.h"

namespace ledgerline::covers {

// Every measure by its name, "nats_per_note" and "ranking_score" (RankingScorePpm's), in millionths, nearest, at most
// preference::kMaxFigure either way.
preference::Figures FiguresOf(const AccompanimentMeasures& measures, double nats_per_note);

// Parses a taste file's bytes for a recipe and names their SHA-256 in it. Errors: those of ParseTaste.
Status UseTaste(const std::string& taste_file_bytes, Recipe* recipe);
// The same for a cover that is made anew. Errors: kFailedPrecondition (the record names another taste than these bytes,
// or one and there are none), kInvalidArgument (bytes, and the record names none).
Status UseRecordedTaste(const std::string& taste_file_bytes, Recipe* recipe);

// Gives every candidate that no guard turned down the taste's utility less the lowest of theirs, instead of its score.
// Errors: those of preference::Utility.
Status ScoreByTaste(const preference::Taste& taste, std::vector<Candidate>* candidates);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_TASTE_RANKING_H_
