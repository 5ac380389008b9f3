// InfluenceMethod: the numbers that a measurement of influence follows from, beside model and pieces; and its random
// projections.
//
// For a weight matrix W [outputs, inputs] the gradient G of a piece's summed loss is the sum over positions of (output
// gradient)(input)^T. It is kept as P_out G P_in^T, rank x rank numbers: projecting both sides is LoGra (Choe et al.,
// "What is your data worth to GPT? LLM-scale data valuation with influence functions", 2024, section 3). The entries of
// P are +-1 / sqrt(rank) from counted random numbers (Achlioptas, "Database-friendly random projections", 2003), the
// same on every machine. docs/decisions/0021-influence.md has the reasons.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_METHOD_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_METHOD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::influence {

struct InfluenceMethod {
  uint64_t seed = 1;               // of the projections
  uint32_t rank = 6;               // 1 to 64
  uint32_t rows = 1'536;           // of a piece, from its beginning, in whole chunks of the model's context
  uint32_t damping_ppm = 100'000;  // of the mean eigenvalue of the second moment

  // Errors: kOutOfRange (names the number and its bound).
  Status Check() const;
  // "ledgerline-influence/1 rank 6 rows 1536 damping 100000 seed 1": what ledger entries name.
  std::string Name() const;
  friend bool operator==(const InfluenceMethod&, const InfluenceMethod&) = default;
};

// Whether the gradient of this parameter is part of the measurement: the matrices of the outer layers and of the field
// stages; no tables, heads, gains and biases.
bool IsMeasured(std::string_view parameter);

// Row-major [rank, size]. `matrix` counts the measured matrices in the order of their names; `outputs` says which side.
std::vector<float> ProjectionOf(const InfluenceMethod& method, size_t matrix, bool outputs, size_t size);

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_METHOD_H_
