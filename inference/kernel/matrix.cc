#include "inference/kernel/matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace ledgerline::kernel {

QuantisedWeights QuantiseWeights(std::span<const float> values, size_t outputs, size_t inputs) {
  const ExactFloats exact;
  QuantisedWeights weights;
  weights.codes.resize(outputs * inputs);
  weights.scales.resize(outputs);
  for (size_t n = 0; n < outputs; ++n) {
    const float* row = values.data() + n * inputs;
    uint32_t bits = 0;
    for (size_t k = 0; k < inputs; ++k) bits = std::max(bits, std::bit_cast<uint32_t>(row[k]) & 0x7fffffffu);
    const float largest = std::bit_cast<float>(bits);
    if (!(largest >= kTiniest && largest < kHugest)) continue;
    const float inverse = 127.0f / largest;
    weights.scales[n] = largest / 127.0f;
    for (size_t k = 0; k < inputs; ++k) {
      weights.codes[n * inputs + k] = static_cast<int8_t>(std::nearbyint(row[k] * inverse));
    }
  }
  return weights;
}

void Activations::Prepare(const Ops& ops, Precision precision, const float* values, size_t value_stride, size_t count,
                          size_t inputs) {
  x = values;
  stride = value_stride;
  rows = count;
  if (precision == Precision::kFloat) return;
  codes_.Grow(count * inputs);
  scales_.Grow(count);
  sums_.Grow(count);
  for (size_t r = 0; r < count; ++r) {
    ops.quantise(values + r * value_stride, inputs, codes_.data() + r * inputs, &scales_[r], &sums_[r]);
  }
  quantised = {codes_.data(), scales_.data(), sums_.data(), count};
}

namespace {

size_t PlaceOf(const std::vector<size_t>& places, size_t i) { return places.empty() ? i : places[i]; }

size_t Extent(const std::vector<size_t>& places, size_t count) {
  return places.empty() ? count : *std::max_element(places.begin(), places.end()) + 1;
}

}  // namespace

uint8_t* Matrix::Shape(Precision precision, size_t outputs, size_t inputs, const Placement& placement) {
  precision_ = precision;
  padded_outputs_ = RoundUp(Extent(placement.rows, outputs), kTile);
  padded_inputs_ = RoundUp(Extent(placement.columns, inputs), kLanes);
  if (precision == Precision::kInt8) {
    code_count_ = padded_outputs_ * padded_inputs_;
    auto storage = std::make_shared<AlignedArray<uint8_t>>(code_count_);
    uint8_t* codes = storage->data();
    codes_ = codes;
    storage_ = std::move(storage);
    scales_ = AlignedArray<float>(padded_outputs_);
    return codes;
  }
  values_ = AlignedArray<float>(padded_outputs_ * padded_inputs_);
  return nullptr;
}

Matrix Matrix::FromCodes(const Ops& ops, Precision precision, const QuantisedWeights& weights, size_t outputs,
                         size_t inputs, const Placement& placement) {
  Matrix matrix;
  uint8_t* codes = matrix.Shape(precision, outputs, inputs, placement);
  if (codes != nullptr) std::memset(codes, ops.bias, matrix.code_count_);  // zero, as this path stores it
  for (size_t i = 0; i < outputs; ++i) {
    const size_t n = PlaceOf(placement.rows, i);
    if (precision == Precision::kInt8) matrix.scales_[n] = weights.scales[i];
    for (size_t j = 0; j < inputs; ++j) {
      const size_t k = PlaceOf(placement.columns, j);
      const int8_t code = weights.codes[i * inputs + j];
      if (precision == Precision::kInt8) {
        codes[n / kTile * kTile * matrix.padded_inputs_ + k / 4 * 256 + n % kTile * 4 + k % 4] =
            static_cast<uint8_t>(static_cast<uint8_t>(code) ^ ops.bias);
      } else {
        matrix.values_[n / kFloatTile * kFloatTile * matrix.padded_inputs_ + k * kFloatTile + n % kFloatTile] =
            static_cast<float>(code) * weights.scales[i];
      }
    }
  }
  return matrix;
}

Matrix Matrix::FromFloats(const Ops& ops, Precision precision, std::span<const float> values, size_t outputs,
                          size_t inputs, const Placement& placement) {
  if (precision == Precision::kInt8) {
    return FromCodes(ops, precision, QuantiseWeights(values, outputs, inputs), outputs, inputs, placement);
  }
  Matrix matrix;
  matrix.Shape(precision, outputs, inputs, placement);
  for (size_t i = 0; i < outputs; ++i) {
    const size_t n = PlaceOf(placement.rows, i);
    for (size_t j = 0; j < inputs; ++j) {
      const size_t k = PlaceOf(placement.columns, j);
      matrix.values_[n / kFloatTile * kFloatTile * matrix.padded_inputs_ + k * kFloatTile + n % kFloatTile] =
          values[i * inputs + j];
    }
  }
  return matrix;
}

void Matrix::Gather(std::span<Matrix* const> matrices) {
  size_t bytes = 0;
  for (const Matrix* matrix : matrices) bytes += matrix->code_count_;
  auto storage = std::make_shared<AlignedArray<uint8_t>>(bytes);
  uint8_t* at = storage->data();
  for (Matrix* matrix : matrices) {
    if (matrix->code_count_ == 0) continue;
    std::memcpy(at, matrix->codes_, matrix->code_count_);
    matrix->codes_ = at;
    matrix->storage_ = storage;
    at += matrix->code_count_;
  }
}

void Matrix::Apply(const Ops& ops, const Activations& x, float* y, size_t y_stride, Write write) const {
  if (precision_ == Precision::kInt8) {
    ops.linear_int8({codes_, scales_.data(), padded_outputs_, padded_inputs_}, x.quantised, y, y_stride, write);
  } else {
    ops.linear_float({values_.data(), padded_outputs_, padded_inputs_}, x.x, x.stride, x.rows, y, y_stride, write);
  }
}

}  // namespace ledgerline::kernel
