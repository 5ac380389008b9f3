// Adapter files from strangers on a whole base: what is accepted is written and read again, and merges to the same
// logits on every path.
#include <cstdlib>

#include "inference/kernel/exact_decoder.h"
#include "tests/inference/kernel/sample_adapter.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"

using namespace ledgerline;  // NOLINT: a fuzzer

namespace {

std::string Logits(const std::string& base, const std::string& adapter, kernel::Path path) {
  const auto ops = kernel::OpsOf(path);
  if (!ops.ok()) return "";
  const auto decoder = kernel::ExactDecoder::Load(base, **ops, kernel::Precision::kInt8, adapter);
  if (!decoder.ok()) return "";
  tokens::Row row{};
  row[tokens::kBarIndex] = 0;
  if (!(*decoder)->Read({row, row, row}, {tokens::BarRow{}}, {1}).ok()) return "";
  const Result<std::span<const float>> logits = (*decoder)->Pitch(row);
  if (!logits.ok()) return "";
  return std::string(reinterpret_cast<const char*>(logits->data()), logits->size() * sizeof(float));
}

}  // namespace

// The input is changes to a whole adapter's file, of four bytes each: where (three) and what is mixed in.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string kBase =
      model::SerialiseModelFile(kernel::QuantiseModelFile(kernel::SampleModel(model::TinyShape())));
  static const std::string kWhole = model::SerialiseAdapterFile(kernel::SampleAdapter(model::TinyShape(), kBase));
  std::string bytes = kWhole;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const size_t at = static_cast<size_t>(data[i] | data[i + 1] << 8 | data[i + 2] << 16) % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ data[i + 3]);
  }
  const auto adapter = model::ParseAdapterFile(bytes);
  if (!adapter.ok()) {
    if (size < 4) std::abort();  // unchanged, it loads
    return 0;
  }
  const std::string again = model::SerialiseAdapterFile(*adapter);
  const auto parsed = model::ParseAdapterFile(again);
  if (!parsed.ok() || model::SerialiseAdapterFile(*parsed) != again) std::abort();
  const std::string truth = Logits(kBase, bytes, kernel::Path::kScalar);
  if (size < 4 && truth.empty()) std::abort();
  for (const kernel::Path path : {kernel::Path::kAvx2, kernel::Path::kAvx512}) {
    if (kernel::OpsOf(path).ok() && Logits(kBase, bytes, path) != truth) std::abort();
  }
  return 0;
}
