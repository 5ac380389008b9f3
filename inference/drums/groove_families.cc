#include "inference/drums/groove_families.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace ledgerline::drums {
namespace {

struct Window {
  Performance* performance;
  size_t first, last;
  int family = -1;  // within the style
};

// Calls visit(cell, hit) for every drum and step of bars [first, last).
template <typename Visit>
void ForEachCell(const std::vector<DrumBar>& bars, size_t first, size_t last, Visit&& visit) {
  for (size_t k = first; k < last; ++k) {
    for (const Beat& beat : bars[k].beats) {
      for (int s = 0; s < beat.StepCount(); ++s) {
        const uint16_t mask = beat.steps[static_cast<size_t>(s)].mask;
        const auto place = static_cast<size_t>(StepPlace(beat.place, beat.triplet, s));
        for (size_t d = 0; d < kDrums; ++d) visit(place * kDrums + d, (mask >> d & 1) != 0);
      }
    }
  }
}

double Likelihood(const LearntFamily& family, const std::vector<DrumBar>& bars, size_t first, size_t last) {
  double sum = 0;
  ForEachCell(bars, first, last, [&](size_t cell, bool hit) {
    sum += static_cast<double>(hit ? family.log_hit[cell] : family.log_rest[cell]);
  });
  return sum;
}

LearntFamily Profile(int style, const std::vector<const Window*>& windows) {
  LearntFamily family;
  family.style = style;
  family.windows = static_cast<int>(windows.size());
  std::vector<double> hits(kStepPlaces * kDrums, 0.25), all(kStepPlaces * kDrums, 1.0);
  double struck = 0, beats = 0;
  for (const Window* window : windows) {
    for (size_t k = window->first; k < window->last; ++k)
      beats += static_cast<double>(window->performance->bars[k].beats.size());
    ForEachCell(window->performance->bars, window->first, window->last, [&](size_t cell, bool hit) {
      hits[cell] += hit;
      all[cell] += 1;
      struck += hit;
    });
  }
  for (size_t cell = 0; cell < hits.size(); ++cell) {
    // A place that the family never has says little: a quarter of a hit in one.
    const double share = hits[cell] / all[cell];
    family.log_hit[cell] = static_cast<float>(std::log(share));
    family.log_rest[cell] = static_cast<float>(std::log(1 - share));
  }
  family.hits_per_bar = 4 * struck / std::max(beats, 1.0);
  return family;
}

// Gives the window to the family that it fits best.
void Join(const std::vector<LearntFamily>& families, Window* window) {
  double best = -1e30;
  for (size_t f = 0; f < families.size(); ++f) {
    const double fit = Likelihood(families[f], window->performance->bars, window->first, window->last);
    if (fit > best) {
      best = fit;
      window->family = static_cast<int>(f);
    }
  }
}

std::vector<LearntFamily> Cluster(int style, std::vector<Window>* windows) {
  const size_t count = std::clamp<size_t>(windows->size() / kWindowsPerFamily, 1, kFamiliesPerStyle);
  std::vector<LearntFamily> families;
  // The first family is everything; each next one starts from the window that the others fit worst.
  std::vector<double> worst(windows->size(), -1e30);
  size_t seed = 0;
  while (families.size() < count) {
    families.push_back(Profile(style, {&(*windows)[seed]}));
    double lowest = 1e30;
    for (size_t w = 0; w < windows->size(); ++w) {
      const Window& window = (*windows)[w];
      const double bars = static_cast<double>(window.last - window.first);
      worst[w] =
          std::max(worst[w], Likelihood(families.back(), window.performance->bars, window.first, window.last) / bars);
      if (worst[w] < lowest) {
        lowest = worst[w];
        seed = w;
      }
    }
  }
  for (int round = 0; round < 12; ++round) {
    std::vector<std::vector<const Window*>> members(families.size());
    for (Window& window : *windows) {
      Join(families, &window);
      members[static_cast<size_t>(window.family)].push_back(&window);
    }
    std::vector<LearntFamily> next;
    for (const auto& own : members) {
      // A family of two windows could be one performance: its windows go to the others.
      if (own.size() >= 3 || members.size() == 1) next.push_back(Profile(style, own));
    }
    if (next.empty()) next.push_back(families[0]);
    families = std::move(next);
  }
  for (Window& window : *windows) Join(families, &window);
  return families;
}

}  // namespace

GrooveFamilies::GrooveFamilies(std::vector<Performance>* performances) {
  for (int style = 0; style < kGrooveStyles; ++style) {
    std::vector<Window> windows;
    for (Performance& performance : *performances) {
      if (performance.style != style || performance.bars.empty() || performance.bars[0].fill) continue;
      const size_t bars = performance.bars.size();
      for (size_t first = 0; first < bars; first += kFamilyWindowBars) {
        const size_t last = std::min(first + kFamilyWindowBars, bars);
        if (first > 0 && last - first < 3) {
          windows.back().last = last;
        } else {
          windows.push_back({&performance, first, last});
        }
      }
    }
    if (windows.empty()) continue;
    const auto offset = static_cast<int>(families_.size());
    std::vector<LearntFamily> families = Cluster(style, &windows);
    // From the sparsest to the busiest.
    std::vector<size_t> order(families.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return families[a].hits_per_bar < families[b].hits_per_bar; });
    std::vector<int> rank(families.size());
    std::vector<LearntFamily> sorted;
    for (size_t i = 0; i < order.size(); ++i) {
      rank[order[i]] = static_cast<int>(i);
      sorted.push_back(families[order[i]]);
    }
    families = std::move(sorted);
    for (Window& window : windows) window.family = rank[static_cast<size_t>(window.family)];
    for (LearntFamily& family : families) family.windows = 0;
    for (const Window& window : windows) {
      ++families[static_cast<size_t>(window.family)].windows;
      for (size_t k = window.first; k < window.last; ++k) {
        window.performance->bars[k].family = static_cast<uint16_t>(offset + window.family + 1);
      }
    }
    families_.insert(families_.end(), families.begin(), families.end());
  }
}

int GrooveFamilies::Nearest(const std::vector<DrumBar>& bars, size_t first, size_t last, int style) const {
  int nearest = 0;
  double best = -1e30;
  for (size_t f = 0; f < families_.size(); ++f) {
    if (families_[f].style != style) continue;
    const double fit = Likelihood(families_[f], bars, first, last);
    if (fit > best) {
      best = fit;
      nearest = static_cast<int>(f) + 1;
    }
  }
  return nearest;
}

void GrooveFamilies::MarkByPast(Performance* performance) const {
  for (size_t k = 0; k < performance->bars.size(); ++k) {
    const size_t first = k > kFamilyWindowBars ? k - kFamilyWindowBars : 0;
    const bool known = k > 0 && !performance->bars[k].fill;
    performance->bars[k].family =
        static_cast<uint16_t>(known ? Nearest(performance->bars, first, k, performance->style) : 0);
  }
}

}  // namespace ledgerline::drums
