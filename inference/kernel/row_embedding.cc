#include "inference/kernel/row_embedding.h"

#include <algorithm>
#include <string>

namespace ledgerline::kernel {

using namespace tokens;  // NOLINT: the columns are this file's vocabulary

RowEmbedding::RowEmbedding(const Ops& ops, const model::ModelConfig& config, StoredTensors* stored)
    : ops_(ops), width_(static_cast<size_t>(config.width)) {
  auto rows = [&](const char* name, int symbols) {
    return stored->Table(std::string("rows/") + name, static_cast<size_t>(symbols), width_);
  };
  kind_ = rows("kind", kKinds);
  beat_ = rows("beat", 9);
  tick_ = rows("tick", 25);
  role_ = rows("role", kRoleSymbols);
  pitch_ = rows("pitch", kPitchSymbols);
  above_root_ = rows("above_root", kNoRoot + 1);
  quality_ = rows("quality", kNoQuality + 1);
  duration_ = rows("duration", kDurationSymbols);
  auto bars = [&](const char* name, int symbols) {
    return stored->Table(std::string("bars/") + name, static_cast<size_t>(symbols), kFeatureWidth);
  };
  style_ = bars("style", config.styles);
  metre_ = bars("metre", kMetreSymbols);
  length_ = bars("length", kLengthSymbols);
  density_ = bars("density", kDensityClasses + 1);
  polyphony_ = bars("polyphony", kPolyphonyClasses + 1);
  start_ = bars("from_start", 5);
  end_ = bars("from_end", 5);
  chord_ = bars("chord", kChordSymbols);
  degree_ = bars("degree", 13);
  const size_t features = (7 + 2 * kChordSlots) * kFeatureWidth + kRoles;
  const StoredMatrix project = stored->Linear("bars/project", width_, features);
  project_ = project.quantised != nullptr
                 ? Matrix::FromCodes(ops, Precision::kFloat, *project.quantised, width_, features)
                 : Matrix::FromFloats(ops, Precision::kFloat, project.values, width_, features);
}

Status RowEmbedding::Embed(const Row& row, float* x) const {
  const int onset = row[kOnset];
  const bool known = onset >= 0 && onset < kEndOfBar;
  TableSum sum;
  const bool fits = kind_.Copy(row[kKind], x) && sum.Take(beat_, known ? onset / 24 : 8) &&
                    sum.Take(tick_, known ? onset % 24 : 24) && sum.Take(role_, row[kRole]) &&
                    sum.Take(pitch_, row[kPitch]) && sum.Take(above_root_, row[kAboveRoot]) &&
                    sum.Take(quality_, row[kChordQuality]) && sum.Take(duration_, row[kDuration]);
  if (!fits) return InvalidArgument("a row has a symbol that the model does not have");
  sum.AddTo(ops_, width_, x);
  std::fill(x + width_, x + RoundUp(width_, kTile), 0.0f);
  return Status::Ok();
}

Status RowEmbedding::AddBar(const BarRow& bar, float* x, LastBar* last) const {
  if (last->vector.size() == 0 || bar != last->bar) {
    RETURN_IF_ERROR(Project(bar, &last->vector));
    last->bar = bar;
  }
  const float* vector = last->vector.data();
  ops_.add_rows(&vector, 1, last->vector.size(), x);
  return Status::Ok();
}

Status RowEmbedding::Project(const BarRow& bar, AlignedArray<float>* vector) const {
  AlignedArray<float> features(project_.padded_inputs());
  float* at = features.data();
  bool fits = true;
  auto put = [&](const LookupTable& table, int symbol) {
    fits = fits && table.Copy(symbol, at);
    at += kFeatureWidth;
  };
  put(style_, bar[kBarStyle]);
  put(metre_, bar[kBarMetre]);
  put(length_, bar[kBarLength]);
  put(density_, bar[kBarDensity]);
  put(polyphony_, bar[kBarPolyphony]);
  put(start_, bar[kBarFromStart]);
  put(end_, bar[kBarFromEnd]);
  for (int role = 0; role < kRoles; ++role) *at++ = static_cast<float>((bar[kBarRoles] >> role) & 1);
  for (int slot = 0; slot < 2 * kChordSlots; ++slot) {
    const int chord = bar[static_cast<size_t>(kBarChords + slot)];
    const int root = (chord - 1 + 12) % 12;
    fits = fits && chord_.Copy(chord, at) && degree_.Add(chord > 0 ? (root - bar[kBarTonic] + 12) % 12 : 12, at);
    at += kFeatureWidth;
  }
  if (!fits) return InvalidArgument("a bar has a symbol that the model does not have");
  const ExactFloats exact;
  Activations activations;
  activations.Prepare(ops_, Precision::kFloat, features.data(), features.size(), 1, features.size());
  vector->Grow(project_.padded_outputs());
  project_.Apply(ops_, activations, vector->data(), project_.padded_outputs(), Write::kSet);
  return Status::Ok();
}

}  // namespace ledgerline::kernel
