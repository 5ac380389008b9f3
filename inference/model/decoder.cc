#include "inference/model/decoder.h"

namespace ledgerline::model {

void Decoder::Serve(std::span<Step*> steps) {
  for (Step* step : steps) {
    if (step->reads) {
      step->status = step->decoder->Read(step->rows, step->bars, step->places);
      continue;
    }
    const Result<std::span<const float>> logits = step->decoder->Logits(step->field, step->rows.front());
    step->status = logits.status();
    if (logits.ok()) step->logits = *logits;
  }
}

}  // namespace ledgerline::model
