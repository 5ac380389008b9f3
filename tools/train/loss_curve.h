// LossCurve: a training run's loss log as a picture.
#ifndef LEDGERLINE_TOOLS_TRAIN_LOSS_CURVE_H_
#define LEDGERLINE_TOOLS_TRAIN_LOSS_CURVE_H_

#include <string>

#include "schemas/status.h"

namespace ledgerline::learning {

// `tsv` as the trainer writes it (columns step, train, valid) -> an SVG of both losses over steps, with `baseline` nats
// a note as a dashed line when above 0. Errors: kInvalidArgument (a missing column, fewer than two rows, not a number).
Result<std::string> LossCurveSvg(const std::string& tsv, double baseline);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_TOOLS_TRAIN_LOSS_CURVE_H_
