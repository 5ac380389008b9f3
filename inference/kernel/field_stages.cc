#include "inference/kernel/field_stages.h"

#include <algorithm>
#include <array>
#include <string>

namespace ledgerline::kernel {

using namespace tokens;  // NOLINT: the columns are this file's vocabulary
using model::Field;

namespace {

constexpr int kReach = 25;                        // semitones that a relative head tells apart on either side
constexpr int kRelativeColumns = 2 * kReach + 1;  // the outermost stand for all beyond
// Pitches that a pitch is judged against.
constexpr std::array<int, 7> kReferences = {kRolePitch,  kBelowPitch, kMelodySounding, kCopyAPitch,
                                            kCopyAMoved, kCopyBPitch, kCopyBMoved};
constexpr int kOnsetLogits = kEndOfBar + 1;

// (pitch - root) mod 12, or kNoRoot where either is missing.
int AboveRoot(int pitch, int root) { return pitch < kNoPitch && root < kNoRoot ? (pitch - root + 120) % 12 : kNoRoot; }

// A pointer's weight, on the logit that it points at.
void Point(int index, int bound, float weight, float* logits) {
  if (index >= 0 && index < bound) logits[index] = logits[index] + weight;
}

}  // namespace

size_t LogitCount(Field field) {
  switch (field) {
    case Field::kOnset:
      return kOnsetLogits;
    case Field::kRole:
      return kTargetRoles;
    case Field::kPitch:
      return 128;
    case Field::kDuration:
      break;
  }
  return kDurationCount;
}

FieldStages::Stage FieldStages::Build(const char* name, size_t outputs, StoredTensors* stored) const {
  const std::string prefix = std::string(name) + "/";
  auto linear = [&](const char* part, size_t n, size_t k, const Placement& placement = {}) {
    const StoredMatrix matrix = stored->Linear(prefix + part, n, k);
    return matrix.quantised != nullptr ? Matrix::FromCodes(ops_, precision_, *matrix.quantised, n, k, placement)
                                       : Matrix::FromFloats(ops_, precision_, matrix.values, n, k, placement);
  };
  Placement halves;
  for (size_t i = 0; i < 2 * hidden_; ++i) {
    halves.rows.push_back(i < hidden_ ? i : RoundUp(hidden_, kTile) + i - hidden_);
  }
  Stage stage;
  stage.enter = linear("enter", inner_, width_);
  stage.norm = Padded(stored->Vector(prefix + "norm", inner_));
  stage.gate_up = linear("gate_up", 2 * hidden_, inner_, halves);
  stage.down = linear("down", inner_, hidden_);
  stage.out_norm = Padded(stored->Vector(prefix + "out_norm", inner_));
  stage.head = linear("head", outputs, inner_);
  return stage;
}

FieldStages::FieldStages(const Ops& ops, Precision precision, const model::ModelConfig& config, StoredTensors* stored)
    : ops_(ops),
      precision_(precision),
      width_(static_cast<size_t>(config.width)),
      inner_(static_cast<size_t>(config.inner_width)),
      hidden_(static_cast<size_t>(config.inner_hidden)),
      roles_(config.roles) {
  onset_stage_ = Build("onset", 2 * kOnsetLogits + 2, stored);
  role_stage_ = Build("role", static_cast<size_t>(roles_) + 2, stored);
  pitch_stage_ = Build("pitch", 128 + 12 + kReferences.size() * kRelativeColumns, stored);
  duration_stage_ = Build("duration", kDurationCount + 2, stored);
  std::vector<Matrix*> in_order;
  for (Stage* stage : {&onset_stage_, &role_stage_, &pitch_stage_, &duration_stage_}) {
    in_order.insert(in_order.end(), {&stage->enter, &stage->gate_up, &stage->down, &stage->head});
  }
  Matrix::Gather(in_order);
  auto table = [&](const char* name, int symbols) {
    return stored->Table(std::string("step/") + name, static_cast<size_t>(symbols), inner_);
  };
  style_ = table("style", config.styles);
  density_ = table("density", kDensityClasses + 1);
  polyphony_ = table("polyphony", kPolyphonyClasses + 1);
  onset_ = table("onset", kOnsetSymbols);
  copy_onset_ = table("copy_onset", 2 * kOnsetSymbols);
  role_ = table("role", kRoleSymbols);
  copy_role_ = table("copy_role", 2 * kRoleSymbols);
  melody_ = table("melody_above_root", kNoRoot + 1);
  melody_start_ = table("melody_starts", 2);
  root_ = table("root", kNoRoot + 1);
  quality_ = table("quality", kNoQuality + 1);
  below_ = table("below_above_root", kNoRoot + 1);
  pitch_ = table("pitch", kPitchSymbols);
  pitch_above_ = table("pitch_above_root", kNoRoot + 1);
  copy_duration_ = table("copy_duration", 2 * kDurationSymbols);
  remaining_ = table("remaining", kRemainingSymbols);
}

const FieldStages::Stage& FieldStages::StageOf(Field field) const {
  switch (field) {
    case Field::kOnset:
      return onset_stage_;
    case Field::kRole:
      return role_stage_;
    case Field::kPitch:
      return pitch_stage_;
    case Field::kDuration:
      break;
  }
  return duration_stage_;
}

bool FieldStages::TakeFields(Field field, const Row& row, TableSum* sum) const {
  const int root = row[kStepRoot];
  const int melody = AboveRoot(row[kMelodySounding], root);
  if (!sum->Take(style_, row[kStepStyle])) return false;
  switch (field) {
    case Field::kOnset:
      return sum->Take(density_, row[kStepDensity]) && sum->Take(polyphony_, row[kStepPolyphony]) &&
             sum->Take(onset_, row[kLastOnset]) && sum->Take(copy_onset_, row[kCopyAOnset]) &&
             sum->Take(copy_onset_, row[kCopyBOnset] + kOnsetSymbols);
    case Field::kRole:
      return sum->Take(onset_, row[kTargetOnset]) && sum->Take(polyphony_, row[kStepPolyphony]) &&
             sum->Take(copy_role_, row[kCopyARole]) && sum->Take(copy_role_, row[kCopyBRole] + kRoleSymbols) &&
             sum->Take(melody_start_, row[kMelodyStarts]) && sum->Take(melody_, melody);
    case Field::kPitch:
      return sum->Take(onset_, row[kTargetOnset]) && sum->Take(role_, row[kTargetRole]) && sum->Take(root_, root) &&
             sum->Take(quality_, row[kStepQuality]) && sum->Take(melody_start_, row[kMelodyStarts]) &&
             sum->Take(melody_, melody) && sum->Take(below_, AboveRoot(row[kBelowPitch], root));
    case Field::kDuration:
      break;
  }
  return sum->Take(onset_, row[kTargetOnset]) && sum->Take(role_, row[kTargetRole]) &&
         sum->Take(pitch_, row[kTargetPitch]) && sum->Take(pitch_above_, AboveRoot(row[kTargetPitch], root)) &&
         sum->Take(density_, row[kStepDensity]) && sum->Take(polyphony_, row[kStepPolyphony]) &&
         sum->Take(copy_duration_, row[kCopyADuration]) &&
         sum->Take(copy_duration_, row[kCopyBDuration] + kDurationSymbols) && sum->Take(remaining_, row[kRemaining]);
}

void FieldStages::Finish(Field field, const Row& row, const float* out, float* logits) const {
  switch (field) {
    case Field::kOnset: {
      // Absolute, by ticks after the last onset (the last column serves no last onset), and two pointers.
      const int last = row[kLastOnset];
      for (int i = 0; i < kEndOfBar; ++i) {
        const int after = last < kEndOfBar ? std::clamp(i - last, 0, kOnsetLogits - 2) : kOnsetLogits - 1;
        logits[i] = out[i] + out[kOnsetLogits + after];
      }
      logits[kEndOfBar] = out[kEndOfBar];
      Point(row[kCopyAOnset], kOnsetLogits, out[2 * kOnsetLogits], logits);
      Point(row[kCopyBOnset], kOnsetLogits, out[2 * kOnsetLogits + 1], logits);
      return;
    }
    case Field::kRole:
      std::copy_n(out, roles_, logits);
      // A model of vocabulary 1 never chooses the melody's role.
      std::fill(logits + roles_, logits + kTargetRoles, -1e9f);
      Point(row[kCopyARole], roles_, out[roles_], logits);
      Point(row[kCopyBRole], roles_, out[roles_ + 1], logits);
      return;
    case Field::kPitch: {
      // Every pitch's terms are added in one order: absolute, above the root, then each reference's. Reference by
      // reference, all but the outermost columns are runs of neighbours.
      constexpr int kPitches = 128;
      std::copy_n(out, kPitches, logits);
      const int root = row[kStepRoot];
      if (root < kNoRoot) {
        for (int pitch = 0, above = (120 - root) % 12; pitch < kPitches; ++pitch, above = above == 11 ? 0 : above + 1) {
          logits[pitch] = logits[pitch] + out[kPitches + above];
        }
      }
      for (size_t i = 0; i < kReferences.size(); ++i) {
        const int reference = row[static_cast<size_t>(kReferences[i])];
        if (reference >= kNoPitch) continue;
        const float* columns = out + 140 + static_cast<int>(i) * kRelativeColumns;
        const int first = std::clamp(reference - kReach, 0, kPitches);
        const int last = std::clamp(reference + kReach + 1, 0, kPitches);
        for (int pitch = 0; pitch < first; ++pitch) logits[pitch] = logits[pitch] + columns[0];
        for (int pitch = first; pitch < last; ++pitch) {
          logits[pitch] = logits[pitch] + columns[pitch - reference + kReach];
        }
        for (int pitch = last; pitch < kPitches; ++pitch) logits[pitch] = logits[pitch] + columns[kRelativeColumns - 1];
      }
      return;
    }
    case Field::kDuration:
      break;
  }
  std::copy_n(out, kDurationCount, logits);
  Point(row[kCopyADuration], kDurationCount, out[kDurationCount], logits);
  Point(row[kCopyBDuration], kDurationCount, out[kDurationCount + 1], logits);
}

Status FieldStages::Answer(Field field, const std::vector<FieldQuestion>& questions, FieldWorkspace* w) const {
  const ExactFloats exact;
  const Stage& stage = StageOf(field);
  const size_t rows = questions.size(), wide = RoundUp(width_, kTile), narrow = RoundUp(inner_, kTile);
  const size_t both = stage.gate_up.padded_outputs(), up = RoundUp(hidden_, kTile);
  const size_t outputs = stage.head.padded_outputs();
  w->states.Grow(rows * wide);
  w->x.Grow(rows * narrow);
  w->normed.Grow(rows * narrow);
  w->hidden.Grow(rows * both);
  w->out.Grow(rows * outputs);
  for (size_t r = 0; r < rows; ++r) {
    std::copy_n(questions[r].state, wide, w->states.data() + r * wide);
    float* x = w->x.data() + r * narrow;
    std::fill(x, x + narrow, 0.0f);
    TableSum sum;
    if (!TakeFields(field, *questions[r].row, &sum)) {
      return InvalidArgument("a row's context has a symbol that the model does not have");
    }
    sum.AddTo(ops_, inner_, x);
  }
  auto norm = [&](const AlignedArray<float>& gain) {
    for (size_t r = 0; r < rows; ++r) {
      ops_.rms_norm(w->x.data() + r * narrow, gain.data(), inner_, w->normed.data() + r * narrow);
    }
    w->activations.Prepare(ops_, precision_, w->normed.data(), narrow, rows, stage.gate_up.padded_inputs());
  };
  w->activations.Prepare(ops_, precision_, w->states.data(), wide, rows, stage.enter.padded_inputs());
  stage.enter.Apply(ops_, w->activations, w->x.data(), narrow, Write::kAdd);
  norm(stage.norm);
  stage.gate_up.Apply(ops_, w->activations, w->hidden.data(), both, Write::kSet);
  for (size_t r = 0; r < rows; ++r) {
    float* row = w->hidden.data() + r * both;
    ops_.silu_gate(row, row + up, stage.down.padded_inputs(), row);
  }
  w->activations.Prepare(ops_, precision_, w->hidden.data(), both, rows, stage.down.padded_inputs());
  stage.down.Apply(ops_, w->activations, w->x.data(), narrow, Write::kAdd);
  norm(stage.out_norm);
  stage.head.Apply(ops_, w->activations, w->out.data(), outputs, Write::kSet);
  for (size_t r = 0; r < rows; ++r) {
    Finish(field, *questions[r].row, w->out.data() + r * outputs, questions[r].logits);
  }
  return Status::Ok();
}

}  // namespace ledgerline::kernel
