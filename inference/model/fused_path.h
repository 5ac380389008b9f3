// MakeFusedKernels: the table of one path, from the templates; included last by each unit that builds one.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_PATH_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_PATH_H_

#include <type_traits>

#include "inference/model/fused_attention.h"
#include "inference/model/fused_kernels.h"
#include "inference/model/fused_losses.h"
#include "inference/model/fused_rows.h"

namespace ledgerline::model {
namespace {

// Calls f with the array as what it holds.
template <typename F>
LEDGERLINE_INLINE auto Typed(const void* array, bool half, const F& f) {
  return half ? f(static_cast<const Bfloat16*>(array)) : f(static_cast<const float*>(array));
}
template <typename F>
LEDGERLINE_INLINE auto Typed(void* array, bool half, const F& f) {
  return half ? f(static_cast<Bfloat16*>(array)) : f(static_cast<float*>(array));
}

FusedKernels MakeFusedKernels(const char* name) {
  FusedKernels k;
  k.name = name;
  k.norm = [](const float* x, const void* added, bool added_half, const float* gain, int64_t rows, int64_t width,
              float* sum, void* normed, bool normed_half, float* inverse) {
    Typed(added, added_half, [&](auto* more) {
      Typed(normed, normed_half, [&](auto* out) { NormRows(x, more, gain, rows, width, sum, out, inverse); });
    });
  };
  k.norm_backward = [](const float* sum, const float* inverse, const float* gain, const float* sum_gradient,
                       const void* gradient, bool gradient_half, int64_t rows, int64_t width, float* d_sum,
                       void* d_added, bool added_half, float* d_gain) {
    Typed(gradient, gradient_half, [&](auto* d) {
      Typed(d_added, added_half, [&](auto* d_more) {
        NormRowsBackward(sum, inverse, gain, sum_gradient, d, rows, width, d_sum, d_more, d_gain);
      });
    });
  };
  k.gate = [](const void* x, bool half, int64_t rows, int64_t width, void* out) {
    Typed(x, half, [&](auto* in) { GateRows(in, rows, width, static_cast<std::remove_cvref_t<decltype(*in)>*>(out)); });
  };
  k.gate_backward = [](const void* x, const void* gradient, bool half, int64_t rows, int64_t width, void* d_x) {
    Typed(x, half, [&](auto* in) {
      using T = std::remove_cvref_t<decltype(*in)>;
      GateRowsBackward(in, static_cast<const T*>(gradient), rows, width, static_cast<T*>(d_x));
    });
  };
  k.attention_room = [](const AttentionShape& shape, bool) { return AttentionRoom::Size(shape); };
  k.attention = [](const AttentionShape& shape, int64_t which, const void* x, bool half, const float* cosines,
                   const float* sines, void* out, float* logsums, float* room) {
    Typed(x, half, [&](auto* in) {
      using T = std::remove_cvref_t<decltype(*in)>;
      AttentionOfHead(shape, which, in, cosines, sines, static_cast<T*>(out), logsums, room);
    });
  };
  k.attention_backward = [](const AttentionShape& shape, int64_t which, const void* x, bool half, const float* cosines,
                            const float* sines, const float* logsums, const void* gradient, void* d_x, float* room) {
    Typed(x, half, [&](auto* in) {
      using T = std::remove_cvref_t<decltype(*in)>;
      AttentionOfHeadBackward(shape, which, in, cosines, sines, logsums, static_cast<const T*>(gradient),
                              static_cast<T*>(d_x), room);
    });
  };
  k.lookup = LookupRows;
  k.lookup_backward = LookupRowsBackward;
  k.loss = [](const void* out, bool half, int64_t rows, int64_t width, const LogitRange* ranges, const int32_t* firsts,
              const int64_t* targets, int64_t symbols, float* logsums) {
    return Typed(out, half,
                 [&](auto* in) { return LossOfRows(in, rows, width, ranges, firsts, targets, symbols, logsums); });
  };
  k.loss_backward = [](const void* out, bool half, int64_t rows, int64_t width, const LogitRange* ranges,
                       const int32_t* firsts, const int64_t* targets, int64_t symbols, const float* logsums,
                       float gradient, void* d_out) {
    Typed(out, half, [&](auto* in) {
      using T = std::remove_cvref_t<decltype(*in)>;
      LossOfRowsBackward(in, rows, width, ranges, firsts, targets, symbols, logsums, gradient, static_cast<T*>(d_out));
    });
  };
  k.squares = SquaresOf;
  k.adam = AdamStep;
  return k;
}

}  // namespace
}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_PATH_H_
