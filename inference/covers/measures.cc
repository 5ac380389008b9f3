#include "inference/covers/measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "inference/evaluation/voice_leading.h"

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

// Bounds of the guards. Human pieces of the corpus have .83 chord tones on average (mazurka .93, piano .76).
constexpr double kLeastSounding = 0.75;
constexpr double kMostNotesPerQuarter = 9.0;
constexpr double kLeastChordTones = 0.55;
constexpr double kMostClashes = 0.12;
constexpr double kLeastPartShare = 0.5;  // of bars in which a single-line part plays, against the busiest part

int Ticks(const Event& event) { return tokens::kDurationTicks[static_cast<size_t>(event.duration)]; }

const MelodyNote* MelodyAt(const PieceBar& bar, int onset) {
  for (const MelodyNote& note : bar.melody) {
    if (note.onset <= onset && onset < note.onset + note.duration) return &note;
  }
  return nullptr;
}

double Cosine(const std::vector<double>& x, const std::vector<double>& y) {
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
  return xx == 0 || yy == 0 ? 0 : xy / std::sqrt(xx * yy);
}

std::vector<double> Groove(const PieceBar& bar) {
  std::vector<double> bins(static_cast<size_t>(tokens::kMaxBarTicks / 6), 0.0);
  for (const Event& event : bar.events) bins[static_cast<size_t>(event.onset / 6)] += 1;
  return bins;
}

double Ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// Lowest note at each attack, with the melody note that sounds there.
struct OuterPair {
  int bass;
  int melody;
};

}  // namespace

std::vector<std::pair<std::string, double>> AccompanimentMeasures::ToList() const {
  return {{"chord_tone_share", chord_tone_share},
          {"melody_clash_share", melody_clash_share},
          {"notes_per_bar", notes_per_bar},
          {"onsets_per_quarter", onsets_per_quarter},
          {"mean_polyphony", mean_polyphony},
          {"groove_similarity", groove_similarity},
          {"sounding_bars_share", sounding_bars_share},
          {"plan_density_error", plan_density_error},
          {"plan_polyphony_error", plan_polyphony_error},
          {"bass_leap_mean", bass_leap_mean},
          {"parallel_share", parallel_share},
          {"bass_mean_pitch", bass_mean_pitch},
          {"hands_together_share", hands_together_share},
          {"mean_pitch", mean_pitch},
          {"inner_step_share", inner_step_share},
          {"bass_step_share", bass_step_share},
          {"crossing_share", crossing_share}};
}

AccompanimentMeasures Measure(const Piece& piece) {
  AccompanimentMeasures m;
  double time = 0, in_chord = 0, attacks = 0, clashes = 0, pitch_sum = 0, onsets = 0, ticks = 0, melody_bars = 0,
         sounding_bars = 0, groove_sum = 0, groove_pairs = 0, plan_error = 0, plan_thickness = 0, planned = 0,
         leap_sum = 0, leaps = 0, parallels = 0, moves = 0, bass_sum = 0, both_hands = 0, any_hand = 0;
  std::vector<OuterPair> outer;
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    const PieceBar& bar = piece.bars[k];
    ticks += bar.length;
    if (!bar.melody.empty()) {
      melody_bars += 1;
      sounding_bars += !bar.events.empty() || bar.density == 0;
    }
    if (bar.density < tokens::kDensityClasses) {
      planned += 1;
      plan_error += std::abs(bar.density - bar.MeasuredDensity());
      if (bar.polyphony < tokens::kPolyphonyClasses)
        plan_thickness += std::abs(bar.polyphony - bar.MeasuredPolyphony());
    }
    int last_onset = -1;
    std::map<int, uint32_t> hands;  // onset -> roles that attack
    for (const Event& event : bar.events) hands[event.onset] |= 1u << event.role;
    for (const auto& [onset, roles] : hands) {
      const uint32_t keys = (roles >> tokens::kKeysLow) & 3u;
      any_hand += keys != 0;
      both_hands += keys == 3u;
    }
    for (const Event& event : bar.events) {
      attacks += 1;
      pitch_sum += event.pitch;
      time += Ticks(event);
      const uint32_t mask = tokens::ChordMask(bar.ChordAt(event.onset));
      if (mask == 0 || ((mask >> (event.pitch % 12)) & 1u) != 0) in_chord += Ticks(event);
      const MelodyNote* melody = MelodyAt(bar, event.onset);
      if (melody != nullptr) {
        const int apart = (event.pitch - melody->pitch + 132) % 12;
        clashes += apart == 1 || apart == 11;
      }
      if (event.onset == last_onset) continue;
      last_onset = event.onset;
      onsets += 1;
      bass_sum += event.pitch;
      // Events of one onset stand basses first: the first is the lowest of the lowest role.
      if (melody != nullptr) outer.push_back({event.pitch, melody->pitch});
    }
    if (k > 0 && piece.bars[k - 1].length == bar.length && !bar.events.empty() && !piece.bars[k - 1].events.empty()) {
      groove_pairs += 1;
      groove_sum += Cosine(Groove(piece.bars[k - 1]), Groove(bar));
    }
  }
  for (size_t i = 1; i < outer.size(); ++i) {
    const OuterPair &a = outer[i - 1], &b = outer[i];
    leap_sum += std::abs(b.bass - a.bass);
    leaps += 1;
    const bool both_move_alike = (b.bass - a.bass) * (b.melody - a.melody) > 0;
    const int before = (a.melody - a.bass + 120) % 12, after = (b.melody - b.bass + 120) % 12;
    moves += both_move_alike;
    parallels += both_move_alike && before == after && (after == 0 || after == 7);
  }
  m.chord_tone_share = Ratio(in_chord, time);
  m.melody_clash_share = Ratio(clashes, attacks);
  m.notes_per_bar = Ratio(attacks, static_cast<double>(piece.bars.size()));
  m.onsets_per_quarter = Ratio(onsets * 24, ticks);
  m.mean_polyphony = Ratio(time, ticks);
  m.groove_similarity = Ratio(groove_sum, groove_pairs);
  m.sounding_bars_share = Ratio(sounding_bars, melody_bars);
  m.plan_density_error = Ratio(plan_error, planned);
  m.plan_polyphony_error = Ratio(plan_thickness, planned);
  m.bass_leap_mean = Ratio(leap_sum, leaps);
  m.parallel_share = Ratio(parallels, moves);
  m.bass_mean_pitch = Ratio(bass_sum, onsets);
  m.hands_together_share = Ratio(both_hands, any_hand);
  m.mean_pitch = Ratio(pitch_sum, attacks);
  const evaluation::VoiceLeading lines = evaluation::MeasureVoiceLeading(piece);
  m.bass_step_share = lines.bass_step_share;
  m.inner_step_share = lines.inner_step_share;
  m.crossing_share = lines.crossing_share;
  return m;
}

double ChromaSimilarity(const Piece& a, const Piece& b) {
  double sum = 0, bars = 0;
  for (size_t k = 0; k < std::min(a.bars.size(), b.bars.size()); ++k) {
    std::vector<double> x(12, 0.0), y(12, 0.0);
    for (const Event& event : a.bars[k].events) x[static_cast<size_t>(event.pitch % 12)] += 1;
    for (const Event& event : b.bars[k].events) y[static_cast<size_t>(event.pitch % 12)] += 1;
    if (a.bars[k].events.empty() || b.bars[k].events.empty()) continue;
    sum += Cosine(x, y);
    bars += 1;
  }
  return Ratio(sum, bars);
}

std::optional<std::string> GuardVerdict(const Piece& piece, const AccompanimentMeasures& m) {
  auto say = [](const char* name, double figure, const char* unit, double bound) {
    char text[120];
    std::snprintf(text, sizeof(text), "%s: %.3f %s, bound %.3f", name, figure, unit, bound);
    return std::optional<std::string>(text);
  };
  if (piece.EventCount() == 0) return say("silent", 0, "notes", 1);
  if (m.sounding_bars_share < kLeastSounding) {
    return say("silent", m.sounding_bars_share, "of bars sound", kLeastSounding);
  }
  double quarters = 0;
  for (const PieceBar& bar : piece.bars) quarters += bar.length / 24.0;
  const double notes_per_quarter = Ratio(static_cast<double>(piece.EventCount()), quarters);
  if (notes_per_quarter > kMostNotesPerQuarter) {
    return say("dense", notes_per_quarter, "notes a quarter", kMostNotesPerQuarter);
  }
  if (m.chord_tone_share < kLeastChordTones) {
    return say("dissonant", m.chord_tone_share, "chord tones", kLeastChordTones);
  }
  if (m.melody_clash_share > kMostClashes) return say("clashing", m.melody_clash_share, "of attacks", kMostClashes);
  std::map<int, std::pair<size_t, size_t>> bars_of_role;  // role -> last bar + 1 counted, bars
  size_t busiest = 0;
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    for (const Event& event : piece.bars[k].events) {
      const tokens::RoleTraits& traits = tokens::TraitsOf(event.role);
      if (event.pitch < traits.lowest || event.pitch > traits.highest) {
        return say("out of range", event.pitch, std::string(traits.name).c_str(),
                   event.pitch < traits.lowest ? traits.lowest : traits.highest);
      }
      auto& [counted, bars] = bars_of_role[event.role];
      if (counted != k + 1) {
        counted = k + 1;
        busiest = std::max(busiest, ++bars);
      }
    }
  }
  for (int role = 0; role < tokens::kRoles; ++role) {
    if (((piece.roles >> role) & 1u) == 0 || tokens::TraitsOf(role).voices != 1) continue;
    const double share = Ratio(static_cast<double>(bars_of_role[role].second), static_cast<double>(busiest));
    if (share < kLeastPartShare) {
      return say("one-sided", share, std::string(tokens::TraitsOf(role).name).c_str(), kLeastPartShare);
    }
  }
  return std::nullopt;
}

int64_t RankingScorePpm(const AccompanimentMeasures& m, double nats_per_note, const Habits& habits) {
  // Each term costs what it is away from good practice; weights set by ear and eye on the demo songs, and, of
  // repetition and voice leading, by docs/music_measures.md on songs of the validation split: a style's
  // composers have their habits.
  double cost = 0;
  cost += 1.2 * std::max(0.0, 0.85 - m.chord_tone_share);
  cost += 3.0 * m.melody_clash_share;
  cost += 0.8 * m.parallel_share;
  cost += 0.10 * m.plan_density_error;
  cost += 0.15 * m.plan_polyphony_error;
  cost += 0.8 * std::abs(m.groove_similarity - habits.like_bar_before / 1000.0);
  cost += 0.7 * std::max(0.0, habits.inner_step / 1000.0 - m.inner_step_share);
  cost += 0.5 * std::abs(m.bass_step_share - habits.bass_step / 1000.0);
  cost += 1.0 * m.crossing_share;
  cost += 0.04 * std::max(0.0, m.bass_leap_mean - 7.0);
  cost += 0.015 * std::max(0.0, m.bass_mean_pitch - 55.0);     // a bass that is none
  cost += 0.25 * std::max(0.0, m.hands_together_share - 0.6);  // two hands that do one thing
  cost += 0.6 * (1.0 - m.sounding_bars_share);
  cost += 0.05 * std::max(0.0, nats_per_note - 2.0);
  return static_cast<int64_t>(std::llround(1e6 * std::clamp(1.0 - cost, 0.0, 1.0)));
}

}  // namespace ledgerline::covers
