#include "tools/train/kernel_commands.h"

#include <cmath>
#include <cstdio>

#include "inference/kernel/exact_decoder.h"
#include "inference/learning/dataset.h"
#include "inference/learning/decoder_evaluation.h"
#include "inference/model/model_file.h"
#include "inference/model/torch_decoder.h"

namespace ledgerline::train {
namespace {

// Losses of perplexity that the kernel may have against LibTorch.
constexpr double kInt8Bound = 0.005, kFloatBound = 0.0001;

int Fail(const Status& status) {
  std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
  return 3;
}

}  // namespace

int Quantise(const std::string& model, const std::string& out) {
  const Result<std::string> bytes = model::ReadFileBytes(model);
  if (!bytes.ok()) return Fail(bytes.status());
  const Result<model::ModelFile> file = model::ParseModelFile(*bytes);
  if (!file.ok()) return Fail(file.status().WithContext(model));
  const std::string quantised = model::SerialiseModelFile(kernel::QuantiseModelFile(*file));
  // What is written must load: the kernel bounds its weights.
  const Result<std::unique_ptr<model::Decoder>> decoder = model::Decoder::Load(quantised);
  if (!decoder.ok()) return Fail(decoder.status().WithContext(model));
  if (const Status written = model::WriteFileBytes(out, quantised); !written.ok()) return Fail(written);
  std::printf("%zu bytes of floats, %zu quantised\n", bytes->size(), quantised.size());
  return 0;
}

int Compare(const std::string& corpus, const std::string& model, const std::string& split, int64_t rows) {
  Result<learning::Dataset> dataset = learning::LoadDataset(corpus, split);
  if (!dataset.ok()) return Fail(dataset.status());
  const Result<std::string> bytes = model::ReadFileBytes(model);
  if (!bytes.ok()) return Fail(bytes.status());
  Result<std::unique_ptr<model::TorchDecoder>> torch = model::TorchDecoder::Load(*bytes);
  if (!torch.ok()) return Fail(torch.status().WithContext(model));
  const Result<const kernel::Ops*> ops = kernel::ChooseOps();
  if (!ops.ok()) return Fail(ops.status());
  const model::ModelConfig& config = (*torch)->config();
  for (learning::DatasetPiece& item : dataset->pieces) {
    if (item.piece.style >= config.styles) item.piece.style = 0;  // a style that this model was not told of
  }
  const std::vector<tokens::Sequence> sequences =
      learning::CoveringChunks(*dataset, static_cast<size_t>(config.context), static_cast<size_t>(rows));
  double reference = 0;
  bool good = true;
  auto judge = [&](const char* name, model::Decoder* decoder, double bound) -> Status {
    ASSIGN_OR_RETURN(const learning::Evaluation result, learning::EvaluateDecoder(decoder, sequences));
    if (bound == 0) reference = result.total;
    const double loss = std::expm1(result.total - reference);
    std::printf("%-14s %.6f nats a note over %lld notes, perplexity %+.5f %%\n", name, result.total,
                static_cast<long long>(result.notes), 100 * loss);
    std::fflush(stdout);
    good = good && (bound == 0 || loss < bound);
    return Status::Ok();
  };
  if (const Status status = judge("LibTorch", torch->get(), 0); !status.ok()) return Fail(status);
  for (const kernel::Precision precision : {kernel::Precision::kFloat, kernel::Precision::kInt8}) {
    const bool floats = precision == kernel::Precision::kFloat;
    const Result<std::unique_ptr<kernel::ExactDecoder>> decoder = kernel::ExactDecoder::Load(*bytes, **ops, precision);
    if (!decoder.ok()) return Fail(decoder.status().WithContext(model));
    const Status status =
        judge(floats ? "kernel, floats" : "kernel, int8", decoder->get(), floats ? kFloatBound : kInt8Bound);
    if (!status.ok()) return Fail(status);
  }
  return good ? 0 : 1;
}

}  // namespace ledgerline::train
