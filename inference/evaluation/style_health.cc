#include "inference/evaluation/style_health.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "inference/evaluation/note_grams.h"
#include "inference/evaluation/style_features.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

constexpr size_t kFirstGrams = 500;
constexpr size_t kGrooveBins = 32;
constexpr std::array<int64_t, kRhythmBins - 1> kRhythmBounds = {3, 4, 6, 8, 12, 16, 18, 24, 36, 48, 96};

struct Counts {
  std::vector<double> intervals = std::vector<double>(kIntervalBins), rhythms = std::vector<double>(kRhythmBins),
                      chords = std::vector<double>(kChordBins);
};

struct Faces {  // of one piece, for distances between pieces
  std::vector<double> chroma = std::vector<double>(12), groove = std::vector<double>(kGrooveBins);
};

Piece Opening(const Piece& piece) {
  Piece opening = piece;
  if (opening.bars.size() > kFeatureBars) opening.bars.resize(kFeatureBars);
  return opening;
}

void Count(const Piece& piece, Counts* counts, Faces* faces) {
  std::map<int64_t, int> lowest;
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    for (int slot = 0; slot < bar.Slots() && !bar.events.empty(); ++slot) {
      const int chord = tokens::TransposeChord(bar.chords[static_cast<size_t>(slot)], -piece.tonic);
      counts->chords[static_cast<size_t>(chord)] += 1;
    }
    for (const Event& event : bar.events) {
      const auto [at, fresh] = lowest.insert({start + event.onset, event.pitch});
      if (!fresh) at->second = std::min(at->second, event.pitch);
      faces->chroma[static_cast<size_t>((event.pitch - piece.tonic + 12) % 12)] += 1;
      faces->groove[static_cast<size_t>(event.onset / 6)] += 1;
    }
    start += bar.length;
  }
  for (auto at = lowest.begin(); at != lowest.end(); ++at) {
    if (at == lowest.begin()) continue;
    const auto before = std::prev(at);
    counts->intervals[static_cast<size_t>(std::clamp(at->second - before->second, -12, 12) + 12)] += 1;
    const auto bound = std::lower_bound(kRhythmBounds.begin(), kRhythmBounds.end(), at->first - before->first);
    counts->rhythms[static_cast<size_t>(bound - kRhythmBounds.begin())] += 1;
  }
}

double Distance(const std::vector<double>& x, const std::vector<double>& y) {
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
  return xx == 0 || yy == 0 ? 0 : 1 - xy / std::sqrt(xx * yy);
}

int64_t ToPpm(double share) { return std::llround(1e6 * std::clamp(share, 0.0, 1.0)); }

template <size_t N>
void Normalise(const std::vector<double>& counts, std::array<Ppm, N>* shares) {
  double sum = 0;
  for (const double count : counts) sum += count;
  for (size_t i = 0; i < N; ++i) (*shares)[i] = sum == 0 ? 0 : ToPpm(counts[i] / sum);
}

template <size_t N>
std::vector<double> Values(const std::array<Ppm, N>& shares) {
  return {shares.begin(), shares.end()};
}

// What both a corpus and outputs are asked.
struct Measured {
  Counts all, halves[2];
  std::vector<uint64_t> grams;
  double chroma_distance = 0, groove_distance = 0;
};

Measured MeasureAll(const std::vector<const Piece*>& pieces) {
  Measured measured;
  std::vector<Faces> faces;
  const size_t stride = std::max<size_t>(1, (pieces.size() + kHealthOutputs - 1) / kHealthOutputs);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece opening = Opening(*pieces[i]);
    Faces face;
    Counts counts;
    Count(opening, &counts, &face);
    for (Counts* sum : {&measured.all, &measured.halves[i % 2]}) {
      for (size_t k = 0; k < kIntervalBins; ++k) sum->intervals[k] += counts.intervals[k];
      for (size_t k = 0; k < kRhythmBins; ++k) sum->rhythms[k] += counts.rhythms[k];
      for (size_t k = 0; k < kChordBins; ++k) sum->chords[k] += counts.chords[k];
    }
    if (i % stride == 0) faces.push_back(std::move(face));
    const std::vector<uint64_t> grams = GramsOf(opening);
    measured.grams.insert(measured.grams.end(), grams.begin(), grams.end());
  }
  double pairs = 0;
  for (size_t i = 0; i < faces.size(); ++i) {
    for (size_t j = i + 1; j < faces.size(); ++j) {
      measured.chroma_distance += Distance(faces[i].chroma, faces[j].chroma);
      measured.groove_distance += Distance(faces[i].groove, faces[j].groove);
      pairs += 1;
    }
  }
  if (pairs > 0) measured.chroma_distance /= pairs, measured.groove_distance /= pairs;
  return measured;
}

double DistinctAmong(const std::vector<uint64_t>& grams, size_t most) {
  DistinctGrams distinct(most);
  distinct.Add(grams);
  return distinct.Share();
}

// The profile's share at so many grams, between the two sizes that lie about it, by the logarithm of the size.
double DistinctAt(const StyleProfile& profile, size_t grams) {
  size_t size = kFirstGrams, i = 0;
  while (i + 1 < kGramSizes && profile.distinct[i + 1] > 0 && size * 2 <= grams) size *= 2, ++i;
  const auto low = static_cast<double>(profile.distinct[i]) / 1e6;
  if (i + 1 == kGramSizes || profile.distinct[i + 1] == 0 || grams <= size) return low;
  const auto high = static_cast<double>(profile.distinct[i + 1]) / 1e6;
  const double part = std::log2(static_cast<double>(grams) / static_cast<double>(size));
  return low + (high - low) * std::min(part, 1.0);
}

}  // namespace

double Agreement(const std::vector<double>& a, const std::vector<double>& b) {
  double sum_a = 0, sum_b = 0, divergence = 0;
  for (const double value : a) sum_a += value;
  for (const double value : b) sum_b += value;
  if (sum_a == 0 || sum_b == 0) return 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double p = a[i] / sum_a, q = b[i] / sum_b, m = (p + q) / 2;
    if (p > 0) divergence += p / 2 * std::log2(p / m);
    if (q > 0) divergence += q / 2 * std::log2(q / m);
  }
  return std::clamp(1 - divergence, 0.0, 1.0);
}

StyleProfile ProfileOf(const std::vector<const Piece*>& pieces) {
  const Measured measured = MeasureAll(pieces);
  StyleProfile profile;
  Normalise(measured.all.intervals, &profile.intervals);
  Normalise(measured.all.rhythms, &profile.rhythms);
  Normalise(measured.all.chords, &profile.chords);
  for (size_t i = 0; i < kGramSizes && measured.grams.size() >= kFirstGrams << i; ++i) {
    profile.distinct[i] = ToPpm(DistinctAmong(measured.grams, kFirstGrams << i));
  }
  profile.chroma_distance = ToPpm(measured.chroma_distance);
  profile.groove_distance = ToPpm(measured.groove_distance);
  profile.interval_agreement = ToPpm(Agreement(measured.halves[0].intervals, measured.halves[1].intervals));
  profile.rhythm_agreement = ToPpm(Agreement(measured.halves[0].rhythms, measured.halves[1].rhythms));
  profile.chord_agreement = ToPpm(Agreement(measured.halves[0].chords, measured.halves[1].chords));
  return profile;
}

std::vector<HealthRow> JudgeHealth(const std::vector<const Piece*>& outputs, const StyleProfile& profile) {
  const size_t first = outputs.size() - std::min(outputs.size(), kHealthOutputs);
  const Measured measured = MeasureAll({outputs.begin() + static_cast<std::ptrdiff_t>(first), outputs.end()});
  if (outputs.size() < kHealthLeast || measured.grams.size() < kFirstGrams) return {};
  std::vector<HealthRow> rows;
  const auto add = [&rows](const char* name, double value, double corpus) {
    HealthRow row{name, value, corpus, 1000, false};
    if (corpus > 0) row.permille = std::llround(1000 * value / corpus);
    row.alarm = row.permille < kHealthAlarmPermille;
    rows.push_back(row);
  };
  add("distinct 8-grams", DistinctAmong(measured.grams, kFirstGrams << (kGramSizes - 1)),
      DistinctAt(profile, measured.grams.size()));
  add("chroma distance", measured.chroma_distance, static_cast<double>(profile.chroma_distance) / 1e6);
  add("groove distance", measured.groove_distance, static_cast<double>(profile.groove_distance) / 1e6);
  add("interval agreement", Agreement(measured.all.intervals, Values(profile.intervals)),
      static_cast<double>(profile.interval_agreement) / 1e6);
  add("rhythm agreement", Agreement(measured.all.rhythms, Values(profile.rhythms)),
      static_cast<double>(profile.rhythm_agreement) / 1e6);
  add("chord agreement", Agreement(measured.all.chords, Values(profile.chords)),
      static_cast<double>(profile.chord_agreement) / 1e6);
  return rows;
}

}  // namespace ledgerline::evaluation
