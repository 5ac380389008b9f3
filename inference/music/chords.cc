// Chord finding in full texture. The numbers below are points out of 1,000 for a beat group; they were set by hand,
// the costs of change on one half of the lead sheets; docs/analysis.md measures on the other.
#include "inference/music/chords.h"

#include <algorithm>
#include <array>
#include <limits>

#include "inference/music/chord_evidence.h"

namespace ledgerline::music {
namespace {

constexpr int kStates = 12 * kChordQualities + 1;  // the last is "no chord"
constexpr int kNoChord = kStates - 1;
constexpr int kChangeAtBar = 220;      // cost of a new chord at a bar line
constexpr int kChangeInsideBar = 360;  // and inside the bar
constexpr int kSilence = 250;  // for "no chord" where nothing sounds: one silent group keeps the chord around it

// What a quality costs before any note is heard: rarer chords need more evidence.
constexpr std::array<int, kChordQualities> kQualityCost = {0, 0, 110, 160, 40, 130, 120, 120, 110, 220};

struct Degrees {
  int third, fifth, seventh;  // semitones above the root; -1 for none
};
constexpr std::array<Degrees, kChordQualities> kDegrees = {{{4, 7, -1},
                                                            {3, 7, -1},
                                                            {3, 6, -1},
                                                            {4, 8, -1},
                                                            {4, 7, 10},
                                                            {4, 7, 11},
                                                            {3, 7, 10},
                                                            {3, 6, 10},
                                                            {3, 6, 9},
                                                            {5, 7, -1}}};

int Points(const ChordEvidence& evidence, int root, ChordQuality quality, uint16_t scale) {
  const uint16_t mask = ChordMask(root, quality);
  const Degrees& degrees = kDegrees[static_cast<size_t>(quality)];
  const auto weight = [&](int semitones) { return evidence.share[static_cast<size_t>((root + semitones) % 12)]; };
  int inside = 0, foreign = 0;
  for (int k = 0; k < 12; ++k) {
    if (mask >> k & 1) inside += evidence.share[static_cast<size_t>(k)];
    if ((mask >> k & 1) && !(scale >> k & 1)) ++foreign;
  }
  int points = 2 * inside - 1000;
  points -= kQualityCost[static_cast<size_t>(quality)];
  points -= 45 * foreign;
  if (weight(0) < 40) points -= 180;
  if (weight(degrees.third) < 30) points -= 120;
  if (weight(degrees.fifth) < 30)
    points -= quality == ChordQuality::kMajor || quality == ChordQuality::kMinor ? 30 : 90;
  if (degrees.seventh >= 0 && weight(degrees.seventh) < 50) points -= 150;
  // C E G A is C with a sixth unless A lies in the bass, and E G B with a C above is E minor.
  const bool soft_seventh = quality == ChordQuality::kMinor7 || quality == ChordQuality::kMajor7;
  if (soft_seventh && evidence.bass != root) points -= 140;
  if (evidence.bass == root) {
    points += 160;
  } else if (evidence.bass == (root + degrees.third) % 12) {
    points += 60;
  } else if (evidence.bass == (root + degrees.fifth) % 12) {
    points += 40;
  } else if (!(mask >> evidence.bass & 1)) {
    points -= 60;
  }
  return points;
}

}  // namespace

std::vector<ChordSpan> FindChords(const Score& grid, const std::vector<Bar>& bars, const KeyEstimate& key) {
  const std::vector<BeatGroup> groups = BeatGroupsOf(bars);
  const std::vector<ChordEvidence> evidence = EvidenceOf(grid, groups);
  const uint16_t scale = ScaleMask(key);
  constexpr int kNever = std::numeric_limits<int>::min() / 4;

  // Viterbi: a change costs the same whatever the two chords, so that each step needs the best predecessor only.
  std::array<int, kStates> total{};
  std::vector<std::array<uint8_t, kStates>> from(groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    const auto best = static_cast<size_t>(std::max_element(total.begin(), total.end()) - total.begin());
    const int changed = g == 0 ? 0 : total[best] - (groups[g].bar_start ? kChangeAtBar : kChangeInsideBar);
    std::array<int, kStates> next{};
    for (size_t s = 0; s < kStates; ++s) {
      const bool stays = total[s] >= changed;
      from[g][s] = static_cast<uint8_t>(stays ? s : best);
      int points = 0;
      if (s == kNoChord) {
        points = evidence[g].Silent() ? kSilence : kNever;
      } else if (!evidence[g].Silent()) {
        points = Points(evidence[g], static_cast<int>(s) / kChordQualities,
                        static_cast<ChordQuality>(s % kChordQualities), scale);
      }
      next[s] = std::max(kNever, (stays ? total[s] : changed) + points);
    }
    // Only differences matter: keep the best at zero, so that no length of music overflows.
    const int top = *std::max_element(next.begin(), next.end());
    for (size_t s = 0; s < kStates; ++s) total[s] = std::max(kNever, next[s] - top);
  }

  std::vector<int> states(groups.size());
  size_t state = static_cast<size_t>(std::max_element(total.begin(), total.end()) - total.begin());
  for (size_t g = groups.size(); g-- > 0;) {
    states[g] = static_cast<int>(state);
    state = from[g][state];
  }
  std::vector<ChordSpan> chords;
  for (size_t g = 0; g < groups.size(); ++g) {
    ChordSpan chord{groups[g].start, groups[g].end, -1, ChordQuality::kMajor, 0};
    if (states[g] != kNoChord) {
      chord.root = states[g] / kChordQualities;
      chord.quality = static_cast<ChordQuality>(states[g] % kChordQualities);
      chord.pitch_class_mask = ChordMask(chord.root, chord.quality);
    }
    AppendChord(chords, chord);
  }
  return chords;
}

}  // namespace ledgerline::music
