#include "inference/covers/taste_ranking.h"

#include <algorithm>
#include <cmath>

#include "crypto/sha256.h"

namespace ledgerline::covers {

preference::Figures FiguresOf(const AccompanimentMeasures& measures, double nats_per_note) {
  constexpr double kUnit = 1e6, kMost = preference::kMaxFigure;
  preference::Figures figures;
  for (const auto& [name, value] : measures.ToList()) {
    figures[name] = std::llround(std::clamp(kUnit * value, -kMost, kMost));
  }
  figures["nats_per_note"] = std::llround(std::clamp(kUnit * nats_per_note, -kMost, kMost));
  figures["ranking_score"] = RankingScorePpm(measures, nats_per_note);
  return figures;
}

Status UseTaste(const std::string& taste_file_bytes, Recipe* recipe) {
  ASSIGN_OR_RETURN(recipe->taste, preference::ParseTaste(taste_file_bytes));
  recipe->taste_sha256 = crypto::Sha256(taste_file_bytes).ToHex();
  return Status::Ok();
}

Status UseRecordedTaste(const std::string& taste_file_bytes, Recipe* recipe) {
  const std::string recorded = recipe->taste_sha256;
  if (recorded.empty()) {
    if (taste_file_bytes.empty()) return Status::Ok();
    return InvalidArgument("a taste is given, but the record names none: the cover was ranked without");
  }
  const std::string here = taste_file_bytes.empty() ? "" : crypto::Sha256(taste_file_bytes).ToHex();
  if (here == recorded) return UseTaste(taste_file_bytes, recipe);
  return FailedPrecondition("taste_sha256: the record's candidates were ranked by the taste " + recorded.substr(0, 64) +
                            (here.empty() ? "; name its file with --taste FILE" : ", and the file given is " + here));
}

Status ScoreByTaste(const preference::Taste& taste, std::vector<Candidate>* candidates) {
  std::optional<int64_t> lowest;
  for (Candidate& candidate : *candidates) {
    if (candidate.rejected) continue;
    ASSIGN_OR_RETURN(candidate.score_ppm,
                     preference::Utility(taste, FiguresOf(candidate.measures, candidate.composition.nats_per_note)));
    lowest = std::min(lowest.value_or(candidate.score_ppm), candidate.score_ppm);
  }
  for (Candidate& candidate : *candidates) {
    if (!candidate.rejected) candidate.score_ppm -= *lowest;
  }
  return Status::Ok();
}

}  // namespace ledgerline::covers
