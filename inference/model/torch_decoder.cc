#include "inference/model/torch_decoder.h"

#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <filesystem>

#include "inference/kernel/stored_tensors.h"
#include "inference/model/model_file.h"
#include "inference/model/transformer.h"

namespace ledgerline::model {

struct TorchDecoder::Held {
  explicit Held(Transformer shared) : network(std::move(shared)), cache(network->NewCache()) {}
  Transformer network;
  KeyValueCache cache;
  std::map<std::string, std::string> metadata;
  torch::Tensor state;   // [1, width], of the last row read
  torch::Tensor logits;  // [1, symbols], of the last field asked for
};

namespace {

// Exceptions of LibTorch stop here.
template <typename Work>
Status Guarded(Work&& work) {
  try {
    work();
    return Status::Ok();
  } catch (const std::exception& error) {
    return Internal(std::string("LibTorch: ") + std::string(error.what()).substr(0, 300));
  }
}

// The file that the process's sgemm comes from.
std::string BlasPath() {
  void* symbol = dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info info;
  // A plugin's dependencies may be invisible to RTLD_DEFAULT; the loader still knows libblas by name.
  if (symbol == nullptr) {
    if (void* blas = dlopen("libblas.so.3", RTLD_NOW | RTLD_NOLOAD); blas != nullptr) symbol = dlsym(blas, "sgemm_");
  }
  if (symbol == nullptr || dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return "unknown";
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(info.dli_fname, error);
  return error ? info.dli_fname : real.string();
}

}  // namespace

TorchDecoder::TorchDecoder(std::unique_ptr<Held> held) : held_(std::move(held)) {}
TorchDecoder::~TorchDecoder() = default;

Result<std::unique_ptr<TorchDecoder>> TorchDecoder::Load(std::string_view model_file_bytes) {
  ASSIGN_OR_RETURN(const ModelFile stored, ParseModelFile(model_file_bytes));
  RETURN_IF_ERROR(CheckModelMetadata(stored.metadata));
  ASSIGN_OR_RETURN(const ModelConfig config, ModelConfig::FromMetadata(stored.metadata));
  ASSIGN_OR_RETURN(const ModelFile file, kernel::DequantiseModelFile(stored));
  std::unique_ptr<Held> held;
  Status loaded;
  RETURN_IF_ERROR(Guarded([&] {
    at::set_num_threads(1);
    held = std::make_unique<Held>(Transformer(config));
    held->metadata = file.metadata;
    loaded = LoadParameters(file, held->network.get());
    held->network->eval();
  }));
  RETURN_IF_ERROR(loaded);
  return std::unique_ptr<TorchDecoder>(new TorchDecoder(std::move(held)));
}

const ModelConfig& TorchDecoder::config() const { return held_->network->config(); }
const std::map<std::string, std::string>& TorchDecoder::metadata() const { return held_->metadata; }
std::unique_ptr<Decoder> TorchDecoder::Another() const {
  auto held = std::make_unique<Held>(held_->network);
  held->metadata = held_->metadata;
  return std::unique_ptr<Decoder>(new TorchDecoder(std::move(held)));
}
void TorchDecoder::Reset() {
  held_->cache.length = 0;
  // The number of threads is a setting of each calling thread under OpenMP, and sums depend on it.
  at::set_num_threads(1);
}
int64_t TorchDecoder::length() const { return held_->cache.length; }

Status TorchDecoder::Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
                          const std::vector<int64_t>& places) {
  if (rows.empty()) return Status::Ok();
  if (length() + static_cast<int64_t>(rows.size()) > config().context) {
    return OutOfRange("reading " + std::to_string(rows.size()) + " rows after " + std::to_string(length()) +
                      "; the context is " + std::to_string(config().context));
  }
  return Guarded([&] {
    const c10::InferenceMode inference;
    const torch::Tensor states = held_->network->OuterCached(RowsTensor(rows).unsqueeze(0), BarsTensor(bars),
                                                             torch::tensor(places, torch::kInt64), &held_->cache);
    held_->state = states.select(1, static_cast<int64_t>(rows.size()) - 1);
  });
}

Result<std::span<const float>> TorchDecoder::Logits(Field field, const tokens::Row& row) {
  if (length() == 0) return FailedPrecondition("no row was read");
  Held& held = *held_;
  RETURN_IF_ERROR(Guarded([&] {
    const c10::InferenceMode inference;
    const torch::Tensor rows = RowsTensor({row});
    switch (field) {
      case Field::kOnset:
        held.logits = held.network->OnsetLogits(held.state, rows);
        break;
      case Field::kRole:
        // A model of vocabulary 1 never chooses the melody's role.
        held.logits = torch::constant_pad_nd(held.network->RoleLogits(held.state, rows),
                                             {0, tokens::kTargetRoles - config().roles}, -1e9);
        break;
      case Field::kPitch:
        held.logits = held.network->PitchLogits(held.state, rows);
        break;
      case Field::kDuration:
        held.logits = held.network->DurationLogits(held.state, rows);
        break;
    }
    held.logits = held.logits.contiguous();
  }));
  return std::span<const float>(held.logits.data_ptr<float>(), static_cast<size_t>(held.logits.numel()));
}

std::string TorchVersion() {
  // "CPU capability usage: AVX512" is the one public place where LibTorch 1.13 says which of its kernels it runs.
  const std::string build = at::show_config(), marker = "CPU capability usage: ";
  std::string capability = "unknown";
  if (const size_t at = build.find(marker); at != std::string::npos) {
    const size_t begin = at + marker.size();
    capability = build.substr(begin, build.find_first_of("\n ", begin) - begin);
  }
  const std::filesystem::path blas = BlasPath();
  return "libtorch-" TORCH_VERSION " " + capability + " 1-thread blas-" + blas.parent_path().filename().string() + "/" +
         blas.filename().string();
}

std::string BlasWarning() {
  const std::string path = BlasPath();
  for (const char* good : {"openblas", "blis", "mkl", "atlas"}) {
    if (path.find(good) != std::string::npos) return "";
  }
  return "LibTorch uses the BLAS " + path +
         ", which looks like the reference one and is tens of times slower; install libopenblas0-openmp";
}

}  // namespace ledgerline::model
