// FieldStages: the field decoder on the exact kernel: from states and context columns to the logits of onset, role,
// pitch and duration, for any number of rows at once. The network is that of inference/model/transformer.h.
#ifndef LEDGERLINE_INFERENCE_KERNEL_FIELD_STAGES_H_
#define LEDGERLINE_INFERENCE_KERNEL_FIELD_STAGES_H_

#include <vector>

#include "inference/kernel/stored_tensors.h"
#include "inference/model/decoder.h"
#include "inference/model/model_config.h"

namespace ledgerline::kernel {

// One question: the state that predicts, the row whose context columns are filled so far, and where the answer goes.
struct FieldQuestion {
  const float* state;  // float32 [RoundUp(width, 64)]
  const tokens::Row* row;
  float* logits;  // LogitCount(field) floats
};

// kEndOfBar + 1, kTargetRoles, 128, kDurationCount.
size_t LogitCount(model::Field field);

// Scratch memory of one thread.
struct FieldWorkspace {
  AlignedArray<float> states, x, normed, hidden, out;
  Activations activations;
};

class FieldStages {
 public:
  FieldStages(const Ops& ops, Precision precision, const model::ModelConfig& config, StoredTensors* stored);

  // Errors: kInvalidArgument (a symbol that the model does not have); then no answer is written.
  Status Answer(model::Field field, const std::vector<FieldQuestion>& questions, FieldWorkspace* workspace) const;

 private:
  struct Stage {
    Matrix enter, gate_up, down, head;
    AlignedArray<float> norm, out_norm;
  };
  Stage Build(const char* name, size_t outputs, StoredTensors* stored) const;
  const Stage& StageOf(model::Field field) const;
  // The vectors of the field's tables for one row. False where a table lacks one.
  bool TakeFields(model::Field field, const tokens::Row& row, TableSum* sum) const;
  void Finish(model::Field field, const tokens::Row& row, const float* out, float* logits) const;

  const Ops& ops_;
  Precision precision_;
  size_t width_, inner_, hidden_;
  int roles_;
  Stage onset_stage_, role_stage_, pitch_stage_, duration_stage_;
  LookupTable style_, density_, polyphony_, onset_, copy_onset_, role_, copy_role_, melody_, melody_start_, root_,
      quality_, below_, pitch_, pitch_above_, copy_duration_, remaining_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_FIELD_STAGES_H_
