#include "inference/model/fused_operators.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "inference/model/shared_work.h"

namespace ledgerline::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

// Aligned as what the linker puts behind it: mold 1.10 has read-only data begin at a program's thread-local zeros, and
// where four-byte ones straddle the end of a page, as in one program of a thousand, the loader cannot start it.
alignas(8) thread_local int formulas_only = 0;

constexpr int64_t kRowsAtOnce = 16;     // that a thread takes at least
constexpr int64_t kColumnsAtOnce = 32;  // of a table

bool IsHalf(const Tensor& x) { return x.scalar_type() == torch::kBFloat16; }
bool IsFloat(const Tensor& x) { return Fused(x) && x.scalar_type() == torch::kFloat32; }
const float* Floats(const Tensor& x) { return x.data_ptr<float>(); }
float* FloatsOf(Tensor& x) { return x.data_ptr<float>(); }
// The values of a matrix from row `row` on.
const void* From(const Tensor& x, int64_t row, int64_t width) {
  return static_cast<const char*>(x.data_ptr()) + row * width * static_cast<int64_t>(x.element_size());
}
void* Into(Tensor& x, int64_t row, int64_t width) {
  return static_cast<char*>(x.data_ptr()) + row * width * static_cast<int64_t>(x.element_size());
}
torch::ScalarType Type(bool half) { return half ? torch::kBFloat16 : torch::kFloat32; }
const FusedKernels& Kernels() { return ChooseFusedKernels(); }

// Cuts `count` rows into one run for each thread; f(run, begin, end). How many runs there may be is returned first.
int64_t Runs(int64_t count) {
  return std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), count / kRowsAtOnce));
}
template <typename F>
void InRuns(int64_t count, const F& f) {
  const int64_t runs = Runs(count);
  ShareWork(runs, 1, [&](int64_t first, int64_t last) {
    for (int64_t run = first; run < last; ++run) f(run, count * run / runs, count * (run + 1) / runs);
  });
}

// Inputs x, added (looked at only if `adds`), gain; outputs sum (if `adds`) and norm.
struct NormFunction : torch::autograd::Function<NormFunction> {
  static tensor_list forward(AutogradContext* context, const Variable& x, const Variable& added, const Variable& gain,
                             bool adds, bool half) {
    const int64_t width = x.size(-1), rows = x.numel() / std::max<int64_t>(width, 1);
    Tensor sum = adds ? torch::empty_like(x) : x;
    Tensor normed = torch::empty(x.sizes(), x.options().dtype(Type(half)));
    Tensor inverse = torch::empty({rows}, x.options());
    InRuns(rows, [&](int64_t, int64_t begin, int64_t end) {
      Kernels().norm(Floats(x) + begin * width, adds ? From(added, begin, width) : nullptr, adds && IsHalf(added),
                     Floats(gain), end - begin, width, adds ? FloatsOf(sum) + begin * width : nullptr,
                     Into(normed, begin, width), half, FloatsOf(inverse) + begin);
    });
    context->save_for_backward({sum, gain, inverse});
    context->saved_data["adds"] = adds;
    context->saved_data["added_half"] = adds && IsHalf(added);
    context->set_materialize_grads(false);
    if (adds) return {sum, normed};
    return {normed};
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &sum = saved[0], &gain = saved[1], &inverse = saved[2];
    const bool adds = context->saved_data["adds"].toBool(), added_half = context->saved_data["added_half"].toBool();
    const Tensor gradient = gradients[adds ? 1 : 0];
    const Tensor sum_gradient = adds && gradients[0].defined() ? gradients[0].contiguous() : Tensor();
    if (!gradient.defined()) {
      return {sum_gradient, added_half && sum_gradient.defined() ? sum_gradient.to(torch::kBFloat16) : sum_gradient,
              Tensor(), Tensor(), Tensor()};
    }
    const Tensor dense = gradient.contiguous();
    const int64_t width = sum.size(-1), rows = inverse.numel();
    Tensor d_sum = torch::empty_like(sum);
    Tensor d_added = added_half ? torch::empty(sum.sizes(), sum.options().dtype(torch::kBFloat16)) : Tensor();
    Tensor d_gain = torch::zeros({Runs(rows), width}, sum.options());
    InRuns(rows, [&](int64_t run, int64_t begin, int64_t end) {
      Kernels().norm_backward(Floats(sum) + begin * width, Floats(inverse) + begin, Floats(gain),
                              sum_gradient.defined() ? Floats(sum_gradient) + begin * width : nullptr,
                              From(dense, begin, width), IsHalf(dense), end - begin, width,
                              FloatsOf(d_sum) + begin * width, added_half ? Into(d_added, begin, width) : nullptr,
                              added_half, FloatsOf(d_gain) + run * width);
    });
    return {d_sum, !adds ? Tensor() : added_half ? d_added : d_sum, d_gain.sum(0), Tensor(), Tensor()};
  }
};

struct GateFunction : torch::autograd::Function<GateFunction> {
  static Tensor forward(AutogradContext* context, const Variable& x) {
    const int64_t width = x.size(-1) / 2, rows = x.numel() / std::max<int64_t>(2 * width, 1);
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = width;
    Tensor out = torch::empty(shape, x.options());
    InRuns(rows, [&](int64_t, int64_t begin, int64_t end) {
      Kernels().gate(From(x, begin, 2 * width), IsHalf(x), end - begin, width, Into(out, begin, width));
    });
    context->save_for_backward({x});
    return out;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const Tensor x = context->get_saved_variables()[0];
    const Tensor gradient = gradients[0].to(x.scalar_type()).contiguous();
    const int64_t width = x.size(-1) / 2, rows = x.numel() / std::max<int64_t>(2 * width, 1);
    Tensor d_x = torch::empty_like(x);
    InRuns(rows, [&](int64_t, int64_t begin, int64_t end) {
      Kernels().gate_backward(From(x, begin, 2 * width), From(gradient, begin, width), IsHalf(x), end - begin, width,
                              Into(d_x, begin, 2 * width));
    });
    return {d_x};
  }
};

// Calls f(piece, head of keys, room) for all; each thread has room of its own.
template <typename F>
void ForHeads(const AttentionShape& shape, int64_t pieces, bool backward, const F& f) {
  const int64_t size = Kernels().attention_room(shape, backward);
  ShareWork(pieces * shape.stored, 1, [&](int64_t begin, int64_t end) {
    const std::unique_ptr<float[]> room(new float[static_cast<size_t>(size)]);
    for (int64_t i = begin; i < end; ++i) f(i / shape.stored, i % shape.stored, room.get());
  });
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static Tensor forward(AutogradContext* context, const Variable& x, const Variable& cosines, const Variable& sines,
                        int64_t heads, int64_t stored) {
    const AttentionShape shape{x.size(1), heads, stored, x.size(2) / (heads + 2 * stored)};
    const int64_t pieces = x.size(0), in = x.size(2), read = heads * shape.head;
    Tensor out = torch::empty({pieces, shape.length, read}, x.options());
    Tensor logsums = torch::empty({pieces, heads, shape.length}, cosines.options());
    ForHeads(shape, pieces, false, [&](int64_t piece, int64_t which, float* room) {
      Kernels().attention(shape, which, From(x, piece * shape.length, in), IsHalf(x), Floats(cosines), Floats(sines),
                          Into(out, piece * shape.length, read), FloatsOf(logsums) + piece * heads * shape.length,
                          room);
    });
    context->save_for_backward({x, cosines, sines, logsums});
    context->saved_data["heads"] = heads;
    context->saved_data["stored"] = stored;
    return out;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &cosines = saved[1], &sines = saved[2], &logsums = saved[3];
    const int64_t heads = context->saved_data["heads"].toInt(), stored = context->saved_data["stored"].toInt();
    const AttentionShape shape{x.size(1), heads, stored, x.size(2) / (heads + 2 * stored)};
    const int64_t in = x.size(2), read = heads * shape.head;
    const Tensor gradient = gradients[0].to(x.scalar_type()).contiguous();
    Tensor d_x = torch::empty_like(x);
    ForHeads(shape, x.size(0), true, [&](int64_t piece, int64_t which, float* room) {
      Kernels().attention_backward(shape, which, From(x, piece * shape.length, in), IsHalf(x), Floats(cosines),
                                   Floats(sines), Floats(logsums) + piece * heads * shape.length,
                                   From(gradient, piece * shape.length, read), Into(d_x, piece * shape.length, in),
                                   room);
    });
    return {d_x, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

struct LookupFunction : torch::autograd::Function<LookupFunction> {
  static Tensor forward(AutogradContext* context, const Variable& table, const Variable& indices) {
    const int64_t rows = indices.size(0), fields = indices.size(1), width = table.size(1);
    Tensor out = torch::empty({rows, width}, table.options());
    InRuns(rows, [&](int64_t, int64_t begin, int64_t end) {
      Kernels().lookup(Floats(table), indices.data_ptr<int64_t>() + begin * fields, end - begin, fields, width, 0,
                       width, FloatsOf(out) + begin * width);
    });
    context->save_for_backward({indices});
    context->saved_data["symbols"] = table.size(0);
    return out;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const Tensor indices = context->get_saved_variables()[0], gradient = gradients[0].contiguous();
    const int64_t rows = indices.size(0), fields = indices.size(1), width = gradient.size(1);
    Tensor d_table = torch::zeros({context->saved_data["symbols"].toInt(), width}, gradient.options());
    ShareWork((width + kColumnsAtOnce - 1) / kColumnsAtOnce, 1, [&](int64_t first, int64_t last) {
      Kernels().lookup_backward(Floats(gradient), indices.data_ptr<int64_t>(), rows, fields, width,
                                first * kColumnsAtOnce, std::min(last * kColumnsAtOnce, width), FloatsOf(d_table));
    });
    return {d_table, Tensor()};
  }
};

struct ChoiceFunction : torch::autograd::Function<ChoiceFunction> {
  static Tensor forward(AutogradContext* context, const Variable& matrix, const Variable& indices) {
    context->save_for_backward({indices});
    context->saved_data["rows"] = matrix.size(0);
    return matrix.index_select(0, indices);
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const Tensor indices = context->get_saved_variables()[0], gradient = gradients[0].contiguous();
    const int64_t width = gradient.size(1), rows = context->saved_data["rows"].toInt();
    Tensor d_matrix = torch::empty({rows, width}, gradient.options());
    const int64_t* chosen = indices.data_ptr<int64_t>();
    const int64_t count = indices.numel();
    InRuns(rows, [&](int64_t, int64_t begin, int64_t end) {
      int64_t next = std::lower_bound(chosen, chosen + count, begin) - chosen;
      for (int64_t row = begin; row < end; ++row) {
        float* to = FloatsOf(d_matrix) + row * width;
        if (next < count && chosen[next] == row) {
          std::copy_n(Floats(gradient) + next++ * width, width, to);
        } else {
          std::fill_n(to, width, 0.0f);
        }
      }
    });
    return {d_matrix, Tensor()};
  }
};

struct LossFunction : torch::autograd::Function<LossFunction> {
  // The ranges outlive the call in a tensor of bytes: saved data knows only tensors and numbers.
  static Tensor forward(AutogradContext* context, const Variable& out, const Variable& targets, const Variable& ranges,
                        const Variable& firsts, int64_t symbols) {
    const int64_t rows = out.size(0), width = out.size(1);
    Tensor logsums = torch::empty({rows}, out.options().dtype(torch::kFloat32));
    std::vector<double> nats(static_cast<size_t>(Runs(rows)));
    InRuns(rows, [&](int64_t run, int64_t begin, int64_t end) {
      nats[static_cast<size_t>(run)] = Kernels().loss(
          From(out, begin, width), IsHalf(out), end - begin, width, static_cast<LogitRange*>(ranges.data_ptr()),
          firsts.data_ptr<int32_t>() + begin, targets.data_ptr<int64_t>() + begin, symbols, FloatsOf(logsums) + begin);
    });
    double sum = 0;
    for (const double part : nats) sum += part;
    context->save_for_backward({out, targets, ranges, firsts, logsums});
    context->saved_data["symbols"] = symbols;
    return torch::full({}, sum, logsums.options());
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &out = saved[0], &targets = saved[1], &ranges = saved[2], &firsts = saved[3], &logsums = saved[4];
    const int64_t symbols = context->saved_data["symbols"].toInt(), width = out.size(1);
    const float gradient = gradients[0].item<float>();
    Tensor d_out = torch::empty_like(out);
    InRuns(out.size(0), [&](int64_t, int64_t begin, int64_t end) {
      Kernels().loss_backward(From(out, begin, width), IsHalf(out), end - begin, width,
                              static_cast<LogitRange*>(ranges.data_ptr()), firsts.data_ptr<int32_t>() + begin,
                              targets.data_ptr<int64_t>() + begin, symbols, Floats(logsums) + begin, gradient,
                              Into(d_out, begin, width));
    });
    return {d_out, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor Formula(const Tensor& x, const Tensor& gain, bool half) {
  const Tensor normed = x * torch::rsqrt(x.square().mean(-1, /*keepdim=*/true) + 1e-5) * gain;
  return half ? normed.to(torch::kBFloat16) : normed;
}

}  // namespace

FormulasOnly::FormulasOnly() { ++formulas_only; }
FormulasOnly::~FormulasOnly() { --formulas_only; }

bool Fused(const Tensor& x) {
  return formulas_only == 0 && at::GradMode::is_enabled() && x.device().is_cpu() &&
         (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

bool ProductsInBfloat16(const Tensor& like) {
  if (!like.device().is_cpu()) return false;
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
#else
  return at::autocast::is_cpu_enabled() && at::autocast::get_autocast_cpu_dtype() == at::kBFloat16;
#endif
}

Tensor RmsNorm(const Tensor& x, const Tensor& gain, bool half) {
  if (!IsFloat(x) || !IsFloat(gain)) return Formula(x, gain, half);
  return NormFunction::apply(x.contiguous(), x, gain.contiguous(), false, half)[0];
}

std::pair<Tensor, Tensor> AddAndNorm(const Tensor& x, const Tensor& added, const Tensor& gain, bool half) {
  if (!IsFloat(x) || !IsFloat(gain) || !Fused(added) || added.sizes() != x.sizes()) {
    const Tensor sum = x + added;
    return {sum, Formula(sum, gain, half)};
  }
  const tensor_list both = NormFunction::apply(x.contiguous(), added.contiguous(), gain.contiguous(), true, half);
  return {both[0], both[1]};
}

Tensor GateHalves(const Tensor& x) {
  if (Fused(x)) return GateFunction::apply(x.contiguous());
  const std::vector<Tensor> halves = x.chunk(2, -1);
  return torch::silu(halves[0]) * halves[1];
}

Tensor CausalAttention(const Tensor& x, const Tensor& cosines, const Tensor& sines, int64_t heads, int64_t stored) {
  const int64_t batch = x.size(0), length = x.size(1), head = x.size(2) / (heads + 2 * stored), group = heads / stored;
  if (Fused(x) && IsFloat(cosines) && head % 2 == 0) {
    return AttentionFunction::apply(x.contiguous(), cosines.contiguous(), sines.contiguous(), heads, stored);
  }
  const auto turned = [&](const Tensor& y) {
    const std::vector<Tensor> halves = y.chunk(2, -1);
    return torch::cat({halves[0] * cosines - halves[1] * sines, halves[1] * cosines + halves[0] * sines}, -1);
  };
  const std::vector<Tensor> parts =
      x.reshape({batch, length, heads + 2 * stored, head}).transpose(1, 2).split_with_sizes({heads, stored, stored}, 1);
  // Query heads that share a key head stand below each other: [B, stored, group * T, head].
  const Tensor query = turned(parts[0]) * (1.0 / std::sqrt(static_cast<double>(head))), key = turned(parts[1]);
  Tensor scores = torch::matmul(query.reshape({batch, stored, group * length, head}), key.transpose(-2, -1))
                      .reshape({batch, stored, group, length, length});
  const double never = -std::numeric_limits<double>::infinity();
  scores = scores + torch::full({length, length}, never, cosines.options()).triu(1);
  const Tensor weights = torch::softmax(scores, -1).reshape({batch, stored, group * length, length});
  return torch::matmul(weights, parts[2].to(weights.scalar_type()))
      .reshape({batch, heads, length, head})
      .transpose(1, 2)
      .reshape({batch, length, heads * head});
}

Tensor LookupSum(const Tensor& table, const Tensor& indices) {
  if (!IsFloat(table)) return torch::embedding(table, indices).sum(1);
  TORCH_CHECK(
      indices.numel() == 0 || (indices.min().item<int64_t>() >= 0 && indices.max().item<int64_t>() < table.size(0)),
      "an index is outside the table");
  return LookupFunction::apply(table.contiguous(), indices.contiguous());
}

Tensor SumOfRows(const std::vector<Looked>& looked) {
  if (!Fused(looked[0].table)) {
    Tensor sum = torch::embedding(looked[0].table, looked[0].indices);
    for (size_t i = 1; i < looked.size(); ++i) sum = sum + torch::embedding(looked[i].table, looked[i].indices);
    return sum;
  }
  std::vector<Tensor> tables, indices;
  int64_t symbols = 0;
  for (const Looked& one : looked) {
    tables.push_back(one.table);
    indices.push_back(one.indices.reshape({-1}) + symbols);
    symbols += one.table.size(0);
  }
  std::vector<int64_t> shape = looked[0].indices.sizes().vec();
  shape.push_back(looked[0].table.size(1));
  return LookupSum(torch::cat(tables), torch::stack(indices, 1)).reshape(shape);
}

Tensor ChosenRows(const Tensor& matrix, const Tensor& indices) {
  if (!IsFloat(matrix)) return matrix.index_select(0, indices);
  return ChoiceFunction::apply(matrix.contiguous(), indices.contiguous());
}

Tensor RangesLoss(const Tensor& out, LogitRanges ranges, const Tensor& targets) {
  TORCH_CHECK(Fused(out) && out.size(1) <= kLossSymbolsMax && ranges.symbols <= kLossSymbolsMax, "not for RangesLoss");
  static_assert(sizeof(LogitRange) == 8);
  const Tensor bytes = torch::empty({static_cast<int64_t>(ranges.ranges.size())}, torch::kInt64);
  std::copy_n(ranges.ranges.data(), ranges.ranges.size(), static_cast<LogitRange*>(bytes.data_ptr()));
  return LossFunction::apply(out.contiguous(), targets.contiguous(), bytes, torch::tensor(ranges.firsts, torch::kInt32),
                             ranges.symbols);
}

}  // namespace ledgerline::model
