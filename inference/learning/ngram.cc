#include "inference/learning/ngram.h"

#include <cmath>
#include <initializer_list>

#include "inference/model/counter_random.h"

namespace ledgerline::learning {
namespace {

using namespace tokens;  // NOLINT: columns

uint64_t Key(int chain, std::initializer_list<int> values) {
  uint64_t key = model::MixBits(static_cast<uint64_t>(chain) + 1);
  for (const int value : values) key = model::MixBits(key ^ (static_cast<uint64_t>(value) + 0x9e3779b97f4a7c15ull));
  return key;
}

constexpr int kPitchOffset = 60;  // keeps a pitch relative to its root above zero
constexpr int kNoReference = 400;

int Anchor(const Row& row) { return 36 + (row[kStepRoot] < kNoRoot ? row[kStepRoot] : 0); }
int Relative(const Row& row, int column) {
  const int pitch = row[static_cast<size_t>(column)];
  return pitch >= kNoPitch ? kNoReference : pitch - Anchor(row);
}

Evaluation PerNote(Evaluation sum) {
  const double notes = static_cast<double>(sum.notes > 0 ? sum.notes : 1);
  for (double* value : {&sum.onset, &sum.role, &sum.pitch, &sum.duration}) *value /= notes;
  sum.total = sum.onset + sum.role + sum.pitch + sum.duration;
  return sum;
}

template <typename Visit>
void ForEachPrediction(const Dataset& dataset, Visit&& visit) {
  for (const DatasetPiece& item : dataset.pieces) {
    for (const Row& row : EncodeBars(item.piece, 0, 1u << 22, {}).rows) {
      if (row[kPredicts] == 1) visit(row);
    }
  }
}

}  // namespace

Ngram::Field Ngram::OnsetField(const Row& r) const {
  Field field{kEndOfBar + 1, r[kTargetOnset], {Key(0, {})}};
  if (unigram_) return field;
  field.contexts = {
      Key(4, {r[kLastOnset], r[kCopyAOnset], r[kCopyBOnset], r[kStepDensity], r[kStepPolyphony], r[kKind]}),
      Key(3, {r[kLastOnset], r[kCopyAOnset], r[kCopyBOnset], r[kStepDensity]}),
      Key(2, {r[kLastOnset], r[kCopyAOnset], r[kStepDensity]}), Key(1, {r[kLastOnset], r[kStepStyle]}), Key(0, {})};
  return field;
}

Ngram::Field Ngram::RoleField(const Row& r) const {
  Field field{kTargetRoles, r[kTargetRole], {Key(10, {})}};
  if (unigram_) return field;
  const int same = r[kKind] == kEventRow && r[kOnset] == r[kTargetOnset] ? r[kRole] : kNoRole;
  field.contexts = {Key(14, {same, r[kCopyARole], r[kCopyBRole], r[kStepStyle], r[kStepPolyphony], r[kTargetOnset]}),
                    Key(13, {same, r[kCopyARole], r[kCopyBRole], r[kStepStyle]}),
                    Key(12, {same, r[kCopyARole], r[kStepStyle]}), Key(11, {same, r[kStepStyle]}), Key(10, {})};
  return field;
}

Ngram::Field Ngram::PitchField(const Row& r) const {
  // The unigram counts pitches as they are; the n-gram counts them above the root's anchor.
  if (unigram_) return {128, r[kTargetPitch], {Key(20, {})}};
  Field field{192, r[kTargetPitch] - Anchor(r) + kPitchOffset, {}};
  field.contexts = {Key(25, {r[kTargetRole], r[kStepQuality], Relative(r, kCopyAMoved), Relative(r, kCopyBMoved),
                             Relative(r, kBelowPitch), Relative(r, kRolePitch)}),
                    Key(24, {r[kTargetRole], r[kStepQuality], Relative(r, kCopyAMoved), Relative(r, kBelowPitch)}),
                    Key(23, {r[kTargetRole], r[kStepQuality], Relative(r, kRolePitch), Relative(r, kBelowPitch)}),
                    Key(22, {r[kTargetRole], r[kStepQuality], Relative(r, kRolePitch)}),
                    Key(21, {r[kTargetRole], r[kStepQuality]}),
                    Key(20, {})};
  return field;
}

Ngram::Field Ngram::DurationField(const Row& r) const {
  Field field{kDurationCount, r[kTargetDuration], {Key(30, {})}};
  if (unigram_) return field;
  const int same = r[kKind] == kEventRow && r[kOnset] == r[kTargetOnset] ? r[kDuration] : kNoDuration;
  field.contexts = {Key(34, {same, r[kCopyADuration], r[kCopyBDuration], r[kTargetRole], r[kStepDensity]}),
                    Key(33, {same, r[kCopyADuration], r[kTargetRole], r[kStepDensity]}),
                    Key(32, {same, r[kCopyADuration], r[kStepDensity]}), Key(31, {r[kStepDensity], r[kStepStyle]}),
                    Key(30, {})};
  return field;
}

void Ngram::Count(const Field& field) { counts_.Count(field.contexts, field.symbol); }

double Ngram::Probability(const Field& field) const {
  return counts_.Probability(field.contexts, field.symbol, field.symbols);
}

std::vector<double> Ngram::Distribution(const Field& field) const {
  return counts_.Distribution(field.contexts, field.symbols);
}

std::vector<double> Ngram::Onsets(const Row& row) const { return Distribution(OnsetField(row)); }

std::vector<double> Ngram::Roles(const Row& row) const { return Distribution(RoleField(row)); }

std::vector<double> Ngram::Pitches(const Row& row) const {
  const std::vector<double> stored = Distribution(PitchField(row));
  if (unigram_) return stored;
  const int first = kPitchOffset - Anchor(row);
  return {stored.begin() + first, stored.begin() + first + 128};
}

std::vector<double> Ngram::Durations(const Row& row) const { return Distribution(DurationField(row)); }

void Ngram::Train(const Dataset& dataset) {
  ForEachPrediction(dataset, [this](const Row& row) {
    Count(OnsetField(row));
    if (row[kTargetOnset] == kEndOfBar) return;
    Count(RoleField(row));
    Count(PitchField(row));
    Count(DurationField(row));
  });
}

void Ngram::Add(const Row& row, Evaluation* sum) const {
  sum->onset -= std::log(Probability(OnsetField(row)));
  if (row[kTargetOnset] == kEndOfBar) return;
  sum->role -= std::log(Probability(RoleField(row)));
  sum->pitch -= std::log(Probability(PitchField(row)));
  sum->duration -= std::log(Probability(DurationField(row)));
  ++sum->notes;
}

Evaluation Ngram::Evaluate(const Dataset& dataset) const {
  Evaluation sum;
  ForEachPrediction(dataset, [&](const Row& row) { Add(row, &sum); });
  return PerNote(sum);
}

Evaluation Ngram::Evaluate(const std::vector<Sequence>& sequences) const {
  Evaluation sum;
  for (const Sequence& sequence : sequences) {
    for (const Row& row : sequence.rows) {
      if (row[kPredicts] == 1) Add(row, &sum);
    }
  }
  return PerNote(sum);
}

}  // namespace ledgerline::learning
