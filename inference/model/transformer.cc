#include "inference/model/transformer.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "inference/kernel/stored_tensors.h"
#include "inference/model/fused_operators.h"

namespace ledgerline::model {
namespace {

using namespace tokens;  // NOLINT: the columns are this file's vocabulary
using torch::Tensor;

constexpr int kReach = 25;                        // semitones that a relative head tells apart on either side
constexpr int kRelativeColumns = 2 * kReach + 1;  // the outermost stand for all beyond
// Pitches that a pitch is judged against.
constexpr std::array<int, 7> kReferences = {kRolePitch,  kBelowPitch, kMelodySounding, kCopyAPitch,
                                            kCopyAMoved, kCopyBPitch, kCopyBMoved};
constexpr int64_t kRelativeHeads = kReferences.size();
constexpr int64_t kBarFeatureWidth = 24;

Tensor Column(const Tensor& rows, int column) { return rows.select(-1, column); }

// (pitch - root) mod 12, or kNoRoot where either is missing.
Tensor AboveRoot(const Tensor& pitch, const Tensor& root) {
  const Tensor known = (pitch < kNoPitch).logical_and(root < kNoRoot);
  return torch::where(known, torch::remainder(pitch - root + 120, 12), torch::full_like(pitch, kNoRoot));
}

// `weight` [N, 1] added to the logits at `index` [N] where index < bound.
Tensor Pointed(const Tensor& logits, const Tensor& index, const Tensor& weight) {
  const int64_t bound = logits.size(-1);
  const Tensor known = (index < bound).unsqueeze(-1);
  return logits.scatter_add(-1, index.clamp(0, bound - 1).unsqueeze(-1), (weight * known).to(logits.scalar_type()));
}

// The logits of each field as ranges of its stage's output: the same as the formulas below.

LogitRanges RangesOf(const Tensor& rows, int64_t symbols,
                     const std::function<void(const int64_t*, LogitRanges*)>& add) {
  LogitRanges ranges;
  ranges.symbols = symbols;
  const Tensor dense = rows.contiguous();
  for (int64_t n = 0; n < dense.size(0); ++n) {
    ranges.Add(0, 0, symbols, 1);
    add(dense.data_ptr<int64_t>() + n * kColumns, &ranges);
    ranges.EndRow();
  }
  return ranges;
}

void AddPointer(int64_t index, int64_t from, LogitRanges* ranges) {
  if (index < ranges->symbols) ranges->Add(std::max<int64_t>(index, 0), from, 1, 1);
}

LogitRanges OnsetRanges(const Tensor& rows) {
  constexpr int64_t n = kEndOfBar + 1;
  return RangesOf(rows, n, [](const int64_t* row, LogitRanges* ranges) {
    const int64_t last = row[kLastOnset];
    if (last < kEndOfBar) {
      ranges->Add(0, n, last, 0);
      ranges->Add(last, n, kEndOfBar - last, 1);
    } else {
      ranges->Add(0, n + n - 1, kEndOfBar, 0);
    }
    AddPointer(row[kCopyAOnset], 2 * n, ranges);
    AddPointer(row[kCopyBOnset], 2 * n + 1, ranges);
  });
}

LogitRanges RoleRanges(const Tensor& rows, int64_t roles) {
  return RangesOf(rows, roles, [roles](const int64_t* row, LogitRanges* ranges) {
    AddPointer(row[kCopyARole], roles, ranges);
    AddPointer(row[kCopyBRole], roles + 1, ranges);
  });
}

LogitRanges PitchRanges(const Tensor& rows) {
  return RangesOf(rows, 128, [](const int64_t* row, LogitRanges* ranges) {
    if (const int64_t root = row[kStepRoot]; root < kNoRoot) {
      for (int64_t pitch = 0; pitch < 128;) {  // from one root to the next
        const int64_t above = (pitch - root + 120) % 12, count = std::min<int64_t>(12 - above, 128 - pitch);
        ranges->Add(pitch, 128 + above, count, 1);
        pitch += count;
      }
    }
    for (int64_t h = 0; h < kRelativeHeads; ++h) {
      const int64_t reference = row[kReferences[static_cast<size_t>(h)]], from = 140 + h * kRelativeColumns;
      if (reference >= kNoPitch) continue;
      const int64_t low = std::clamp<int64_t>(reference - kReach, 0, 128);
      const int64_t high = std::clamp<int64_t>(reference + kReach + 1, low, 128);
      ranges->Add(0, from, low, 0);
      ranges->Add(low, from + low - reference + kReach, high - low, 1);
      ranges->Add(high, from + kRelativeColumns - 1, 128 - high, 0);
    }
  });
}

LogitRanges DurationRanges(const Tensor& rows) {
  return RangesOf(rows, kDurationCount, [](const int64_t* row, LogitRanges* ranges) {
    AddPointer(row[kCopyADuration], kDurationCount, ranges);
    AddPointer(row[kCopyBDuration], kDurationCount + 1, ranges);
  });
}

}  // namespace

TransformerImpl::TransformerImpl(const ModelConfig& config, double dropout) : TwoLevelNetwork(config, dropout) {
  const int64_t d = config.width;
  const int64_t inner = config.inner_width;
  kind_ = Table("rows.kind", kKinds, d);
  beat_ = Table("rows.beat", 9, d);
  tick_ = Table("rows.tick", 25, d);
  role_ = Table("rows.role", kRoleSymbols, d);
  pitch_ = Table("rows.pitch", kPitchSymbols, d);
  above_root_ = Table("rows.above_root", kNoRoot + 1, d);
  quality_ = Table("rows.quality", kNoQuality + 1, d);
  duration_ = Table("rows.duration", kDurationSymbols, d);

  const int64_t f = kBarFeatureWidth;
  bar_style_ = Table("bars.style", config.styles, f);
  bar_metre_ = Table("bars.metre", kMetreSymbols, f);
  bar_length_ = Table("bars.length", kLengthSymbols, f);
  bar_density_ = Table("bars.density", kDensityClasses + 1, f);
  bar_polyphony_ = Table("bars.polyphony", kPolyphonyClasses + 1, f);
  bar_start_ = Table("bars.from_start", 5, f);
  bar_end_ = Table("bars.from_end", 5, f);
  bar_chord_ = Table("bars.chord", kChordSymbols, f);
  bar_degree_ = Table("bars.degree", 13, f);
  const int64_t features = 7 * f + kRoles + 2 * kChordSlots * f;
  bar_project_ = Parameter("bars.project", {d, features}, 1.0 / std::sqrt(static_cast<double>(features)));

  MakeBlocks();
  onset_stage_ = MakeStage("onset");
  role_stage_ = MakeStage("role");
  pitch_stage_ = MakeStage("pitch");
  duration_stage_ = MakeStage("duration");
  step_style_ = Table("step.style", config.styles, inner);
  step_density_ = Table("step.density", kDensityClasses + 1, inner);
  step_polyphony_ = Table("step.polyphony", kPolyphonyClasses + 1, inner);
  step_onset_ = Table("step.onset", kOnsetSymbols, inner);
  step_copy_onset_ = Table("step.copy_onset", 2 * kOnsetSymbols, inner);
  step_role_ = Table("step.role", kRoleSymbols, inner);
  step_copy_role_ = Table("step.copy_role", 2 * kRoleSymbols, inner);
  step_melody_ = Table("step.melody_above_root", kNoRoot + 1, inner);
  step_melody_start_ = Table("step.melody_starts", 2, inner);
  step_root_ = Table("step.root", kNoRoot + 1, inner);
  step_quality_ = Table("step.quality", kNoQuality + 1, inner);
  step_below_ = Table("step.below_above_root", kNoRoot + 1, inner);
  step_pitch_ = Table("step.pitch", kPitchSymbols, inner);
  step_pitch_above_ = Table("step.pitch_above_root", kNoRoot + 1, inner);
  step_copy_duration_ = Table("step.copy_duration", 2 * kDurationSymbols, inner);
  step_remaining_ = Table("step.remaining", kRemainingSymbols, inner);

  const double by_inner = 0.5 / std::sqrt(static_cast<double>(inner));
  // Onset: absolute, relative to the last onset, and two pointers.
  onset_head_ = Parameter("onset.head", {(kEndOfBar + 1) + (kEndOfBar + 1) + 2, inner}, by_inner);
  role_head_ = Parameter("role.head", {config.roles + 2, inner}, by_inner);
  // Pitch: absolute, above the root, and the relative heads.
  pitch_head_ = Parameter("pitch.head", {128 + 12 + kRelativeHeads * kRelativeColumns, inner}, by_inner);
  duration_head_ = Parameter("duration.head", {kDurationCount + 2, inner}, by_inner);
}

torch::Tensor TransformerImpl::Embed(const Tensor& rows, const Tensor& bars, const Tensor& places) {
  const Tensor onset = Column(rows, kOnset);
  const Tensor known = onset < kEndOfBar;
  const Tensor beat = torch::where(known, torch::div(onset, 24, "floor"), torch::full_like(onset, 8));
  const Tensor tick = torch::where(known, torch::remainder(onset, 24), torch::full_like(onset, 24));
  const Tensor x = SumOfRows({{kind_, Column(rows, kKind)},
                              {beat_, beat},
                              {tick_, tick},
                              {role_, Column(rows, kRole)},
                              {pitch_, Column(rows, kPitch)},
                              {above_root_, Column(rows, kAboveRoot)},
                              {quality_, Column(rows, kChordQuality)},
                              {duration_, Column(rows, kDuration)}});
  if (bars.size(0) == 0) return x;
  const int64_t count = bars.size(0);
  const Tensor chords = bars.slice(1, kBarChords, kBarColumns);  // [N, 2 * slots]
  const Tensor root = torch::remainder(chords - 1 + 12, 12);
  const Tensor degree = torch::where(chords > 0, torch::remainder(root - Column(bars, kBarTonic).unsqueeze(1) + 12, 12),
                                     torch::full_like(chords, 12));
  const Tensor harmony = (Lookup(bar_chord_, chords) + Lookup(bar_degree_, degree)).reshape({count, -1});
  const Tensor roles =
      torch::bitwise_and(torch::bitwise_right_shift(Column(bars, kBarRoles).unsqueeze(1),
                                                    torch::arange(kRoles, bars.options()).unsqueeze(0)),
                         torch::ones({1, 1}, bars.options()));
  const Tensor features =
      torch::cat({Lookup(bar_style_, Column(bars, kBarStyle)), Lookup(bar_metre_, Column(bars, kBarMetre)),
                  Lookup(bar_length_, Column(bars, kBarLength)), Lookup(bar_density_, Column(bars, kBarDensity)),
                  Lookup(bar_polyphony_, Column(bars, kBarPolyphony)), Lookup(bar_start_, Column(bars, kBarFromStart)),
                  Lookup(bar_end_, Column(bars, kBarFromEnd)), roles.to(torch::kFloat32), harmony},
                 1);
  const Tensor projected = torch::linear(features, bar_project_).to(torch::kFloat32);
  return x.reshape({-1, config_.width}).index_add(0, places, projected).reshape(x.sizes());
}

torch::Tensor TransformerImpl::Outer(const Tensor& rows, const Tensor& bars, const Tensor& places) {
  return RunBlocks(Embed(rows, bars, places), nullptr);
}

torch::Tensor TransformerImpl::OuterCached(const Tensor& rows, const Tensor& bars, const Tensor& places,
                                           KeyValueCache* cache) {
  return RunBlocks(Embed(rows, bars, places), cache);
}

torch::Tensor TransformerImpl::OnsetOut(const Tensor& states, const Tensor& rows) {
  const Tensor last = Column(rows, kLastOnset), copy_a = Column(rows, kCopyAOnset), copy_b = Column(rows, kCopyBOnset);
  const Tensor fields = SumOfRows({{step_style_, Column(rows, kStepStyle)},
                                   {step_density_, Column(rows, kStepDensity)},
                                   {step_polyphony_, Column(rows, kStepPolyphony)},
                                   {step_onset_, last},
                                   {step_copy_onset_, copy_a},
                                   {step_copy_onset_, copy_b + kOnsetSymbols}});
  return torch::linear(RunStage(onset_stage_, states, fields), onset_head_);
}

torch::Tensor TransformerImpl::OnsetLogits(const Tensor& states, const Tensor& rows) {
  const Tensor last = Column(rows, kLastOnset), copy_a = Column(rows, kCopyAOnset), copy_b = Column(rows, kCopyBOnset);
  const Tensor out = OnsetOut(states, rows).to(torch::kFloat32);
  constexpr int64_t n = kEndOfBar + 1;
  const Tensor moved = out.slice(1, n, 2 * n);  // by ticks after the last onset; the last column serves no last onset
  const Tensor onset = torch::arange(kEndOfBar, rows.options()).unsqueeze(0);
  const Tensor after = torch::where((last < kEndOfBar).unsqueeze(1), (onset - last.unsqueeze(1)).clamp(0, n - 2),
                                    torch::full({1, 1}, n - 1, rows.options()));
  Tensor logits = out.slice(1, 0, n) + torch::constant_pad_nd(moved.gather(1, after), {0, 1});
  logits = Pointed(logits, copy_a, out.slice(1, 2 * n, 2 * n + 1));
  return Pointed(logits, copy_b, out.slice(1, 2 * n + 1, 2 * n + 2));
}

torch::Tensor TransformerImpl::RoleOut(const Tensor& states, const Tensor& rows) {
  const Tensor copy_a = Column(rows, kCopyARole), copy_b = Column(rows, kCopyBRole);
  const Tensor fields = SumOfRows({{step_style_, Column(rows, kStepStyle)},
                                   {step_onset_, Column(rows, kTargetOnset)},
                                   {step_polyphony_, Column(rows, kStepPolyphony)},
                                   {step_copy_role_, copy_a},
                                   {step_copy_role_, copy_b + kRoleSymbols},
                                   {step_melody_start_, Column(rows, kMelodyStarts)},
                                   {step_melody_, AboveRoot(Column(rows, kMelodySounding), Column(rows, kStepRoot))}});
  return torch::linear(RunStage(role_stage_, states, fields), role_head_);
}

torch::Tensor TransformerImpl::RoleLogits(const Tensor& states, const Tensor& rows) {
  const Tensor copy_a = Column(rows, kCopyARole), copy_b = Column(rows, kCopyBRole);
  const Tensor out = RoleOut(states, rows).to(torch::kFloat32);
  const int64_t n = config_.roles;
  Tensor logits = Pointed(out.slice(1, 0, n), copy_a, out.slice(1, n, n + 1));
  return Pointed(logits, copy_b, out.slice(1, n + 1, n + 2));
}

torch::Tensor TransformerImpl::PitchOut(const Tensor& states, const Tensor& rows) {
  const Tensor root = Column(rows, kStepRoot);
  const Tensor fields = SumOfRows({{step_style_, Column(rows, kStepStyle)},
                                   {step_onset_, Column(rows, kTargetOnset)},
                                   {step_role_, Column(rows, kTargetRole)},
                                   {step_root_, root},
                                   {step_quality_, Column(rows, kStepQuality)},
                                   {step_melody_start_, Column(rows, kMelodyStarts)},
                                   {step_melody_, AboveRoot(Column(rows, kMelodySounding), root)},
                                   {step_below_, AboveRoot(Column(rows, kBelowPitch), root)}});
  return torch::linear(RunStage(pitch_stage_, states, fields), pitch_head_);
}

torch::Tensor TransformerImpl::PitchLogits(const Tensor& states, const Tensor& rows) {
  const Tensor root = Column(rows, kStepRoot);
  const Tensor out = PitchOut(states, rows).to(torch::kFloat32);
  const Tensor pitch = torch::arange(128, rows.options()).unsqueeze(0);
  const Tensor by_root = out.slice(1, 128, 140).gather(1, torch::remainder(pitch - root.unsqueeze(1) + 120, 12));
  Tensor logits = out.slice(1, 0, 128) + by_root * (root < kNoRoot).unsqueeze(1);
  std::vector<Tensor> references;
  for (const int column : kReferences) references.push_back(Column(rows, column));
  const Tensor reference = torch::stack(references, 1).unsqueeze(2);  // [N, heads, 1]
  const Tensor index = (pitch.unsqueeze(1) - reference + kReach).clamp(0, kRelativeColumns - 1);
  const Tensor heads = out.slice(1, 140).reshape({-1, kRelativeHeads, kRelativeColumns});
  return logits + (heads * (reference < kNoPitch)).gather(2, index).sum(1);
}

torch::Tensor TransformerImpl::DurationOut(const Tensor& states, const Tensor& rows) {
  const Tensor copy_a = Column(rows, kCopyADuration), copy_b = Column(rows, kCopyBDuration);
  const Tensor pitch = Column(rows, kTargetPitch);
  const Tensor fields = SumOfRows({{step_style_, Column(rows, kStepStyle)},
                                   {step_onset_, Column(rows, kTargetOnset)},
                                   {step_role_, Column(rows, kTargetRole)},
                                   {step_pitch_, pitch},
                                   {step_pitch_above_, AboveRoot(pitch, Column(rows, kStepRoot))},
                                   {step_density_, Column(rows, kStepDensity)},
                                   {step_polyphony_, Column(rows, kStepPolyphony)},
                                   {step_copy_duration_, copy_a},
                                   {step_copy_duration_, copy_b + kDurationSymbols},
                                   {step_remaining_, Column(rows, kRemaining)}});
  return torch::linear(RunStage(duration_stage_, states, fields), duration_head_);
}

torch::Tensor TransformerImpl::DurationLogits(const Tensor& states, const Tensor& rows) {
  const Tensor copy_a = Column(rows, kCopyADuration), copy_b = Column(rows, kCopyBDuration);
  const Tensor out = DurationOut(states, rows).to(torch::kFloat32);
  Tensor logits = Pointed(out.slice(1, 0, kDurationCount), copy_a, out.slice(1, kDurationCount, kDurationCount + 1));
  return Pointed(logits, copy_b, out.slice(1, kDurationCount + 1, kDurationCount + 2));
}

FieldLosses TransformerImpl::Losses(const Tensor& rows, const Tensor& bars, const Tensor& places) {
  const Tensor states = Outer(rows, bars, places).reshape({-1, config_.width});
  const Tensor flat = rows.reshape({-1, kColumns});
  auto chosen = [&](const Tensor& which) {
    const Tensor index = which.nonzero().squeeze(1);
    return std::pair(ChosenRows(states, index), flat.index_select(0, index));
  };
  auto loss = [](const Tensor& logits, const Tensor& target) {
    return torch::nll_loss(torch::log_softmax(logits, 1), target, {}, at::Reduction::Sum);
  };
  const Tensor predicts = Column(flat, kPredicts) == 1;
  const auto [all_states, all_rows] = chosen(predicts);
  const auto [note_states, note_rows] = chosen(predicts.logical_and(Column(flat, kTargetOnset) < kEndOfBar));
  FieldLosses losses;
  losses.events = note_rows.size(0);
  if (Fused(states)) {
    const auto fused = [&](const Tensor& out, LogitRanges ranges, const Tensor& of, int target) {
      return RangesLoss(out, std::move(ranges), Column(of, target));
    };
    losses.onset = fused(OnsetOut(all_states, all_rows), OnsetRanges(all_rows), all_rows, kTargetOnset);
    losses.role = fused(RoleOut(note_states, note_rows), RoleRanges(note_rows, config_.roles), note_rows, kTargetRole);
    losses.pitch = fused(PitchOut(note_states, note_rows), PitchRanges(note_rows), note_rows, kTargetPitch);
    losses.duration = fused(DurationOut(note_states, note_rows), DurationRanges(note_rows), note_rows, kTargetDuration);
    return losses;
  }
  losses.onset = loss(OnsetLogits(all_states, all_rows), Column(all_rows, kTargetOnset));
  losses.role = loss(RoleLogits(note_states, note_rows), Column(note_rows, kTargetRole));
  losses.pitch = loss(PitchLogits(note_states, note_rows), Column(note_rows, kTargetPitch));
  losses.duration = loss(DurationLogits(note_states, note_rows), Column(note_rows, kTargetDuration));
  return losses;
}

Result<Transformer> NetworkOf(const ModelFile& stored) {
  RETURN_IF_ERROR(CheckModelMetadata(stored.metadata));
  ASSIGN_OR_RETURN(const ModelConfig config, ModelConfig::FromMetadata(stored.metadata));
  ASSIGN_OR_RETURN(const ModelFile file, kernel::DequantiseModelFile(stored));
  Transformer network(config);
  RETURN_IF_ERROR(LoadParameters(file, network.get()));
  return network;
}

torch::Tensor RowsTensor(const std::vector<tokens::Row>& rows) {
  Tensor tensor = torch::empty({static_cast<int64_t>(rows.size()), kColumns}, torch::kInt64);
  int64_t* out = tensor.data_ptr<int64_t>();
  for (const tokens::Row& row : rows) out = std::copy(row.begin(), row.end(), out);
  return tensor;
}

torch::Tensor BarsTensor(const std::vector<tokens::BarRow>& bars) {
  Tensor tensor = torch::empty({static_cast<int64_t>(bars.size()), kBarColumns}, torch::kInt64);
  int64_t* out = tensor.data_ptr<int64_t>();
  for (const tokens::BarRow& bar : bars) out = std::copy(bar.begin(), bar.end(), out);
  return tensor;
}

}  // namespace ledgerline::model
