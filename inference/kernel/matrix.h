// Matrix: the weights of one linear map, packed for a path, as int8 codes with a scale for each output, or as floats.
//
// Quantisation is part of the contract: scale = largest / 127, code = round(w * (127 / largest)), over each row.
#ifndef LEDGERLINE_INFERENCE_KERNEL_MATRIX_H_
#define LEDGERLINE_INFERENCE_KERNEL_MATRIX_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inference/kernel/aligned_array.h"
#include "inference/kernel/ops.h"

namespace ledgerline::kernel {

enum class Precision { kInt8, kFloat };

// Row-major int8 weights with one scale a row. codes: [outputs, inputs]; scales: [outputs].
struct QuantisedWeights {
  std::vector<int8_t> codes;
  std::vector<float> scales;
};
// values: float32 [outputs, inputs], row-major.
QuantisedWeights QuantiseWeights(std::span<const float> values, size_t outputs, size_t inputs);

// Where rows and columns of a stored matrix stand in the packed one, so that heads and halves begin at padded places.
// Empty means in order. rows[n] is the packed output of stored row n, columns[k] the packed input of stored column k.
struct Placement {
  std::vector<size_t> rows;
  std::vector<size_t> columns;
};

// The activations of some rows, ready for a Matrix: floats, and their codes where the precision is int8.
class Activations {
 public:
  // x: [rows, stride], of which `inputs` (a multiple of 16) count. Valid while x is, and until the next call.
  void Prepare(const Ops& ops, Precision precision, const float* x, size_t stride, size_t rows, size_t inputs);

  const float* x = nullptr;
  size_t stride = 0;
  Int8Rows quantised{};
  size_t rows = 0;

 private:
  AlignedArray<int8_t> codes_;
  AlignedArray<float> scales_;
  AlignedArray<int32_t> sums_;
};

class Matrix {
 public:
  Matrix() = default;
  // Packs what `outputs` x `inputs` stored weights say; dequantises for kFloat, takes codes as they are for kInt8.
  static Matrix FromCodes(const Ops& ops, Precision precision, const QuantisedWeights& weights, size_t outputs,
                          size_t inputs, const Placement& placement = {});
  // The same from floats, which are quantised for kInt8.
  static Matrix FromFloats(const Ops& ops, Precision precision, std::span<const float> values, size_t outputs,
                           size_t inputs, const Placement& placement = {});

  // Moves the codes of int8 matrices into one block of memory, in this order: the order in which they are used, so that
  // the tile that is fetched ahead is the right one at a matrix's end too, and on large pages of the system.
  static void Gather(std::span<Matrix* const> matrices);

  // y[r, :] = or += the product with x's rows. Each row of y holds padded_outputs() floats, `y_stride` apart.
  void Apply(const Ops& ops, const Activations& x, float* y, size_t y_stride, Write write) const;

  size_t padded_outputs() const { return padded_outputs_; }  // a multiple of 64
  size_t padded_inputs() const { return padded_inputs_; }    // a multiple of 16
  size_t bytes() const { return code_count_ + (scales_.size() + values_.size()) * sizeof(float); }

 private:
  // Returns where the codes go, if there are any.
  uint8_t* Shape(Precision precision, size_t outputs, size_t inputs, const Placement& placement);

  Precision precision_ = Precision::kFloat;
  size_t padded_outputs_ = 0;
  size_t padded_inputs_ = 0;
  size_t code_count_ = 0;
  const uint8_t* codes_ = nullptr;                        // in `storage_`
  std::shared_ptr<const AlignedArray<uint8_t>> storage_;  // of this matrix, or of those that it was gathered with
  AlignedArray<float> scales_;
  AlignedArray<float> values_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_MATRIX_H_
