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

}  // namespace

Score Expressive(const Score& score, const ExpressionOptions& options) {
  Score played = Refined(score);
  const std::vector<Bar> bars = BarsOf(played);
  const int melody = options.melody_part >= 0 ? options.melody_part : ChooseMelodyPart(played);
  const int bass = BassPart(played, melody);
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

}  // namespace ledgerline::music
