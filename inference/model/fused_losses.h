// Cross-entropy over logits that are sums of ranges (fused_kernels.h). Included by the units that build the paths.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_LOSSES_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_LOSSES_H_

#include "inference/model/fused_kernels.h"
#include "inference/model/fused_lanes.h"

namespace ledgerline::model {
namespace {

// Both arrays have kLossSymbolsMax + kLanes values; `logits` beyond `symbols` is very low.
template <typename T>
void ReadLogits(const T* out, int64_t width, const LogitRange* ranges, int64_t count, int64_t symbols, float* row,
                float* logits) {
  ForLanes(0, width, [&](int64_t i, int64_t n) { Store(Load(out + i, n), row + i, n); });
  for (int64_t i = 0; i < symbols; ++i) logits[i] = 0;
  for (int i = 0; i < kLanes; ++i) logits[symbols + i] = -1e30f;
  for (int64_t i = 0; i < count; ++i) {
    const LogitRange range = ranges[i];
    if (range.step == 0) {
      for (int k = 0; k < range.count; ++k) logits[range.to + k] += row[range.from];
    } else {
      for (int k = 0; k < range.count; ++k) logits[range.to + k] += row[range.from + k];
    }
  }
}

template <typename T>
double LossOfRows(const T* out, int64_t rows, int64_t width, const LogitRange* ranges, const int32_t* firsts,
                  const int64_t* targets, int64_t symbols, float* logsums) {
  alignas(64) float row[kLossSymbolsMax + kLanes], logits[kLossSymbolsMax + kLanes];
  double nats = 0;
  for (int64_t n = 0; n < rows; ++n) {
    ReadLogits(out + n * width, width, ranges + firsts[n], firsts[n + 1] - firsts[n], symbols, row, logits);
    float highest = logits[0];
    for (int64_t i = 1; i < symbols; ++i) highest = logits[i] > highest ? logits[i] : highest;
    Lanes sums{};
    for (int64_t i = 0; i < symbols; i += kLanes) sums += Exp(Load(logits + i) - highest);
    logsums[n] = highest + __builtin_logf(SumOf(sums));
    nats += static_cast<double>(logsums[n] - logits[targets[n]]);
  }
  return nats;
}

template <typename T>
void LossOfRowsBackward(const T* out, int64_t rows, int64_t width, const LogitRange* ranges, const int32_t* firsts,
                        const int64_t* targets, int64_t symbols, const float* logsums, float gradient, T* d_out) {
  alignas(64) float row[kLossSymbolsMax + kLanes], logits[kLossSymbolsMax + kLanes];
  for (int64_t n = 0; n < rows; ++n) {
    const int64_t count = firsts[n + 1] - firsts[n];
    ReadLogits(out + n * width, width, ranges + firsts[n], count, symbols, row, logits);
    for (int64_t i = 0; i < symbols; i += kLanes) Store(Exp(Load(logits + i) - logsums[n]) * gradient, logits + i);
    logits[targets[n]] -= gradient;
    for (int64_t i = 0; i < width; ++i) row[i] = 0;
    for (int64_t i = 0; i < count; ++i) {
      const LogitRange range = ranges[firsts[n] + i];
      if (range.step == 0) {
        float sum = 0;
        for (int k = 0; k < range.count; ++k) sum += logits[range.to + k];
        row[range.from] += sum;
      } else {
        for (int k = 0; k < range.count; ++k) row[range.from + k] += logits[range.to + k];
      }
    }
    ForLanes(0, width, [&](int64_t i, int64_t lanes) { Store(Load(row + i, lanes), d_out + n * width + i, lanes); });
  }
}

}  // namespace
}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_LOSSES_H_
