// Model files from strangers, loaded by the exact decoder and asked for logits: never a crash, the same logits on every
// path, and the same for candidates that share a beginning, served together, as for one alone.
#include <cstdlib>

#include "inference/kernel/exact_decoder.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"

using namespace ledgerline;  // NOLINT: a fuzzer

namespace {

model::ModelConfig Shape() {
  model::ModelConfig shape = model::TinyShape();
  shape.context = 80;
  return shape;
}

std::string PitchLogits(model::Decoder* decoder, const tokens::Row& row) {
  const Result<std::span<const float>> logits = decoder->Pitch(row);
  if (!logits.ok()) return "";
  return std::string(reinterpret_cast<const char*>(logits->data()), logits->size() * sizeof(float));
}

// Rows that fill a page of the cache and begin another, the same for all candidates; then rows of the candidate's own.
constexpr size_t kCommon = 66, kCandidates = 3, kOwn = 2;
std::vector<tokens::Row> RowsOf(size_t candidate, bool common) {
  tokens::Row row{};
  row[tokens::kBarIndex] = 0;
  row[tokens::kPitch] = common ? 0 : static_cast<int>(60 + candidate);
  return std::vector<tokens::Row>(common ? kCommon : kOwn, row);
}

// The candidates' logits, of decoders that are served together or of one after the other.
std::string Logits(const std::string& bytes, kernel::Path path, bool together) {
  const auto ops = kernel::OpsOf(path);
  if (!ops.ok()) return "";
  const auto decoder = kernel::ExactDecoder::Load(bytes, **ops, kernel::Precision::kInt8);
  if (!decoder.ok()) return "";
  std::vector<std::unique_ptr<model::Decoder>> candidates;
  for (size_t c = 0; c < kCandidates; ++c) candidates.push_back((*decoder)->Another());
  for (const bool common : {true, false}) {
    std::vector<model::Decoder::Step> steps(kCandidates);
    std::vector<model::Decoder::Step*> served;
    for (size_t c = 0; c < kCandidates; ++c) {
      steps[c].decoder = candidates[c].get();
      steps[c].reads = true;
      steps[c].rows = RowsOf(c, common);
      steps[c].bars = {tokens::BarRow{}};
      steps[c].places = {1};
      served.push_back(&steps[c]);
      if (!together) (*decoder)->Serve(std::span(&served.back(), 1));
    }
    if (together) (*decoder)->Serve(served);
    for (const model::Decoder::Step& step : steps) {
      if (!step.status.ok()) return "";
    }
  }
  std::string logits;
  for (size_t c = 0; c < kCandidates; ++c) {
    const std::string more = PitchLogits(candidates[c].get(), RowsOf(c, false).back());
    if (more.empty()) return "";
    logits += more;
  }
  return logits;
}

}  // namespace

// The input is changes to a whole model's file, of four bytes each: where (three) and what is mixed in.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const model::ModelFile kWhole = kernel::SampleModel(Shape());
  static const std::string kFloats = model::SerialiseModelFile(kWhole),
                           kCodes = model::SerialiseModelFile(kernel::QuantiseModelFile(kWhole));
  if (size == 0) return 0;
  std::string bytes = data[0] % 2 == 0 ? kFloats : kCodes;
  for (size_t i = 1; i + 4 <= size; i += 4) {
    const size_t at = data[i] | data[i + 1] << 8 | data[i + 2] << 16;
    bytes[at % bytes.size()] = static_cast<char>(bytes[at % bytes.size()] ^ data[i + 3]);
  }
  const std::string truth = Logits(bytes, kernel::Path::kScalar, false);
  if (truth.empty()) {
    if (size < 5) std::abort();  // unchanged, it loads
    return 0;
  }
  for (const kernel::Path path : {kernel::Path::kScalar, kernel::Path::kAvx2, kernel::Path::kAvx512}) {
    const std::string logits = Logits(bytes, path, true);
    if (!logits.empty() && logits != truth) std::abort();
  }
  return 0;
}
