#include "inference/evaluation/likeness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "inference/music/score.h"
#include "inference/tokens/harmony.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

constexpr size_t kBins = tokens::kMaxBarTicks / 6;

std::array<double, kBins> Smoothed(const PieceBar& bar) {
  std::array<double, kBins + 2> raw{};
  std::array<double, kBins> smooth{};
  for (const Event& event : bar.events) raw[static_cast<size_t>(event.onset / 6) + 1] += 1;
  for (size_t i = 0; i < kBins; ++i) smooth[i] = raw[i] + 4 * raw[i + 1] + raw[i + 2];
  return smooth;
}

// Root and kind of triad: a seventh does not make another chord here.
using Triads = std::set<std::pair<int, int>>;
Triads TriadsOf(const PieceBar& bar) {
  Triads triads;
  for (int slot = 0; slot < bar.Slots(); ++slot) {
    const int chord = bar.chords[static_cast<size_t>(slot)];
    if (chord == tokens::kNoChord) continue;
    int quality = tokens::ChordQuality(chord);
    if (quality == tokens::kDominant) quality = tokens::kMajor;
    if (quality == tokens::kMinorSeventh) quality = tokens::kMinor;
    triads.insert({tokens::ChordRoot(chord), quality});
  }
  return triads;
}

double Mean(double sum, double count) { return count == 0 ? 0 : sum / count; }

}  // namespace

double GrooveSimilarity(const Piece& a, const Piece& b) {
  double sum = 0, bars = 0;
  for (size_t k = 0; k < std::min(a.bars.size(), b.bars.size()); ++k) {
    if (a.bars[k].events.empty() || b.bars[k].events.empty()) continue;
    const auto x = Smoothed(a.bars[k]), y = Smoothed(b.bars[k]);
    double xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < kBins; ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
    sum += xy / std::sqrt(xx * yy);
    bars += 1;
  }
  return Mean(sum, bars);
}

double ChordAgreement(const Piece& piece, const Piece& reference) {
  Piece heard = piece;
  std::vector<music::Note> notes;
  std::vector<int64_t> starts;
  int64_t start = 0;
  for (PieceBar& bar : heard.bars) {
    starts.push_back(start);
    bar.chords.fill(tokens::kNoChord);
    for (const Event& event : bar.events) {
      notes.push_back(
          {start + event.onset, tokens::kDurationTicks[static_cast<size_t>(event.duration)], event.pitch, 80});
    }
    start += bar.length;
  }
  if (notes.empty()) return 0;
  tokens::LabelChords(notes, starts, &heard.bars);
  double sum = 0, bars = 0;
  for (size_t k = 0; k < std::min(heard.bars.size(), reference.bars.size()); ++k) {
    if (heard.bars[k].events.empty()) continue;
    const Triads is = TriadsOf(heard.bars[k]), should = TriadsOf(reference.bars[k]);
    if (is.empty() || should.empty()) continue;
    double common = 0;
    for (const auto& triad : is) common += static_cast<double>(should.count(triad));
    sum += 2 * common / static_cast<double>(is.size() + should.size());
    bars += 1;
  }
  return Mean(sum, bars);
}

}  // namespace ledgerline::evaluation
