// FusedKernels: the parts of a training step that are not products with weights, each in one pass: norms, gates,
// causal attention, sums of table rows, losses, and the optimiser's step. Plain C++, no LibTorch; fused_operators.h
// gives them to LibTorch's autograd, with the formula that each stands for.
//
// Matrices are row-major without gaps. `half` says that an array holds bfloat16 (round to nearest, ties to even)
// instead of float32; sums are in float32 either way. Functions work on what they are given, on the calling thread:
// callers cut work at rows, columns or heads. Unlike inference/kernel, nothing is promised about bits: paths may
// differ.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_KERNELS_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_KERNELS_H_

#include <cstdint>

namespace ledgerline::model {

struct AttentionShape {
  int64_t length = 0;  // T: positions
  int64_t heads = 0;   // of queries
  int64_t stored = 0;  // of keys and values, a divisor of `heads`
  int64_t head = 0;    // an even number of values
};

// Adds `from`, ... to the logits `to`, ..., `count` of them; with step 0 the same value to all.
struct LogitRange {
  int16_t to, from, count, step;
};

struct FusedKernels {
  const char* name;

  // sum = x + added (unless `added` is null: then x itself is normed and `sum` may be null), float [rows, width];
  // normed = sum / sqrt(mean(sum^2) + 1e-5) * gain; inverse: float [rows], that quotient's factor.
  void (*norm)(const float* x, const void* added, bool added_half, const float* gain, int64_t rows, int64_t width,
               float* sum, void* normed, bool normed_half, float* inverse);
  // `sum_gradient` may be null. d_sum: of x and of what was added, float; `d_added` (as it was added) may be null;
  // d_gain, float [width], is added to.
  void (*norm_backward)(const float* sum, const float* inverse, const float* gain, const float* sum_gradient,
                        const void* gradient, bool gradient_half, int64_t rows, int64_t width, float* d_sum,
                        void* d_added, bool added_half, float* d_gain);

  // x: [rows, 2 * width], gates before values -> silu(gate) * value, [rows, width].
  void (*gate)(const void* x, bool half, int64_t rows, int64_t width, void* out);
  void (*gate_backward)(const void* x, const void* gradient, bool half, int64_t rows, int64_t width, void* d_x);

  // Floats that one call of the attention needs to work in.
  int64_t (*attention_room)(const AttentionShape& shape, bool backward);
  // One head of keys and values, `which`, and the heads of queries that share it, of one piece. x: [T, (heads + 2 *
  // stored) * head], queries, keys, values; turned by `cosines` and `sines`, float [T, head / 2]. out: [T, heads *
  // head]; logsums: float [heads, T], of the scaled scores.
  void (*attention)(const AttentionShape& shape, int64_t which, const void* x, bool half, const float* cosines,
                    const float* sines, void* out, float* logsums, float* room);
  // Writes the columns of d_x that belong to `which`.
  void (*attention_backward)(const AttentionShape& shape, int64_t which, const void* x, bool half, const float* cosines,
                             const float* sines, const float* logsums, const void* gradient, void* d_x, float* room);

  // out [rows, width] = the sum of `fields` rows of the table each, columns [begin, end) alone.
  void (*lookup)(const float* table, const int64_t* indices, int64_t rows, int64_t fields, int64_t width, int64_t begin,
                 int64_t end, float* out);
  // Adds to d_table.
  void (*lookup_backward)(const float* gradient, const int64_t* indices, int64_t rows, int64_t fields, int64_t width,
                          int64_t begin, int64_t end, float* d_table);

  // Logits of a row are sums of ranges of `out`, [rows, width]; ranges of row n: firsts[n] to firsts[n + 1]. Returns
  // the sum of nats of the targets; logsums: float [rows].
  double (*loss)(const void* out, bool half, int64_t rows, int64_t width, const LogitRange* ranges,
                 const int32_t* firsts, const int64_t* targets, int64_t symbols, float* logsums);
  void (*loss_backward)(const void* out, bool half, int64_t rows, int64_t width, const LogitRange* ranges,
                        const int32_t* firsts, const int64_t* targets, int64_t symbols, const float* logsums,
                        float gradient, void* d_out);

  // The sum of squares, and a step of AdamW: gradients times `clip`; `keep`: what the decay leaves of a parameter.
  double (*squares)(const float* values, int64_t count);
  void (*adam)(float* parameter, const float* gradient, float* mean, float* square, int64_t count, float clip,
               float keep, float rate, float by_second);
};

// Symbols and columns that `loss` has room for.
inline constexpr int64_t kLossSymbolsMax = 1024;

// The fastest that this processor has: "avx512", "avx2" or "plain". LEDGERLINE_FUSED names another, for tests.
const FusedKernels& ChooseFusedKernels();

namespace internal {
const FusedKernels& PlainFusedKernels();
#if defined(__x86_64__)
const FusedKernels& Avx2FusedKernels();
const FusedKernels& Avx512FusedKernels();
#endif
}  // namespace internal

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_KERNELS_H_
