// FusedKernels (fused_kernels.h) as differentiable functions of LibTorch's tensors. Each does the same as the formula
// beside it, in one pass and with one node in the graph; rows, heads or columns are shared among LibTorch's threads.
//
// They are for training: for float32, and bfloat16 where stated, on the CPU, while gradients are recorded. For
// everything else (another device, float64, evaluation) the formula is computed as it stands: other devices work,
// results can be compared, and what the exact kernel is checked against stays LibTorch alone.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_OPERATORS_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_OPERATORS_H_

#include <torch/torch.h>

#include <utility>
#include <vector>

#include "inference/model/fused_kernels.h"

namespace ledgerline::model {

// While it lives, this thread computes the formulas: for comparisons.
class FormulasOnly {
 public:
  FormulasOnly();
  ~FormulasOnly();
  FormulasOnly(const FormulasOnly&) = delete;
  FormulasOnly& operator=(const FormulasOnly&) = delete;
};
// Whether a tensor is computed on here, rather than by the formula.
bool Fused(const torch::Tensor& x);
// Whether products of this thread are computed in bfloat16 now: then what only feeds them may be bfloat16, too.
bool ProductsInBfloat16(const torch::Tensor& like);

// x * rsqrt(mean(x^2) + 1e-5) * gain, over the last dimension; bfloat16 if `half`.
torch::Tensor RmsNorm(const torch::Tensor& x, const torch::Tensor& gain, bool half);
// x + added, float32, and its norm. added: float32 or bfloat16.
std::pair<torch::Tensor, torch::Tensor> AddAndNorm(const torch::Tensor& x, const torch::Tensor& added,
                                                   const torch::Tensor& gain, bool half);

// x: [..., 2 * width], float32 or bfloat16 -> silu(first half) * second half.
torch::Tensor GateHalves(const torch::Tensor& x);

// x: [B, T, (heads + 2 * stored) * head], queries, keys and values, float32 or bfloat16 -> what the queries read, [B,
// T, heads * head]. Positions turn pairs (i, i + head / 2); cosines, sines: float32 [T, head / 2]. Scores are divided
// by sqrt(head); a position reads itself and those before it.
torch::Tensor CausalAttention(const torch::Tensor& x, const torch::Tensor& cosines, const torch::Tensor& sines,
                              int64_t heads, int64_t stored);

// table: float32 [S, width]; indices: int64 [N, F] -> the sum of F rows each, [N, width].
torch::Tensor LookupSum(const torch::Tensor& table, const torch::Tensor& indices);

struct Looked {
  torch::Tensor table;    // [S, width]
  torch::Tensor indices;  // int64, of any shape
};
// The sum over all of table[indices], [indices' shape, width].
torch::Tensor SumOfRows(const std::vector<Looked>& looked);

// Rows of a matrix, float32 [M, width]; indices: int64 [N], ascending, none twice.
torch::Tensor ChosenRows(const torch::Tensor& matrix, const torch::Tensor& indices);

// Logits as sums of ranges of an output, row by row.
struct LogitRanges {
  std::vector<LogitRange> ranges;
  std::vector<int32_t> firsts = {0};  // row n has firsts[n] to firsts[n + 1]
  int64_t symbols = 0;

  void Add(int64_t to, int64_t from, int64_t count, int64_t step) {
    if (count <= 0) return;
    ranges.push_back({static_cast<int16_t>(to), static_cast<int16_t>(from), static_cast<int16_t>(count),
                      static_cast<int16_t>(step)});
  }
  void EndRow() { firsts.push_back(static_cast<int32_t>(ranges.size())); }
};
// The sum of nats of the targets, a float32 scalar. out: float32 or bfloat16 [N, width], on the CPU; targets: int64
// [N]. At most kLossSymbolsMax symbols and columns.
torch::Tensor RangesLoss(const torch::Tensor& out, LogitRanges ranges, const torch::Tensor& targets);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_OPERATORS_H_
