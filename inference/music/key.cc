#include "inference/music/key.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace ledgerline::music {
namespace {

// Probe-tone ratings of Krumhansl and Kessler (1982), from the tonic upwards: how well each of the twelve degrees fits.
using Profile = std::array<double, 12>;
constexpr Profile kMajorProfile = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
constexpr Profile kMinorProfile = {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17};

// Against correlations, which lie between -1 and 1.
constexpr double kSignatureWeight = 0.35;  // for a key of the signature in force through the whole piece
constexpr double kModeWeight = 0.04;       // when the file also says the mode; many files say "major" by default
constexpr double kLastBassWeight = 0.12;   // the tonic lies in the bass at the last onset
constexpr double kFirstBassWeight = 0.04;  // and at the first
constexpr double kFullConfidence = 0.25;   // the lead over the second-best key from which on confidence is 1

double Correlation(const std::array<int64_t, 12>& ticks, const Profile& profile, int tonic) {
  double mean_ticks = 0, mean_profile = 0;
  for (int i = 0; i < 12; ++i) {
    mean_ticks += static_cast<double>(ticks[i]) / 12;
    mean_profile += profile[i] / 12;
  }
  double both = 0, own = 0, other = 0;
  for (int i = 0; i < 12; ++i) {
    const double a = static_cast<double>(ticks[(tonic + i) % 12]) - mean_ticks;
    const double b = profile[i] - mean_profile;
    both += a * b;
    own += a * a;
    other += b * b;
  }
  return own > 0 ? both / std::sqrt(own * other) : 0;
}

// Pitch class of the lowest note that starts at the first (or last) onset, -1 without notes.
int BassAt(const Score& score, bool last) {
  int64_t onset = -1;
  int pitch = -1;
  for (const Part& part : score.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      const bool better = onset < 0 || (last ? note.onset > onset : note.onset < onset);
      if (better || (note.onset == onset && note.pitch < pitch)) {
        onset = note.onset;
        pitch = note.pitch;
      }
    }
  }
  return pitch < 0 ? -1 : pitch % 12;
}

// The share of the piece (0 to 1) during which the file's signature is `fifths`; `mode_share` likewise with the mode
// stated.
double SignatureShare(const Score& score, int64_t end, int fifths, bool minor, double& mode_share) {
  int64_t covered = 0, covered_mode = 0;
  for (size_t i = 0; i < score.keys.size(); ++i) {
    const int64_t until = i + 1 < score.keys.size() ? score.keys[i + 1].at : end;
    const int64_t length = std::max<int64_t>(0, std::min(until, end) - std::max<int64_t>(0, score.keys[i].at));
    if (((score.keys[i].fifths - fifths) % 12 + 12) % 12 != 0) continue;  // enharmonic signatures are one key
    covered += length;
    if (score.keys[i].minor == minor) covered_mode += length;
  }
  mode_share = end > 0 ? static_cast<double>(covered_mode) / static_cast<double>(end) : 0;
  return end > 0 ? static_cast<double>(covered) / static_cast<double>(end) : 0;
}

}  // namespace

std::array<int64_t, 12> PitchClassTicks(const Score& score) {
  std::array<int64_t, 12> ticks{};
  for (const Part& part : score.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) ticks[note.pitch % 12] += note.duration;
  }
  return ticks;
}

int KeyFifths(const KeyEstimate& key) {
  const int major = (key.tonic_pitch_class + (key.minor ? 3 : 0)) % 12;
  const int fifths = major * 7 % 12;  // 0 to 11: a fifth is seven semitones
  return fifths > 6 ? fifths - 12 : fifths;
}

KeyEstimate EstimateKey(const Score& score) {
  const auto ticks = PitchClassTicks(score);
  const int64_t end = score.EndTick();
  const int first_bass = BassAt(score, false), last_bass = BassAt(score, true);
  KeyEstimate best;
  if (last_bass < 0) return best;
  double best_fit = -10, second_fit = -10;
  for (int candidate = 0; candidate < 24; ++candidate) {
    const KeyEstimate key{candidate % 12, candidate >= 12, 0};
    double mode_share = 0;
    double fit = Correlation(ticks, key.minor ? kMinorProfile : kMajorProfile, key.tonic_pitch_class);
    fit +=
        kSignatureWeight * SignatureShare(score, end, KeyFifths(key), key.minor, mode_share) + kModeWeight * mode_share;
    if (key.tonic_pitch_class == last_bass) fit += kLastBassWeight;
    if (key.tonic_pitch_class == first_bass) fit += kFirstBassWeight;
    if (fit > best_fit) {
      second_fit = best_fit;
      best_fit = fit;
      best = key;
    } else {
      second_fit = std::max(second_fit, fit);
    }
  }
  best.confidence = std::min(1.0, (best_fit - second_fit) / kFullConfidence);
  return best;
}

std::string KeyName(const KeyEstimate& key) {
  static constexpr std::string_view kMajorNames[12] = {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  static constexpr std::string_view kMinorNames[12] = {"C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"};
  return std::string((key.minor ? kMinorNames : kMajorNames)[key.tonic_pitch_class]) +
         (key.minor ? " minor" : " major");
}

}  // namespace ledgerline::music
