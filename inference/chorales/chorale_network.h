// ChoraleNetwork: the two-level architecture on the JSB chorales: outer blocks over sixteenths, and an inner decoder of
// four stages, one a voice, as the product's model has four stages, one a field of a note.
//
// Logits of a voice are absolute ones plus heads that are relative to six pitches: what the voice sang last and before
// that, what it did after the same passage earlier, and the other three voices.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_NETWORK_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_NETWORK_H_

#include <array>
#include <vector>

#include "inference/chorales/chorale_rows.h"
#include "inference/model/two_level_network.h"

namespace ledgerline::chorales {

struct VoiceBatch {
  torch::Tensor fields;      // int64 [N, kVoiceFields]
  torch::Tensor key;         // float32 [N, kKeyFeatures]
  torch::Tensor references;  // int64 [N, kReferences]
  torch::Tensor target;      // int64 [N]
};

// Pieces side by side, padded to the longest; voices only of steps that exist, N in all.
struct ChoraleBatch {
  torch::Tensor fields;  // int64 [B, T, kOuterFields]
  torch::Tensor key;     // float32 [B, T, kKeyFeatures]
  torch::Tensor places;  // int64 [N], b * T + t of each step
  std::array<VoiceBatch, kVoices> voices;
};

ChoraleBatch MakeBatch(const std::vector<std::vector<ChoraleRow>>& pieces);

class ChoraleNetworkImpl : public model::TwoLevelNetwork {
 public:
  // Of the shape, `styles` and `roles` do not matter.
  // `field_dropout`: the share of a row's symbols that is not
  // seen while training.
  ChoraleNetworkImpl(const model::ModelConfig& shape, double dropout, double field_dropout);

  // float32 [B, T, width]; T is at most config().context.
  torch::Tensor Outer(const ChoraleBatch& batch);
  // states: float32 [N, width] -> logits [N, kSymbols].
  torch::Tensor VoiceLogits(size_t voice, const torch::Tensor& states, const VoiceBatch& batch);
  // Sums of nats of each voice over the batch, float32 scalars.
  std::array<torch::Tensor, kVoices> Losses(const ChoraleBatch& batch);

 private:
  // indices: int64 [..., F] -> the sum of their rows of the table, [..., width].
  torch::Tensor LookupSum(const torch::Tensor& table, const torch::Tensor& indices) const;

  double field_dropout_;
  torch::Tensor outer_table_, outer_key_;
  struct Voice {
    Stage stage;
    torch::Tensor table, key, head;
  };
  std::array<Voice, kVoices> voices_;
  torch::Tensor absolute_;  // [kPitches]
};
TORCH_MODULE(ChoraleNetwork);

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_NETWORK_H_
