// Simulated listeners: a hidden preference over figures, and choices by it. They stand in for people where a fit is
// judged, as what they truly prefer is known; what they show of people is nothing.
#ifndef LEDGERLINE_TOOLS_BENCH_PREFERENCE_SIMULATED_LISTENER_H_
#define LEDGERLINE_TOOLS_BENCH_PREFERENCE_SIMULATED_LISTENER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inference/preference/comparison.h"

namespace ledgerline::bench {

// The candidates of one request, as figures by candidate number; those that a guard turned down have none.
struct Hearing {
  std::string song, style;
  uint64_t seed = 0;
  std::vector<preference::Figures> candidates;
};

struct SimulatedListener {
  std::string name;
  std::string likes;                      // in words
  std::map<std::string, double> weights;  // in units of how far candidates of one request differ in the figure
};
const std::vector<SimulatedListener>& SimulatedListeners();
// nullptr: there is none.
const SimulatedListener* FindListener(const std::string& name);

// How far two candidates of one request differ in each figure: the root of the mean square over all pairs.
std::map<std::string, double> TypicalDifferences(const std::vector<Hearing>& hearings);

// What the listener likes a minus what it likes b; above 0: a is preferred.
double Advantage(const SimulatedListener& listener, const std::map<std::string, double>& typical,
                 const preference::Figures& a, const preference::Figures& b);

// Chooses by the odds exp(kDecision * advantage): of two that differ typically, the better one 95 times of 100. `draw`
// picks the random number.
inline constexpr double kDecision = 3.0;
bool PrefersFirst(double advantage, uint64_t seed, uint64_t draw);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_PREFERENCE_SIMULATED_LISTENER_H_
