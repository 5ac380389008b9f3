// Model files from strangers, loaded by the exact decoder and asked for logits: never a crash, and the same logits on
// every path.
#include <cstdlib>

#include "inference/kernel/exact_decoder.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"

using namespace ledgerline;  // NOLINT: a fuzzer

namespace {

std::string Logits(const std::string& bytes, kernel::Path path) {
  const auto ops = kernel::OpsOf(path);
  if (!ops.ok()) return "";
  const auto decoder = kernel::ExactDecoder::Load(bytes, **ops, kernel::Precision::kInt8);
  if (!decoder.ok()) return "";
  tokens::Row row{};
  row[tokens::kBarIndex] = 0;
  if (!(*decoder)->Read({row, row, row}, {tokens::BarRow{}}, {1}).ok()) return "";
  const Result<std::span<const float>> logits = (*decoder)->Pitch(row);
  if (!logits.ok()) return "";
  return std::string(reinterpret_cast<const char*>(logits->data()), logits->size() * sizeof(float));
}

}  // namespace

// The input is changes to a whole model's file, of four bytes each: where (three) and what is mixed in.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const model::ModelFile kWhole = kernel::SampleModel(model::TinyShape());
  static const std::string kFloats = model::SerialiseModelFile(kWhole),
                           kCodes = model::SerialiseModelFile(kernel::QuantiseModelFile(kWhole));
  if (size == 0) return 0;
  std::string bytes = data[0] % 2 == 0 ? kFloats : kCodes;
  for (size_t i = 1; i + 4 <= size; i += 4) {
    const size_t at = data[i] | data[i + 1] << 8 | data[i + 2] << 16;
    bytes[at % bytes.size()] = static_cast<char>(bytes[at % bytes.size()] ^ data[i + 3]);
  }
  const std::string truth = Logits(bytes, kernel::Path::kScalar);
  if (truth.empty()) {
    if (size < 5) std::abort();  // unchanged, it loads
    return 0;
  }
  for (const kernel::Path path : {kernel::Path::kAvx2, kernel::Path::kAvx512}) {
    const std::string logits = Logits(bytes, path);
    if (!logits.empty() && logits != truth) std::abort();
  }
  return 0;
}
