#include "inference/chorales/chorale_network.h"

#include <algorithm>
#include <cmath>

namespace ledgerline::chorales {
namespace {

using torch::Tensor;

constexpr int64_t kReach = 25;
constexpr int64_t kRelativeColumns = 2 * kReach + 1;
constexpr std::array<const char*, kVoices> kVoiceNames = {"soprano", "alto", "tenor", "bass"};

template <size_t size>
int64_t* Write(const std::array<int, size>& values, int64_t* out) {
  return std::copy(values.begin(), values.end(), out);
}

}  // namespace

ChoraleBatch MakeBatch(const std::vector<std::vector<ChoraleRow>>& pieces) {
  size_t longest = 1, steps = 0;
  for (const auto& piece : pieces) longest = std::max(longest, piece.size()), steps += piece.size();
  const int64_t batch = static_cast<int64_t>(pieces.size()), length = static_cast<int64_t>(longest);
  const int64_t n = static_cast<int64_t>(steps);
  ChoraleBatch made;
  made.fields = torch::zeros({batch, length, kOuterFields}, torch::kInt64);
  made.key = torch::zeros({batch, length, kKeyFeatures});
  made.places = torch::empty({n}, torch::kInt64);
  for (VoiceBatch& voice : made.voices) {
    voice = {torch::empty({n, kVoiceFields}, torch::kInt64), torch::empty({n, kKeyFeatures}),
             torch::empty({n, kReferences}, torch::kInt64), torch::empty({n}, torch::kInt64)};
  }
  int64_t at = 0;
  for (int64_t b = 0; b < batch; ++b) {
    const std::vector<ChoraleRow>& piece = pieces[static_cast<size_t>(b)];
    int64_t* fields = made.fields.data_ptr<int64_t>() + b * length * kOuterFields;
    float* key = made.key.data_ptr<float>() + b * length * kKeyFeatures;
    for (size_t t = 0; t < piece.size(); ++t, ++at) {
      fields = Write(piece[t].fields, fields);
      key = std::copy(piece[t].key.begin(), piece[t].key.end(), key);
      made.places.data_ptr<int64_t>()[at] = b * length + static_cast<int64_t>(t);
      for (size_t v = 0; v < kVoices; ++v) {
        const VoiceRow& row = piece[t].voices[v];
        VoiceBatch& voice = made.voices[v];
        Write(row.fields, voice.fields.data_ptr<int64_t>() + at * kVoiceFields);
        std::copy(row.key.begin(), row.key.end(), voice.key.data_ptr<float>() + at * kKeyFeatures);
        Write(row.references, voice.references.data_ptr<int64_t>() + at * kReferences);
        voice.target.data_ptr<int64_t>()[at] = row.target;
      }
    }
  }
  return made;
}

ChoraleNetworkImpl::ChoraleNetworkImpl(const model::ModelConfig& shape, double dropout, double field_dropout)
    : TwoLevelNetwork(shape, dropout),
      field_dropout_(field_dropout),
      absolute_(torch::arange(kPitches, torch::kInt64)) {
  const double by_key = 1.0 / std::sqrt(static_cast<double>(kKeyFeatures));
  outer_table_ = Table("rows.fields", OuterSymbols(), shape.width);
  outer_key_ = Parameter("rows.key", {shape.width, kKeyFeatures}, by_key);
  MakeBlocks();
  for (size_t v = 0; v < kVoices; ++v) {
    const std::string name = kVoiceNames[v];
    voices_[v].stage = MakeStage(name);
    voices_[v].table = Table(name + ".fields", VoiceSymbols(), shape.inner_width);
    voices_[v].key = Parameter(name + ".key", {shape.inner_width, kKeyFeatures}, by_key);
    voices_[v].head = Parameter(name + ".head", {kSymbols + kReferences * kRelativeColumns, shape.inner_width},
                                0.5 / std::sqrt(static_cast<double>(shape.inner_width)));
  }
}

torch::Tensor ChoraleNetworkImpl::LookupSum(const Tensor& table, const Tensor& indices) const {
  const int64_t fields = indices.size(-1);
  const Tensor flat = indices.reshape({-1});
  const Tensor starts = torch::arange(0, flat.size(0), fields, torch::kInt64);
  std::vector<int64_t> shape(indices.sizes().begin(), indices.sizes().end() - 1);
  shape.push_back(table.size(1));
  if (field_dropout_ == 0 || !is_training()) {
    return std::get<0>(torch::embedding_bag(table, flat, starts)).reshape(shape);
  }
  constexpr int64_t kSum = 0;
  const Tensor seen = DropShare(torch::ones({flat.size(0)}), field_dropout_);
  return std::get<0>(torch::embedding_bag(table, flat, starts, false, kSum, false, seen)).reshape(shape);
}

torch::Tensor ChoraleNetworkImpl::Outer(const ChoraleBatch& batch) {
  return RunBlocks(Dropped(LookupSum(outer_table_, batch.fields) + torch::linear(batch.key, outer_key_)), nullptr);
}

torch::Tensor ChoraleNetworkImpl::VoiceLogits(size_t voice, const Tensor& states, const VoiceBatch& batch) {
  const Voice& own = voices_[voice];
  const Tensor fields = LookupSum(own.table, batch.fields) + torch::linear(batch.key, own.key);
  const Tensor out = torch::linear(Dropped(RunStage(own.stage, states, fields)), own.head).to(torch::kFloat32);
  const Tensor heads = out.slice(1, kSymbols).reshape({-1, kReferences, kRelativeColumns});
  const Tensor reference = batch.references.unsqueeze(2);  // [N, references, 1]
  const Tensor index = (absolute_ - reference + kReach).clamp(0, kRelativeColumns - 1);
  const Tensor relative = (heads * (reference < kRest)).gather(2, index).sum(1);  // [N, kPitches]
  return out.slice(1, 0, kSymbols) + torch::constant_pad_nd(relative, {0, 1});
}

std::array<torch::Tensor, kVoices> ChoraleNetworkImpl::Losses(const ChoraleBatch& batch) {
  const Tensor states = Outer(batch).reshape({-1, config_.width}).index_select(0, batch.places);
  std::array<Tensor, kVoices> losses;
  for (size_t v = 0; v < kVoices; ++v) {
    const VoiceBatch& voice = batch.voices[v];
    losses[v] =
        torch::nll_loss(torch::log_softmax(VoiceLogits(v, states, voice), 1), voice.target, {}, at::Reduction::Sum);
  }
  return losses;
}

}  // namespace ledgerline::chorales
