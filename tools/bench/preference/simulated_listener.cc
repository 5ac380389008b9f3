#include "tools/bench/preference/simulated_listener.h"

#include <cmath>

#include "inference/model/counter_random.h"

namespace ledgerline::bench {

const std::vector<SimulatedListener>& SimulatedListeners() {
  static const std::vector<SimulatedListener> kListeners = {
      {"calm", "few attacks, small steps in the bass", {{"onsets_per_quarter", -0.8}, {"bass_leap_mean", -0.6}}},
      {"full", "many notes sounding", {{"mean_polyphony", 1.0}}},
      {"sparse", "few notes a bar", {{"notes_per_bar", -1.0}}},
      {"dark", "low notes", {{"mean_pitch", -1.0}}},
      {"smooth", "inner voices by step, no parallels", {{"inner_step_share", 0.8}, {"parallel_share", -0.6}}},
      {"steady", "every bar as the one before", {{"groove_similarity", 1.0}}},
      {"consonant", "chord tones, no clashes", {{"chord_tone_share", 0.7}, {"melody_clash_share", -0.7}}},
      {"agreeing", "what the generator ranks first", {{"ranking_score", 1.0}}},
      {"contrary", "what the generator ranks last", {{"ranking_score", -1.0}}}};
  return kListeners;
}

const SimulatedListener* FindListener(const std::string& name) {
  for (const SimulatedListener& listener : SimulatedListeners()) {
    if (listener.name == name) return &listener;
  }
  return nullptr;
}

std::map<std::string, double> TypicalDifferences(const std::vector<Hearing>& hearings) {
  std::map<std::string, double> sums;
  double pairs = 0;
  for (const Hearing& hearing : hearings) {
    for (size_t i = 0; i < hearing.candidates.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (hearing.candidates[i].empty() || hearing.candidates[j].empty()) continue;
        pairs += 1;
        for (const auto& [name, value] : hearing.candidates[i]) {
          const auto apart = static_cast<double>(value - hearing.candidates[j].at(name));
          sums[name] += apart * apart;
        }
      }
    }
  }
  for (auto& [name, sum] : sums) sum = pairs == 0 ? 0 : std::sqrt(sum / pairs);
  return sums;
}

double Advantage(const SimulatedListener& listener, const std::map<std::string, double>& typical,
                 const preference::Figures& a, const preference::Figures& b) {
  double sum = 0;
  for (const auto& [name, weight] : listener.weights) {
    const double spread = typical.at(name);
    if (spread > 0) sum += weight * static_cast<double>(a.at(name) - b.at(name)) / spread;
  }
  return sum;
}

bool PrefersFirst(double advantage, uint64_t seed, uint64_t draw) {
  const double odds = 1.0 / (1.0 + std::exp(-kDecision * advantage));
  return static_cast<double>(model::CounterRandom(seed, 0).At(draw) >> 11) * 0x1.0p-53 < odds;
}

}  // namespace ledgerline::bench
