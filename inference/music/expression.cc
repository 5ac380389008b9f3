#include "inference/music/expression.h"

#include <algorithm>
#include <tuple>

#include "inference/music/melody.h"

namespace ledgerline::music {
namespace {

constexpr int kFineTicks = 480;  // of the result, per quarter note
constexpr int kMelodyVelocity = 94;
constexpr int kBassVelocity = 76;
constexpr int kOtherVelocity = 66;
constexpr int kDrumVelocity = 82;

// SplitMix64's finaliser (Steele, Lea and Flood, 2014), here as a stateless source of chance for one note.
uint64_t Mixed(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

Score Refined(const Score& score) {
  Score fine = score;
  const int factor = std::max(1, kFineTicks / score.ticks_per_quarter);
  if (factor == 1) return fine;
  fine.ticks_per_quarter *= factor;
  for (Part& part : fine.parts) {
    for (Note& note : part.notes) {
      note.onset *= factor;
      note.duration *= factor;
    }
  }
  for (Metre& metre : fine.metres) metre.at *= factor;
  for (Tempo& tempo : fine.tempos) tempo.at *= factor;
  for (Key& key : fine.keys) key.at *= factor;
  for (Marker& marker : fine.markers) marker.at *= factor;
  return fine;
}

bool HasDynamics(const Part& part) {
  return std::any_of(part.notes.begin(), part.notes.end(),
                     [&](const Note& note) { return note.velocity != part.notes.front().velocity; });
}

int MeanPitch(const Part& part) {
  int64_t sum = 0;
  for (const Note& note : part.notes) sum += note.pitch;
  return part.notes.empty() ? 60 : static_cast<int>(sum / static_cast<int64_t>(part.notes.size()));
}

// The lowest part is the bass if it lies an octave or more below the melody.
int BassPart(const Score& score, int melody) {
  int bass = -1;
  for (size_t i = 0; i < score.parts.size(); ++i) {
    const Part& part = score.parts[i];
    if (part.drums || part.notes.empty() || static_cast<int>(i) == melody) continue;
    if (bass < 0 || MeanPitch(part) < MeanPitch(score.parts[static_cast<size_t>(bass)])) bass = static_cast<int>(i);
  }
  if (bass < 0 || melody < 0) return -1;
  const int gap =
      MeanPitch(score.parts[static_cast<size_t>(melody)]) - MeanPitch(score.parts[static_cast<size_t>(bass)]);
  return gap >= 12 ? bass : -1;
}

int MetricAccent(const Bar& bar, int64_t onset, int ticks_per_quarter) {
  const int64_t at = onset - bar.start;
  if (at == 0) return 7;
  const bool compound = bar.metre.numerator > 3 && bar.metre.numerator % 3 == 0;
  const int64_t beat = std::max<int64_t>(1, (compound ? 12 : 4) * ticks_per_quarter / bar.metre.denominator);
  const int64_t length = bar.end - bar.start;
  if (length % (2 * beat) == 0 && at == length / 2) return 3;
  return at % beat == 0 ? 0 : -4;
}

// Half a sine in integers: a parabola, 0 at both ends and kPhraseArch at the middle.
int ArchAt(const std::vector<Phrase>& phrases, int64_t tick) {
  const auto next = std::upper_bound(phrases.begin(), phrases.end(), tick,
                                     [](int64_t at, const Phrase& phrase) { return at < phrase.end; });
  if (next == phrases.end() || tick < next->start) return 0;
  const int64_t length = next->end - next->start, at = tick - next->start;
  return static_cast<int>(4 * kPhraseArch * at * (length - at) / (length * length));
}

}  // namespace

std::vector<Phrase> PhrasesOf(const std::vector<Note>& melody, int ticks_per_quarter) {
  std::vector<Phrase> phrases;
  const int64_t shortest = 4 * int64_t{ticks_per_quarter}, longest = 8 * shortest;
  const auto add = [&](auto&& self, int64_t start, int64_t end) -> void {
    if (end - start > longest) {
      self(self, start, start + (end - start) / 2);
      self(self, start + (end - start) / 2, end);
    } else if (end > start) {
      phrases.push_back({start, end});
    }
  };
  int64_t start = -1, end = -1;
  for (size_t i = 0; i < melody.size(); ++i) {
    if (start < 0) start = melody[i].onset;
    end = std::max(end, melody[i].onset + melody[i].duration);
    if (i + 1 == melody.size()) break;
    const bool rest = melody[i + 1].onset - end >= ticks_per_quarter / 2;
    const bool held = melody[i].duration >= 3 * int64_t{ticks_per_quarter};
    if ((!rest && !held) || end - start < shortest) continue;
    add(add, start, end);
    start = -1;
  }
  if (start >= 0) add(add, start, end);
  return phrases;
}

Score Expressive(const Score& score, const ExpressionOptions& options) {
  Score played = Refined(score);
  const std::vector<Bar> bars = BarsOf(played);
  const int melody = options.melody_part >= 0 ? options.melody_part : ChooseMelodyPart(played);
  const int bass = BassPart(played, melody);
  std::vector<Phrase> phrases;
  if (melody >= 0 && static_cast<size_t>(melody) < played.parts.size()) {
    phrases = PhrasesOf(played.parts[static_cast<size_t>(melody)].notes, played.ticks_per_quarter);
  }
  for (size_t p = 0; p < played.parts.size(); ++p) {
    Part& part = played.parts[p];
    const bool is_melody = static_cast<int>(p) == melody;
    const bool keep = HasDynamics(part);
    const int mean = MeanPitch(part);
    int base = part.drums ? kDrumVelocity : is_melody ? kMelodyVelocity : kOtherVelocity;
    if (static_cast<int>(p) == bass) base = kBassVelocity;
    size_t bar = 0;
    for (size_t i = 0; i < part.notes.size(); ++i) {
      Note& note = part.notes[i];
      while (bar + 1 < bars.size() && bars[bar].end <= note.onset) ++bar;
      // One chance for a chord: its notes stay together.
      const uint64_t chance = Mixed(Mixed(options.seed + p) ^ static_cast<uint64_t>(note.onset));
      if (!keep && !bars.empty()) {
        int velocity = base + MetricAccent(bars[bar], note.onset, played.ticks_per_quarter);
        if (!part.drums) velocity += ArchAt(phrases, note.onset);
        if (!part.drums) velocity += std::clamp((note.pitch - mean) / 3, -6, 6);
        const int spread = std::max(0, options.velocity_spread);
        velocity += static_cast<int>(chance % static_cast<uint64_t>(2 * spread + 1)) - spread;
        note.velocity = std::clamp(velocity, 1, 127);
      }
      // A drummer's timing comes with his dynamics.
      if (!is_melody && !(part.drums && keep) && options.onset_spread > 0) {
        const int64_t spread = static_cast<int64_t>(options.onset_spread) * played.ticks_per_quarter / kFineTicks;
        const auto late = static_cast<int64_t>((chance >> 32) % static_cast<uint64_t>(spread + 1));
        const int64_t delay = std::min(late, note.duration - 1);
        note.onset += delay;
        note.duration -= delay;
      }
    }
    std::sort(part.notes.begin(), part.notes.end(), [](const Note& a, const Note& b) {
      return std::tuple(a.onset, a.pitch, a.duration, a.velocity) <
             std::tuple(b.onset, b.pitch, b.duration, b.velocity);
    });
  }
  return played;
}

void AddDynamics(const std::vector<Note>& melody, uint64_t seed, Score* score) {
  const std::vector<Bar> bars = BarsOf(*score);
  const std::vector<Phrase> phrases = PhrasesOf(melody, score->ticks_per_quarter);
  for (size_t p = 0; p < score->parts.size(); ++p) {
    Part& part = score->parts[p];
    if (part.drums) continue;
    const int mean = MeanPitch(part);
    size_t bar = 0;
    for (Note& note : part.notes) {
      while (bar + 1 < bars.size() && bars[bar].end <= note.onset) ++bar;
      const uint64_t chance = Mixed(Mixed(seed + p) ^ static_cast<uint64_t>(note.onset));
      int change = ArchAt(phrases, note.onset) - kPhraseArch / 2 + std::clamp((note.pitch - mean) / 6, -3, 3);
      if (!bars.empty()) change += MetricAccent(bars[bar], note.onset, score->ticks_per_quarter);
      change += static_cast<int>(chance % 5) - 2;
      note.velocity = std::clamp(note.velocity + std::clamp(change, -kMostDynamics, kMostDynamics), 1, 127);
    }
  }
}

}  // namespace ledgerline::music
