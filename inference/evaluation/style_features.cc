#include "inference/evaluation/style_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

struct BarAttack {
  int onset = 0;  // in the bar
  std::vector<int> pitches;
  bool downbeat = false;
};

// Shares of a histogram, appended.
template <size_t N>
void Append(const std::array<double, N>& counts, std::vector<double>* features) {
  double sum = 0;
  for (const double count : counts) sum += count;
  for (const double count : counts) features->push_back(sum == 0 ? 0 : count / sum);
}

size_t IntervalBin(int by) {
  by = std::abs(by);
  if (by == 0) return 0;
  if (by <= 2) return 1;
  if (by <= 4) return 2;
  if (by == 5) return 3;
  if (by <= 7) return 4;
  if (by < 12) return 5;
  return by == 12 ? 6 : 7;
}

size_t DurationBin(int ticks) {
  static constexpr std::array<int, 7> kBounds = {6, 12, 18, 24, 36, 48, 72};
  return static_cast<size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), ticks) - kBounds.begin());
}

double Share(double part, double whole) { return whole == 0 ? 0 : part / whole; }

}  // namespace

std::vector<double> StyleFeatures(const Piece& piece) {
  std::vector<BarAttack> attacks;
  double ticks = 0, notes = 0, sounding = 0, pitch_sum = 0, pitch_squares = 0, span_sum = 0, chords = 0, bars = 0,
         alike = 0, pairs = 0;
  std::array<double, 8> durations{}, bass_moves{}, top_moves{};
  std::array<double, 5> sizes{}, places{};
  std::array<double, 16> struck{};               // bars with an onset at each sixteenth of the first four quarters
  std::array<double, 3> low{}, hits{}, thick{};  // by beat: height of the lowest note, attacks, notes an attack
  std::vector<int> before;
  for (size_t k = 0; k < std::min(piece.bars.size(), kFeatureBars); ++k) {
    const PieceBar& bar = piece.bars[k];
    ticks += bar.length;
    if (bar.events.empty()) {
      before.clear();
      continue;
    }
    bars += 1;
    std::map<int, BarAttack> in_bar;
    for (const Event& event : bar.events) {
      const int length = tokens::kDurationTicks[static_cast<size_t>(event.duration)];
      notes += 1;
      sounding += length;
      pitch_sum += event.pitch;
      pitch_squares += static_cast<double>(event.pitch) * event.pitch;
      durations[DurationBin(length)] += 1;
      in_bar[event.onset].pitches.push_back(event.pitch);
    }
    std::vector<int> onsets;
    for (auto& [onset, attack] : in_bar) {
      std::sort(attack.pitches.begin(), attack.pitches.end());
      attack.onset = onset;
      attack.downbeat = onset == 0;
      onsets.push_back(onset);
      const size_t count = attack.pitches.size();
      sizes[std::min<size_t>(count, 5) - 1] += 1;
      if (count > 1) span_sum += attack.pitches.back() - attack.pitches.front(), chords += 1;
      const int in_beat = onset % bar.beat;
      places[in_beat == 0 ? 0 : in_beat % 12 == 0 ? 1 : in_beat % 6 == 0 ? 2 : in_beat % 8 == 0 ? 3 : 4] += 1;
      if (onset % 6 == 0 && onset < 96) struck[static_cast<size_t>(onset / 6)] += 1;
      const int beat = onset / bar.beat;
      if (in_beat == 0 && beat < 3) {
        low[static_cast<size_t>(beat)] += attack.pitches.front();
        thick[static_cast<size_t>(beat)] += static_cast<double>(count);
        hits[static_cast<size_t>(beat)] += 1;
      }
      attacks.push_back(std::move(attack));
    }
    if (!before.empty()) pairs += 1, alike += before == onsets;
    before = std::move(onsets);
  }
  if (notes == 0) return {};
  for (size_t i = 1; i < attacks.size(); ++i) {
    bass_moves[IntervalBin(attacks[i].pitches.front() - attacks[i - 1].pitches.front())] += 1;
    top_moves[IntervalBin(attacks[i].pitches.back() - attacks[i - 1].pitches.back())] += 1;
  }
  const double mean = pitch_sum / notes;
  std::vector<double> features = {notes * 24 / ticks,
                                  static_cast<double>(attacks.size()) * 24 / ticks,
                                  sounding / ticks,
                                  mean,
                                  std::sqrt(std::max(0.0, pitch_squares / notes - mean * mean)),
                                  Share(span_sum, chords),
                                  Share(alike, pairs),
                                  Share(bars, static_cast<double>(std::min(piece.bars.size(), kFeatureBars)))};
  for (size_t beat = 0; beat < 3; ++beat) {
    features.push_back(hits[beat] == 0 ? 0 : low[beat] / hits[beat] - mean);
    features.push_back(Share(thick[beat], hits[beat]));
    features.push_back(Share(hits[beat], bars));
  }
  for (const double bars_struck : struck) features.push_back(Share(bars_struck, bars));
  Append(durations, &features);
  Append(bass_moves, &features);
  Append(top_moves, &features);
  Append(sizes, &features);
  Append(places, &features);
  return features;
}

}  // namespace ledgerline::evaluation
