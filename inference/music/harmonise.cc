// Chords for a melody alone: a Viterbi search over the chords that a key offers, with points for the melody notes that
// a chord contains, for the usual progressions, and for beginning and ending at home.
#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "inference/music/chord_evidence.h"
#include "inference/music/chords.h"

namespace ledgerline::music {
namespace {

using enum ChordQuality;

struct Offer {
  int degree;  // semitones from the tonic to the root
  ChordQuality quality;
  int cost;  // in points out of 1,000: how rarely it is used
};

// Major: I ii iii IV V V7 vi, then the dominants of V, IV, vi, ii, and the minor subdominant.
constexpr std::array<Offer, 12> kMajorOffers = {{{0, kMajor, 0},
                                                 {5, kMajor, 60},
                                                 {7, kMajor, 110},
                                                 {7, kDominant7, 70},
                                                 {2, kMinor, 200},
                                                 {9, kMinor, 190},
                                                 {4, kMinor, 300},
                                                 {2, kDominant7, 260},
                                                 {0, kDominant7, 330},
                                                 {4, kDominant7, 380},
                                                 {9, kDominant7, 360},
                                                 {5, kMinor, 420}}};
// Minor: i iv V V7 VI III VII ii, then the dominants of III, iv and V.
constexpr std::array<Offer, 12> kMinorOffers = {{{0, kMinor, 0},
                                                 {5, kMinor, 80},
                                                 {7, kMajor, 120},
                                                 {7, kDominant7, 60},
                                                 {8, kMajor, 170},
                                                 {3, kMajor, 150},
                                                 {10, kMajor, 170},
                                                 {2, kHalfDiminished, 320},
                                                 {10, kDominant7, 260},
                                                 {0, kDominant7, 380},
                                                 {2, kDominant7, 360},
                                                 {7, kMinor, 260}}};

constexpr int kMoveAtBar = 60;
constexpr int kMoveInsideBar = 260;
constexpr int kOwn = 1000;        // per thousand of melody inside the chord
constexpr int kStrangerCost = 2;  // times the share outside the chord, where the chord has a note a semitone away

int Progression(const Offer& before, const Offer& after) {
  const int step = (after.degree - before.degree + 12) % 12;
  int points = 0;
  if (step == 5) points += 80;  // a fifth down: V-I, ii-V, I-IV, vi-ii
  if (step == 7) points += 10;  // a fifth up: I-V, IV-I
  if (step == 2) points += 20;  // IV-V, V-vi
  if (before.quality == kDominant7 && step != 5 && step != 2 && step != 0) points -= 160;  // a seventh wants to resolve
  if (before.degree == 7 && (after.degree == 5 || after.degree == 2)) points -= 120;  // V-IV and V-ii look backwards
  if (step == 0) points -= 20;                                                        // V-V7: rarely worth a change
  return points;
}

int MelodyPoints(const ChordEvidence& evidence, uint16_t mask) {
  int points = 0;
  for (int k = 0; k < 12; ++k) {
    const int share = evidence.share[static_cast<size_t>(k)];
    if (share == 0) continue;
    const bool inside = mask >> k & 1;
    const bool clash = (mask >> ((k + 11) % 12) & 1) || (mask >> ((k + 1) % 12) & 1);
    if (inside) {
      points += kOwn * share / 1000;
    } else {
      points -= clash ? kStrangerCost * share / 2 : share / 4;
    }
  }
  return points;
}

}  // namespace

std::vector<ChordSpan> HarmoniseMelody(const Melody& melody, const std::vector<Bar>& bars, const KeyEstimate& key) {
  const std::vector<BeatGroup> groups = BeatGroupsOf(bars);
  Score line;
  line.parts.push_back({"", 0, false, melody.notes});
  const std::vector<ChordEvidence> evidence = EvidenceOf(line, groups);
  const std::span<const Offer> offers =
      key.minor ? std::span<const Offer>(kMinorOffers) : std::span<const Offer>(kMajorOffers);
  constexpr int kNever = std::numeric_limits<int>::min() / 4;

  // Chords from the first to the last group with a note; silence before and after has none.
  size_t first = 0, last = groups.size();
  while (first < groups.size() && evidence[first].Silent()) ++first;
  while (last > first && evidence[last - 1].Silent()) --last;

  const size_t states = offers.size();
  std::vector<int> total(states, 0);
  std::vector<std::vector<uint8_t>> from(groups.size(), std::vector<uint8_t>(states, 0));
  for (size_t g = first; g < last; ++g) {
    std::vector<int> next(states, kNever);
    for (size_t s = 0; s < states; ++s) {
      const int root = (key.tonic_pitch_class + offers[s].degree) % 12;
      int points = MelodyPoints(evidence[g], ChordMask(root, offers[s].quality)) - offers[s].cost;
      if (g + 1 == last && offers[s].degree == 0) points += 500;
      if (g == first && offers[s].degree == 0) points += 150;
      for (size_t p = 0; p < states; ++p) {
        int way = total[p];
        if (g > first && p != s) {
          way += Progression(offers[p], offers[s]) - (groups[g].bar_start ? kMoveAtBar : kMoveInsideBar);
        }
        if (way + points > next[s]) {
          next[s] = way + points;
          from[g][s] = static_cast<uint8_t>(p);
        }
        if (g == first) break;
      }
    }
    const int top = *std::max_element(next.begin(), next.end());
    for (size_t s = 0; s < states; ++s) total[s] = std::max(kNever, next[s] - top);
  }

  std::vector<ChordSpan> reversed;
  size_t state = static_cast<size_t>(std::max_element(total.begin(), total.end()) - total.begin());
  std::vector<size_t> path(groups.size(), states);
  for (size_t g = last; g-- > first;) {
    path[g] = state;
    state = from[g][state];
  }
  std::vector<ChordSpan> chords;
  for (size_t g = 0; g < groups.size(); ++g) {
    ChordSpan chord{groups[g].start, groups[g].end, -1, kMajor, 0};
    if (path[g] < states) {
      chord.root = (key.tonic_pitch_class + offers[path[g]].degree) % 12;
      chord.quality = offers[path[g]].quality;
      chord.pitch_class_mask = ChordMask(chord.root, chord.quality);
    }
    AppendChord(chords, chord);
  }
  return chords;
}

}  // namespace ledgerline::music
