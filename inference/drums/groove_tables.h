// GrooveTables: the half of training that learns how loud and how early or late hits are.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_TABLES_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_TABLES_H_

#include <vector>

#include "inference/drums/groove_model.h"

namespace ledgerline::drums {

// Fills the model's quantiles, their index, the articulations and the walks. A cell of fewer than kFewestHits hits
// takes the table of its drum at the same step of any beat in its style, then of any style, then of the drum anywhere.
inline constexpr size_t kFewestHits = 24;
void LearnTouch(const std::vector<Performance>& performances, GrooveModel* model);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_TABLES_H_
