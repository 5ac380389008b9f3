// StoredTensors: hands out the tensors of a model file by name and shape, each once, and bounds their values.
#ifndef LEDGERLINE_INFERENCE_KERNEL_STORED_TENSORS_H_
#define LEDGERLINE_INFERENCE_KERNEL_STORED_TENSORS_H_

#include <array>
#include <deque>
#include <span>
#include <string>

#include "inference/kernel/block_stack.h"
#include "inference/model/model_file.h"

namespace ledgerline::kernel {

// A table of vectors, [rows, width]: what a symbol adds.
class LookupTable {
 public:
  LookupTable() = default;
  LookupTable(std::span<const float> values, size_t width);
  // Adds vector `index` to x. False, and nothing is added, where the table has no such row.
  [[nodiscard]] bool Add(int64_t index, float* x) const;
  // Writes vector `index` to x.
  [[nodiscard]] bool Copy(int64_t index, float* x) const;
  // Vector `index`, float32 [width], which lives as long as the table; null where the table has no such row.
  const float* Row(int64_t index) const {
    return index >= 0 && static_cast<size_t>(index) < rows() ? &values_[static_cast<size_t>(index) * width_] : nullptr;
  }
  size_t rows() const { return width_ == 0 ? 0 : values_.size() / width_; }

 private:
  std::vector<float> values_;
  size_t width_ = 0;
};

// Vectors of one width, of several tables, to be added in the order in which they were taken.
class TableSum {
 public:
  // False, and nothing is taken, where the table has no such row. At most kMost are taken.
  [[nodiscard]] bool Take(const LookupTable& table, int64_t index) {
    const float* row = table.Row(index);
    if (row == nullptr) return false;
    rows_[count_++] = row;
    return true;
  }
  // x: float32 [width].
  void AddTo(const Ops& ops, size_t width, float* x) const { ops.add_rows(rows_.data(), count_, width, x); }

 private:
  static constexpr size_t kMost = 12;
  std::array<const float*, kMost> rows_;
  size_t count_ = 0;
};

// Names where a tensor is I8; its scales are the F32 tensor with this ending.
inline constexpr char kScalesEnding[] = "/scales";

class StoredTensors {
 public:
  // Borrows `file`, which must live as long as what is handed out.
  explicit StoredTensors(const model::ModelFile& file) : file_(file) {}

  // The first error; what is handed out after one is zeros of the right shape, so that callers check once.
  const Status& status() const { return status_; }
  std::span<const float> Vector(const std::string& name, size_t size);
  LookupTable Table(const std::string& name, size_t rows, size_t width);
  StoredMatrix Linear(const std::string& name, size_t outputs, size_t inputs);
  // Errors: that every tensor was asked for, and status().
  Status Finish() const;

 private:
  const model::StoredTensor* Find(const std::string& name, const std::vector<int64_t>& shape);
  std::span<const float> Floats(const std::string& name, const std::vector<int64_t>& shape);

  const model::ModelFile& file_;
  Status status_;
  size_t found_ = 0;
  std::deque<QuantisedWeights> quantised_;
  std::deque<std::vector<float>> zeros_;
};

// Quantises the network's large matrices (layers, field stages and heads), as the kernel does when it loads floats, so
// that both files give the same covers. Matrices that are I8 already stay.
model::ModelFile QuantiseModelFile(const model::ModelFile& file);
// The same file with floats in the place of codes, for LibTorch.
// Errors: kInvalidArgument (a quantised matrix without scales of its number of rows).
Result<model::ModelFile> DequantiseModelFile(const model::ModelFile& file);

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_STORED_TENSORS_H_
