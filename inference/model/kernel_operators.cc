#include "inference/model/kernel_operators.h"

#include <torch/library.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "inference/kernel/cache.h"
#include "inference/kernel/matrix.h"
#include "inference/kernel/rope_table.h"

namespace ledgerline::model {
namespace {

using torch::Tensor;

const kernel::Ops& Ops() {
  static const Result<const kernel::Ops*> ops = kernel::ChooseOps();
  TORCH_CHECK(ops.ok(), ops.status().ToString());
  return **ops;
}

void CheckFloats(const Tensor& tensor, int64_t dimensions, const char* name) {
  TORCH_CHECK(tensor.scalar_type() == torch::kFloat32 && tensor.device().is_cpu() && tensor.dim() == dimensions &&
                  tensor.numel() > 0,
              "ledgerline: ", name, " must be float32 on the CPU with ", dimensions, " dimensions and not empty");
}

// Rows of a [rows, width] tensor, padded with zeros.
struct Rows {
  Rows(const Tensor& tensor, size_t pad_to)
      : count(static_cast<size_t>(tensor.size(0))),
        width(static_cast<size_t>(tensor.size(1))),
        stride(kernel::RoundUp(width, pad_to)),
        values(count * stride) {
    const Tensor whole = tensor.contiguous();
    for (size_t r = 0; r < count; ++r) {
      std::copy_n(whole.data_ptr<float>() + r * width, width, values.data() + r * stride);
    }
  }
  Rows(size_t rows, size_t columns, size_t padded)
      : count(rows), width(columns), stride(padded), values(rows * padded) {}
  Tensor ToTensor() const {
    Tensor tensor = torch::empty({static_cast<int64_t>(count), static_cast<int64_t>(width)});
    for (size_t r = 0; r < count; ++r) {
      std::copy_n(values.data() + r * stride, width, tensor.data_ptr<float>() + r * width);
    }
    return tensor;
  }
  float* row(size_t r) { return values.data() + r * stride; }

  size_t count, width, stride;
  kernel::AlignedArray<float> values;
};

Tensor Apply(const Tensor& x, const kernel::Matrix& matrix, kernel::Precision precision, size_t outputs) {
  const kernel::ExactFloats exact;
  const Rows rows(x, kernel::kLanes);
  Rows y(rows.count, outputs, matrix.padded_outputs());
  kernel::Activations activations;
  activations.Prepare(Ops(), precision, rows.values.data(), rows.stride, rows.count, rows.stride);
  matrix.Apply(Ops(), activations, y.values.data(), y.stride, kernel::Write::kSet);
  return y.ToTensor();
}

Tensor Linear(const Tensor& x, const Tensor& weight, bool int8) {
  CheckFloats(x, 2, "x");
  CheckFloats(weight, 2, "weight");
  TORCH_CHECK(x.size(1) == weight.size(1) && x.size(1) <= static_cast<int64_t>(kernel::kMaxInputs),
              "ledgerline::linear: x and weight differ in inputs, or have too many");
  const Tensor whole = weight.contiguous();
  const auto outputs = static_cast<size_t>(weight.size(0));
  const kernel::Precision precision = int8 ? kernel::Precision::kInt8 : kernel::Precision::kFloat;
  const std::span<const float> values(whole.data_ptr<float>(), static_cast<size_t>(whole.numel()));
  const kernel::Matrix matrix =
      kernel::Matrix::FromFloats(Ops(), precision, values, outputs, static_cast<size_t>(weight.size(1)));
  return Apply(x, matrix, precision, outputs);
}

Tensor LinearCodes(const Tensor& x, const Tensor& codes, const Tensor& scales) {
  CheckFloats(x, 2, "x");
  CheckFloats(scales, 1, "scales");
  TORCH_CHECK(codes.scalar_type() == torch::kInt8 && codes.dim() == 2 && codes.size(1) == x.size(1) &&
                  codes.size(0) == scales.size(0) && x.size(1) <= static_cast<int64_t>(kernel::kMaxInputs),
              "ledgerline::linear_codes: codes must be int8 [outputs, inputs] that fit x and scales");
  TORCH_CHECK(codes.min().item<int>() > -128, "ledgerline::linear_codes: the code -128 has no opposite");
  const Tensor whole = codes.contiguous(), factors = scales.contiguous();
  kernel::QuantisedWeights weights;
  weights.codes.assign(whole.data_ptr<int8_t>(), whole.data_ptr<int8_t>() + whole.numel());
  weights.scales.assign(factors.data_ptr<float>(), factors.data_ptr<float>() + factors.numel());
  const auto outputs = static_cast<size_t>(codes.size(0));
  return Apply(
      x,
      kernel::Matrix::FromCodes(Ops(), kernel::Precision::kInt8, weights, outputs, static_cast<size_t>(codes.size(1))),
      kernel::Precision::kInt8, outputs);
}

Tensor KernelRmsNorm(const Tensor& x, const Tensor& gain) {
  CheckFloats(x, 2, "x");
  CheckFloats(gain, 1, "gain");
  TORCH_CHECK(x.size(1) == gain.size(0), "ledgerline::rms_norm: x and gain differ in width");
  const kernel::ExactFloats exact;
  Rows rows(x, kernel::kLanes);
  const Rows gains(gain.unsqueeze(0), kernel::kLanes);
  for (size_t r = 0; r < rows.count; ++r) Ops().rms_norm(rows.row(r), gains.values.data(), rows.width, rows.row(r));
  return rows.ToTensor();
}

Tensor SiluGate(const Tensor& gate, const Tensor& up) {
  CheckFloats(gate, 2, "gate");
  CheckFloats(up, 2, "up");
  TORCH_CHECK(gate.sizes() == up.sizes(), "ledgerline::silu_gate: gate and up differ in shape");
  const kernel::ExactFloats exact;
  Rows a(gate, kernel::kLanes), b(up, kernel::kLanes);
  for (size_t r = 0; r < a.count; ++r) Ops().silu_gate(a.row(r), b.row(r), a.stride, a.row(r));
  return a.ToTensor();
}

Tensor Rotate(const Tensor& x, int64_t first) {
  CheckFloats(x, 3, "x");
  const auto half = static_cast<size_t>(x.size(2)) / 2;
  TORCH_CHECK(x.size(2) % 2 == 0 && first >= 0 && first + x.size(0) <= 1'000'000,
              "ledgerline::rotate: an odd head, or a position outside 0 to 1,000,000");
  const kernel::ExactFloats exact;
  const kernel::RopeTable table = kernel::MakeRopeTable(static_cast<size_t>(first + x.size(0)), half);
  Tensor y = x.contiguous().clone();
  for (int64_t t = 0; t < x.size(0); ++t) {
    for (int64_t h = 0; h < x.size(1); ++h) {
      const size_t at = static_cast<size_t>(first + t) * half;
      Ops().rotate(y.data_ptr<float>() + (t * x.size(1) + h) * x.size(2), table.cosines.data() + at,
                   table.sines.data() + at, half);
    }
  }
  return y;
}

Tensor Attention(const Tensor& query, const Tensor& key, const Tensor& value, bool int8) {
  CheckFloats(query, 3, "query");
  CheckFloats(key, 3, "key");
  CheckFloats(value, 3, "value");
  const int64_t heads = query.size(1), stored = key.size(1), width = query.size(2);
  TORCH_CHECK(key.sizes() == value.sizes() && key.size(2) == width && width <= 4096 && heads % stored == 0 &&
                  query.size(0) <= key.size(0),
              "ledgerline::attention: query, key and value do not fit each other");
  const kernel::ExactFloats exact;
  const kernel::Precision precision = int8 ? kernel::Precision::kInt8 : kernel::Precision::kFloat;
  const size_t head = kernel::RoundUp(static_cast<size_t>(width), kernel::kLanes);
  const auto positions = static_cast<size_t>(key.size(0)), rows = static_cast<size_t>(query.size(0));
  const auto group = static_cast<size_t>(heads / stored);
  Rows keys(key.reshape({-1, width}), kernel::kLanes), values(value.reshape({-1, width}), kernel::kLanes);
  Rows queries(query.reshape({-1, width}), kernel::kLanes);
  Rows out(queries.count, queries.width, queries.stride);
  kernel::AttentionScratch scratch;
  scratch.Grow(group, positions, head);
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  kernel::Cache cache({1, static_cast<size_t>(stored), head, precision});
  cache.Extend(positions);
  for (size_t h = 0; h < static_cast<size_t>(stored); ++h) {
    for (size_t t = 0; t < positions; ++t) {
      const size_t at = t * static_cast<size_t>(stored) + h;
      cache.Store(Ops(), 0, h, t, keys.row(at), values.row(at));
    }
    for (size_t r = 0; r < rows; ++r) {
      const size_t at = r * static_cast<size_t>(heads) + h * group;
      const kernel::AttentionRow row{cache.pages().data(), positions - rows + r + 1, 0};
      const kernel::AttentionJob job{
          &row, 1,           row.length, 0,       cache.shape().OffsetOf(0, h), head, group, scale, queries.row(at),
          0,    out.row(at), 0,          &scratch};
      (int8 ? Ops().attend_int8 : Ops().attend_float)(job);
    }
  }
  return out.ToTensor().reshape(query.sizes());
}

}  // namespace

void LinkKernelOperators() {}

}  // namespace ledgerline::model

TORCH_LIBRARY(ledgerline, library) {
  library.def("linear(Tensor x, Tensor weight, bool int8) -> Tensor");
  library.def("linear_codes(Tensor x, Tensor codes, Tensor scales) -> Tensor");
  library.def("rms_norm(Tensor x, Tensor gain) -> Tensor");
  library.def("silu_gate(Tensor gate, Tensor up) -> Tensor");
  library.def("rotate(Tensor x, int first) -> Tensor");
  library.def("attention(Tensor query, Tensor key, Tensor value, bool int8) -> Tensor");
}

TORCH_LIBRARY_IMPL(ledgerline, CPU, library) {
  library.impl("linear", ledgerline::model::Linear);
  library.impl("linear_codes", ledgerline::model::LinearCodes);
  library.impl("rms_norm", ledgerline::model::KernelRmsNorm);
  library.impl("silu_gate", ledgerline::model::SiluGate);
  library.impl("rotate", ledgerline::model::Rotate);
  library.impl("attention", ledgerline::model::Attention);
}
