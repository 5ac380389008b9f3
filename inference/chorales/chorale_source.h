// ChoraleSource: which pieces a training step reads, and in which keys. Plain C++, no LibTorch.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_SOURCE_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_SOURCE_H_

#include <cstdint>
#include <vector>

#include "inference/chorales/chorale_rows.h"

namespace ledgerline::chorales {

// An epoch takes every piece once; pieces of about the same length go together, so that little is padding; each is
// moved to a key of its own, within the ranges that the voices have in all pieces. Everything follows from the seed and
// the step. `pieces` must outlive the source.
class ChoraleSource {
 public:
  ChoraleSource(const std::vector<Chorale>& pieces, uint64_t seed, int batch);
  int64_t StepsPerEpoch() const;
  std::vector<std::vector<ChoraleRow>> Draw(int64_t step) const;

 private:
  const std::vector<Chorale>& pieces_;
  std::vector<std::vector<int>> keys_;  // of each piece
  uint64_t seed_;
  size_t batch_;
};

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_SOURCE_H_
