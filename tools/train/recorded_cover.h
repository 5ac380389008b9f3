// A recorded cover as a piece: composed anew from its record, so that its influence is measured on what was composed
// and not on what can be read back from a score.
#ifndef LEDGERLINE_TOOLS_TRAIN_RECORDED_COVER_H_
#define LEDGERLINE_TOOLS_TRAIN_RECORDED_COVER_H_

#include <cstdint>
#include <string>

#include "inference/tokens/piece.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::train {

struct RecordedCover {
  std::string id;  // of the cover's recording
  std::string style;
  Hash256 model;        // as the record names it
  tokens::Piece piece;  // with its events
};

// The cover of entry `index` of a ledger's directory. `served_model`: the model file that made it; ledgerline.figures
// and drums.groove are taken from beside it. Errors: kInvalidArgument (no generation), kFailedPrecondition (another
// model; an adapter, whose pieces no index of the base has), kDataLoss (made anew it has other bytes), those of
// reading.
Result<RecordedCover> ComposeRecordedCover(const std::string& ledger_dir, uint64_t index,
                                           const std::string& served_model);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_RECORDED_COVER_H_
