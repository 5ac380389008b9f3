// The linear datamodeling score (LDS): does an attribution predict what retraining does?
//
// For each query, the predicted effect of a subset is the sum of the influences of its pieces; the seen effect is minus
// the loss of the network that was trained on the subset. The score is Spearman's rank correlation of the two over the
// subsets, averaged over the queries. Source: Park et al., "TRAK", ICML 2023, section 4. The interval is a bootstrap
// (Efron, 1979) that draws subsets and queries anew together, as all queries share the subsets' accidents.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_DATAMODEL_SCORE_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_DATAMODEL_SCORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::influence {

// Spearman's rank correlation: Pearson's of the ranks, of equals the mean rank. 0 where either side is constant.
double RankCorrelation(std::span<const double> a, std::span<const double> b);

struct DatamodelScore {
  double score = 0, low = 0, high = 0;  // -1 to 1; the interval holds 95 of 100 draws
  std::vector<double> by_query;
};

// `predicted` and `seen`: [query][subset], seen the higher the better. `draws` of the bootstrap.
// Errors: kInvalidArgument (no queries, fewer than four subsets, sizes that differ).
Result<DatamodelScore> ScoreDatamodel(const std::vector<std::vector<double>>& predicted,
                                      const std::vector<std::vector<double>>& seen, uint64_t seed, int draws = 2'000);

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_DATAMODEL_SCORE_H_
