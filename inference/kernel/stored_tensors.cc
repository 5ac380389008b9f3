#include "inference/kernel/stored_tensors.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace ledgerline::kernel {
namespace {

// No intermediate of a decoder leaves binary32 while its weights stay within this (docs/decisions/0015).
constexpr float kLargestWeight = 1000.0f;

size_t Count(const std::vector<int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), size_t{1},
                         [](size_t product, int64_t size) { return product * static_cast<size_t>(size); });
}

bool EndsWith(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

bool IsLargeMatrix(std::string_view name, const model::StoredTensor& tensor) {
  constexpr std::array<std::string_view, 6> kEndings = {"/query_key_value", "/attention_out", "/gate_up", "/down",
                                                        "/enter",           "/head"};
  return tensor.shape.size() == 2 && std::any_of(kEndings.begin(), kEndings.end(),
                                                 [name](std::string_view ending) { return EndsWith(name, ending); });
}

}  // namespace

LookupTable::LookupTable(std::span<const float> values, size_t width)
    : values_(values.begin(), values.end()), width_(width) {}

bool LookupTable::Add(int64_t index, float* x) const {
  if (index < 0 || static_cast<size_t>(index) >= rows()) return false;
  const float* row = values_.data() + static_cast<size_t>(index) * width_;
  for (size_t i = 0; i < width_; ++i) x[i] = x[i] + row[i];
  return true;
}

bool LookupTable::Copy(int64_t index, float* x) const {
  if (index < 0 || static_cast<size_t>(index) >= rows()) return false;
  std::copy_n(values_.data() + static_cast<size_t>(index) * width_, width_, x);
  return true;
}

const model::StoredTensor* StoredTensors::Find(const std::string& name, const std::vector<int64_t>& shape) {
  const auto stored = file_.tensors.find(name);
  if (stored == file_.tensors.end()) {
    if (status_.ok()) status_ = InvalidArgument("the model file lacks tensor " + name);
    return nullptr;
  }
  ++found_;
  if (stored->second.shape != shape) {
    if (status_.ok()) status_ = InvalidArgument("tensor " + name + " has another shape than the network");
    return nullptr;
  }
  return &stored->second;
}

std::span<const float> StoredTensors::Floats(const std::string& name, const std::vector<int64_t>& shape) {
  const model::StoredTensor* stored = Find(name, shape);
  if (stored != nullptr && !stored->codes.empty()) {
    if (status_.ok()) status_ = InvalidArgument("tensor " + name + " is I8; only large matrices may be");
    stored = nullptr;
  }
  if (stored == nullptr) return zeros_.emplace_back(Count(shape));
  for (const float value : stored->values) {
    if (value >= -kLargestWeight && value <= kLargestWeight) continue;
    if (status_.ok()) status_ = OutOfRange("tensor " + name + " has a value outside +-1000, or none");
    return zeros_.emplace_back(Count(shape));
  }
  return stored->values;
}

std::span<const float> StoredTensors::Vector(const std::string& name, size_t size) {
  return Floats(name, {static_cast<int64_t>(size)});
}

LookupTable StoredTensors::Table(const std::string& name, size_t rows, size_t width) {
  return {Floats(name, {static_cast<int64_t>(rows), static_cast<int64_t>(width)}), width};
}

StoredMatrix StoredTensors::Linear(const std::string& name, size_t outputs, size_t inputs) {
  const std::vector<int64_t> shape = {static_cast<int64_t>(outputs), static_cast<int64_t>(inputs)};
  const auto stored = file_.tensors.find(name);
  if (stored == file_.tensors.end() || stored->second.codes.empty()) return {Floats(name, shape)};
  QuantisedWeights& weights = quantised_.emplace_back();
  const std::span<const float> scales = Vector(name + kScalesEnding, outputs);
  weights.scales.assign(scales.begin(), scales.end());
  const model::StoredTensor* found = Find(name, shape);
  weights.codes = found == nullptr ? std::vector<int8_t>(outputs * inputs) : found->codes;
  // -128 has no opposite, which the AVX2 path needs.
  const bool bad_code = std::find(weights.codes.begin(), weights.codes.end(), int8_t{-128}) != weights.codes.end();
  const bool bad_scale = std::any_of(scales.begin(), scales.end(), [](float s) { return s < 0 || s > 1000 / 127.0f; });
  if ((bad_code || bad_scale) && status_.ok()) {
    status_ = OutOfRange("tensor " + name + (bad_code ? " has the code -128" : " has a scale outside 0 to 1000 / 127"));
  }
  return {{}, &weights};
}

Status StoredTensors::Finish() const {
  RETURN_IF_ERROR(status_);
  if (found_ != file_.tensors.size()) {
    return InvalidArgument("the model file has tensors that the network does not know");
  }
  return Status::Ok();
}

model::ModelFile QuantiseModelFile(const model::ModelFile& file) {
  model::ModelFile quantised = file;
  for (const auto& [name, tensor] : file.tensors) {
    if (!tensor.codes.empty() || !IsLargeMatrix(name, tensor)) continue;
    QuantisedWeights weights =
        QuantiseWeights(tensor.values, static_cast<size_t>(tensor.shape[0]), static_cast<size_t>(tensor.shape[1]));
    quantised.tensors[name] = {tensor.shape, {}, std::move(weights.codes)};
    quantised.tensors[name + kScalesEnding] = {{tensor.shape[0]}, std::move(weights.scales), {}};
  }
  return quantised;
}

Result<model::ModelFile> DequantiseModelFile(const model::ModelFile& file) {
  model::ModelFile floats = file;
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.codes.empty()) continue;
    const auto scales = file.tensors.find(name + kScalesEnding);
    if (tensor.shape.size() != 2 || scales == file.tensors.end() ||
        scales->second.values.size() != static_cast<size_t>(tensor.shape[0])) {
      return InvalidArgument("tensor " + name + " is I8 without scales of its number of rows");
    }
    model::StoredTensor& out = floats.tensors[name];
    const size_t inputs = static_cast<size_t>(tensor.shape[1]);
    out.values.resize(tensor.codes.size());
    for (size_t i = 0; i < tensor.codes.size(); ++i) {
      out.values[i] = static_cast<float>(tensor.codes[i]) * scales->second.values[i / inputs];
    }
    out.codes.clear();
    floats.tensors.erase(name + kScalesEnding);
  }
  return floats;
}

}  // namespace ledgerline::kernel
