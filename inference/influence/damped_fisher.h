// DampedFisher: the second moment of projected gradients, damped and ready to be divided by.
//
// F = (1 / pieces) * sum over pieces of g g^T / events: per event, so that long pieces do not outweigh short ones. The
// inverse taken is that of F + damping * (trace F / dimensions) * I. With fewer pieces than dimensions F alone has
// none. Source: Choe et al. 2024 (influence_method.h), section 2; damping by the mean eigenvalue after Grosse et al.,
// "Studying large language model generalization with influence functions", 2023, section 3. Binary64, one thread.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_DAMPED_FISHER_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_DAMPED_FISHER_H_

#include <span>
#include <vector>

#include "inference/influence/influence_index.h"
#include "schemas/status.h"

namespace ledgerline::influence {

class DampedFisher {
 public:
  // Takes a second or so for a thousand dimensions. Errors: kFailedPrecondition (every gradient is zero).
  static Result<DampedFisher> Of(const InfluenceIndex& index);

  // (F + damping)^-1 gradient. `gradient` has the index's dimensions.
  std::vector<double> Solve(std::span<const float> gradient) const;

 private:
  size_t size_ = 0;
  std::vector<double> lower_;  // Cholesky factor, row-major [size, size], zeros above the diagonal
};

// gradient^T (F + damping)^-1 g of each piece: by how much, to first order, more weight on that piece's events lowers
// the summed loss of what `gradient` is of. Below zero: it raises it.
std::vector<double> InfluencesOn(const InfluenceIndex& index, const DampedFisher& fisher,
                                 std::span<const float> gradient);

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_DAMPED_FISHER_H_
