// Transformer: the two-level decoder in LibTorch.
//
// The outer decoder (RMSNorm, RoPE, SwiGLU, causal attention) reads rows (tokens/positions.h) and gives one state a
// row. The field decoder turns a state that predicts into onset, role, pitch and duration, in that order: four small
// gated networks, each fed the state, the fields already chosen and the musical context there. Logits of pitch add
// heads that are relative to the chord's root, the role's last note, the note below, the melody and two earlier bars;
// onsets, roles and durations add a pointer to what those bars did. See docs/decisions/0010-two-level-model.md.
//
// Written for LibTorch 1.13 and 2.x: no TorchScript, no optimiser internals; what is fused is our own
// (fused_operators.h), for training on the CPU.
#ifndef LEDGERLINE_INFERENCE_MODEL_TRANSFORMER_H_
#define LEDGERLINE_INFERENCE_MODEL_TRANSFORMER_H_

#include <torch/torch.h>

#include <vector>

#include "inference/model/two_level_network.h"
#include "inference/tokens/positions.h"

namespace ledgerline::model {

struct FieldLosses {
  torch::Tensor onset, role, pitch, duration;  // float32 scalars: sums of nats
  int64_t events = 0;                          // notes predicted (ends of bar are in `onset`, not counted here)
};

class TransformerImpl : public TwoLevelNetwork {
 public:
  // `dropout`: see TwoLevelNetwork.
  explicit TransformerImpl(const ModelConfig& config, double dropout = 0);

  // rows: int64 [B, T, kColumns], kPadRow-padded at the end; bars: int64 [N, kBarColumns]; places: int64 [N], the flat
  // index b * T + t of each bar's row -> float32 [B, T, width]. T is at most config().context.
  torch::Tensor Outer(const torch::Tensor& rows, const torch::Tensor& bars, const torch::Tensor& places);
  // The same for rows [1, T, kColumns] that follow what the cache holds; the cache grows by T.
  torch::Tensor OuterCached(const torch::Tensor& rows, const torch::Tensor& bars, const torch::Tensor& places,
                            KeyValueCache* cache);

  // states: float32 [N, width]; rows: int64 [N, kColumns], filled as far as the field needs (BarContext) -> logits
  // float32 [N, kEndOfBar + 1], [N, config().roles], [N, 128], [N, kDurationCount].
  torch::Tensor OnsetLogits(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor RoleLogits(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor PitchLogits(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor DurationLogits(const torch::Tensor& states, const torch::Tensor& rows);

  // Cross-entropy of every predicting row of a batch.
  FieldLosses Losses(const torch::Tensor& rows, const torch::Tensor& bars, const torch::Tensor& places);

 private:
  // What the stages' heads give: logits are sums of its columns.
  torch::Tensor OnsetOut(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor RoleOut(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor PitchOut(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor DurationOut(const torch::Tensor& states, const torch::Tensor& rows);
  torch::Tensor Embed(const torch::Tensor& rows, const torch::Tensor& bars, const torch::Tensor& places);

  // Row embeddings.
  torch::Tensor kind_, beat_, tick_, role_, pitch_, above_root_, quality_, duration_;
  // Bar embeddings and their projection.
  torch::Tensor bar_style_, bar_metre_, bar_length_, bar_density_, bar_polyphony_, bar_start_, bar_end_, bar_chord_,
      bar_degree_, bar_project_;
  // Field decoder.
  Stage onset_stage_, role_stage_, pitch_stage_, duration_stage_;
  torch::Tensor step_style_, step_density_, step_polyphony_, step_onset_, step_copy_onset_, step_role_, step_copy_role_,
      step_melody_, step_melody_start_, step_root_, step_quality_, step_below_, step_pitch_, step_pitch_above_,
      step_copy_duration_, step_remaining_;
  torch::Tensor onset_head_, onset_bias_, role_head_, pitch_head_, pitch_bias_, duration_head_;
};
TORCH_MODULE(Transformer);

// The network that a generator's model file holds; a quantised one is dequantised. Errors: kFailedPrecondition (another
// format), those of ModelConfig::FromMetadata, DequantiseModelFile and LoadParameters.
Result<Transformer> NetworkOf(const ModelFile& stored);

// int64 tensors of encoded rows. RowsTensor: [rows, kColumns]; BarsTensor: [bars, kBarColumns].
torch::Tensor RowsTensor(const std::vector<tokens::Row>& rows);
torch::Tensor BarsTensor(const std::vector<tokens::BarRow>& bars);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_TRANSFORMER_H_
