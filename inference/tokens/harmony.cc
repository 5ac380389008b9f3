#include "inference/tokens/harmony.h"

#include <algorithm>
#include <array>

namespace ledgerline::tokens {
namespace {

// Weights in thousandths of the beat's sounding mass.
constexpr int64_t kRootWeight = 1150, kThirdWeight = 1000, kFifthWeight = 900, kSeventhWeight = 800;
constexpr int64_t kForeignPenalty = 700;  // per mass outside the chord
constexpr int64_t kBassBonus = 220;       // the lowest note is the root
constexpr int64_t kMissingPenalty = 60;   // root or third not sounding at all
constexpr std::array<int64_t, kQualities> kQualityPenalty = {0, 10, 60, 90, 90, 160};
constexpr int64_t kChangeInside = 420, kChangeAtBar = 220;

struct Beat {
  std::array<int64_t, 12> mass{};  // ticks sounding by pitch class
  int64_t total = 0;
  int bass = -1;  // pitch class of the lowest note
  bool bar_start = false;
};

int64_t Fit(const Beat& beat, int chord) {
  if (beat.total == 0) return 0;
  const int root = ChordRoot(chord);
  const int quality = ChordQuality(chord);
  const bool minor_third = quality == kMinor || quality == kMinorSeventh || quality == kDiminished;
  const int third = (root + (minor_third ? 3 : 4)) % 12;
  const int fifth = (root + (quality == kDiminished ? 6 : quality == kAugmented ? 8 : 7)) % 12;
  const uint32_t mask = ChordMask(chord);
  int64_t score = 0;
  for (int pc = 0; pc < 12; ++pc) {
    const int64_t mass = beat.mass[static_cast<size_t>(pc)];
    if (pc == root)
      score += kRootWeight * mass;
    else if (pc == third)
      score += kThirdWeight * mass;
    else if (pc == fifth)
      score += kFifthWeight * mass;
    else if ((mask >> pc) & 1u)
      score += kSeventhWeight * mass;
    else
      score -= kForeignPenalty * mass;
  }
  score /= beat.total;
  if (beat.bass == root) score += kBassBonus;
  if (beat.mass[static_cast<size_t>(root)] == 0) score -= kMissingPenalty;
  if (beat.mass[static_cast<size_t>(third)] == 0) score -= kMissingPenalty;
  return score - kQualityPenalty[static_cast<size_t>(quality)];
}

}  // namespace

void LabelChords(const std::vector<music::Note>& notes, const std::vector<int64_t>& starts,
                 std::vector<PieceBar>* bars) {
  // Beats in order, then each note poured into the beats that it sounds in.
  std::vector<Beat> beats;
  std::vector<int64_t> beat_start;
  for (size_t k = 0; k < bars->size(); ++k) {
    for (int slot = 0; slot < (*bars)[k].Slots(); ++slot) {
      Beat beat;
      beat.bar_start = slot == 0;
      beats.push_back(beat);
      beat_start.push_back(starts[k] + slot * (*bars)[k].beat);
    }
  }
  if (beats.empty()) return;
  beat_start.push_back(starts.back() + bars->back().length);
  std::vector<int> lowest(beats.size(), 128);
  for (const music::Note& note : notes) {
    auto at = std::upper_bound(beat_start.begin(), beat_start.end(), note.onset);
    size_t b = at == beat_start.begin() ? 0 : static_cast<size_t>(at - beat_start.begin()) - 1;
    for (; b < beats.size() && beat_start[b] < note.onset + note.duration; ++b) {
      const int64_t sounding =
          std::min(beat_start[b + 1], note.onset + note.duration) - std::max(beat_start[b], note.onset);
      if (sounding <= 0) continue;
      beats[b].mass[static_cast<size_t>(note.pitch % 12)] += sounding;
      beats[b].total += sounding;
      if (note.pitch < lowest[b]) {
        lowest[b] = note.pitch;
        beats[b].bass = note.pitch % 12;
      }
    }
  }
  // Viterbi: stay for free, change for a price.
  constexpr int kStates = kChordSymbols - 1;
  std::vector<std::array<int16_t, kStates>> from(beats.size());
  std::array<int64_t, kStates> score{};
  for (size_t b = 0; b < beats.size(); ++b) {
    int best = 0;
    for (int s = 1; s < kStates; ++s) {
      if (score[static_cast<size_t>(s)] > score[static_cast<size_t>(best)]) best = s;
    }
    const int64_t change = score[static_cast<size_t>(best)] - (beats[b].bar_start ? kChangeAtBar : kChangeInside);
    std::array<int64_t, kStates> next{};
    for (int s = 0; s < kStates; ++s) {
      const bool stay = score[static_cast<size_t>(s)] > change;  // of two equal paths, the one that changes later
      from[b][static_cast<size_t>(s)] = static_cast<int16_t>(stay ? s : best);
      next[static_cast<size_t>(s)] = (stay ? score[static_cast<size_t>(s)] : change) + Fit(beats[b], s + 1);
    }
    score = next;
  }
  int state = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
  std::vector<int> path(beats.size());
  for (size_t b = beats.size(); b-- > 0;) {
    path[b] = state + 1;
    state = from[b][static_cast<size_t>(state)];
  }
  size_t b = 0;
  for (PieceBar& bar : *bars) {
    const int slots = bar.Slots();
    for (int slot = 0; slot < kChordSlots; ++slot) {
      bar.chords[static_cast<size_t>(slot)] = path[b + static_cast<size_t>(std::min(slot, slots - 1))];
    }
    b += static_cast<size_t>(slots);
  }
}

int DiatonicTonic(const std::vector<music::Note>& notes) {
  std::array<int64_t, 12> mass{};
  for (const music::Note& note : notes) mass[static_cast<size_t>(note.pitch % 12)] += note.duration;
  int best = 0;
  int64_t best_mass = -1;
  for (int fifths : {0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6}) {
    const int tonic = (fifths * 7 + 84) % 12;
    int64_t inside = 0;
    for (int step : {0, 2, 4, 5, 7, 9, 11}) inside += mass[static_cast<size_t>((tonic + step) % 12)];
    if (inside > best_mass) {
      best_mass = inside;
      best = tonic;
    }
  }
  return best;
}

}  // namespace ledgerline::tokens
