#include "inference/drums/groove_trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "inference/drums/groove_families.h"
#include "inference/drums/groove_tables.h"
#include "inference/drums/integer_curves.h"
#include "inference/model/counter_random.h"

namespace ledgerline::drums {
namespace {

constexpr int kPasses = 2;

struct Counts {
  uint32_t no = 0, yes = 0;
};

// A context's logit, with a fifth of a count on either side.
double LogitOf(const Counts& counts) {
  const double logit = std::log((counts.yes + 0.2) / (counts.no + 0.2));
  constexpr double kMost = static_cast<double>(kInputLogitMax) / kLogitOne;
  return std::clamp(logit, -kMost, kMost);
}

// Calls visit(decision, keys, outcome) for every decision of a performance.
template <typename Visit>
void ForEachDecision(const Performance& performance, Visit&& visit) {
  for (size_t k = 0; k < performance.bars.size(); ++k) {
    GrooveContext context(performance.bars, k, performance.style);
    const DrumBar& bar = performance.bars[k];
    for (size_t b = 0; b < bar.beats.size(); ++b) {
      visit(kFeelDecision, context.FeelKeys(b), bar.beats[b].triplet);
      for (int s = 0; s < bar.beats[b].StepCount(); ++s) {
        context.EnterStep(b, s);
        const uint16_t mask = bar.beats[b].steps[static_cast<size_t>(s)].mask;
        uint16_t decided = 0;
        for (int drum = 0; drum < kDrums; ++drum) {
          const bool hit = mask >> drum & 1;
          visit(drum, context.HitKeys(drum, decided), hit);
          if (hit) decided = static_cast<uint16_t>(decided | 1u << drum);
        }
      }
    }
  }
}

class Mixer {
 public:
  Mixer() {
    for (auto& decision : weights) {
      for (auto& context : decision) {
        for (size_t t = 0; t < kTrustClasses; ++t) context[t] = t == 0 ? 0.0 : 0.25;
      }
    }
  }
  void Learn(int decision, const std::array<double, kContexts>& inputs, const std::array<int, kContexts>& trust,
             bool outcome, double rate) {
    auto& mix = weights[static_cast<size_t>(decision)];
    double sum = bias[static_cast<size_t>(decision)];
    for (size_t i = 0; i < kContexts; ++i) sum += mix[i][static_cast<size_t>(trust[i])] * inputs[i];
    const double error = (outcome ? 1.0 : 0.0) - 1.0 / (1.0 + std::exp(-sum));
    for (size_t i = 0; i < kContexts; ++i) mix[i][static_cast<size_t>(trust[i])] += rate * error * inputs[i];
    bias[static_cast<size_t>(decision)] += rate * error;
  }
  std::array<std::array<std::array<double, kTrustClasses>, kContexts>, kDecisions> weights{};
  std::array<double, kDecisions> bias{};
};

int16_t Rounded(double value, double scale) {
  return static_cast<int16_t>(std::clamp(std::lround(value * scale), -32'767l, 32'767l));
}

void LearnBusyness(const std::vector<Performance>& performances, const GrooveFamilies& families, GrooveModel* model) {
  for (const LearntFamily& family : families.families()) {
    const double hits = std::clamp(std::round(family.hits_per_bar), 0.0, 255.0);
    model->families.push_back(
        {static_cast<uint8_t>(family.style), static_cast<uint16_t>(family.windows), static_cast<uint8_t>(hits)});
  }
  std::array<double, kGrooveStyles + 1> hits{}, beats{};  // the last: all styles
  for (const Performance& performance : performances) {
    if (performance.bars.empty() || !performance.bars[0].fill) continue;
    for (const size_t style : {static_cast<size_t>(performance.style), static_cast<size_t>(kGrooveStyles)}) {
      hits[style] += static_cast<double>(performance.HitCount());
      for (const DrumBar& bar : performance.bars) beats[style] += static_cast<double>(bar.beats.size());
    }
  }
  for (size_t style = 0; style < kGrooveStyles; ++style) {
    const size_t from = beats[style] >= 16 ? style : kGrooveStyles;
    model->fill_hits[style] =
        static_cast<uint8_t>(std::clamp(std::round(4 * hits[from] / std::max(beats[from], 1.0)), 0.0, 255.0));
  }
}

}  // namespace

Result<GrooveModel> TrainGrooveModel(const std::vector<Performance>& given, const GrooveTraining& training) {
  std::vector<Performance> performances = given;
  size_t hits = 0;
  for (const Performance& performance : performances) hits += performance.HitCount();
  if (hits == 0) return InvalidArgument("the performances have no hits");
  const GrooveFamilies families(&performances);
  std::vector<size_t> order(performances.size());
  std::iota(order.begin(), order.end(), size_t{0});
  model::CounterRandom random(training.seed, 0x67726f6f76657321ull);  // "grooves!"
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(static_cast<uint32_t>(i))]);

  std::unordered_map<uint32_t, Counts> counts;
  auto count_all = [&](const Performance& performance) {
    ForEachDecision(performance, [&](int, const ContextKeys& keys, bool outcome) {
      for (const uint32_t key : keys) {
        Counts& count = counts[key];
        ++(outcome ? count.yes : count.no);
      }
    });
  };
  for (const Performance& performance : performances) count_all(performance);

  GrooveModel model;
  // The commonest contexts within the bound; the others are as if never seen, in learning the weights too.
  std::array<size_t, 1024> by_count{};
  for (const auto& [key, count] : counts) ++by_count[std::min<size_t>(count.no + count.yes, by_count.size() - 1)];
  size_t fewest = by_count.size() - 1, kept = by_count[fewest];
  while (fewest > 2 && kept + by_count[fewest - 1] <= training.max_entries) kept += by_count[--fewest];
  for (const auto& [key, count] : counts) {
    if (count.no + count.yes >= fewest) model.keys.push_back(key);
  }
  std::sort(model.keys.begin(), model.keys.end());
  {
    std::unordered_map<uint32_t, Counts> common;
    for (const uint32_t key : model.keys) common[key] = counts[key];
    counts = std::move(common);
  }

  Mixer mixer;
  const double total = static_cast<double>(order.size()) * kPasses;
  double done = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    for (const size_t p : order) {
      const double rate = training.rate * (1.0 - 0.95 * done++ / total);
      // What the others say of this performance.
      std::unordered_map<uint32_t, Counts> own;
      ForEachDecision(performances[p], [&](int, const ContextKeys& keys, bool outcome) {
        for (const uint32_t key : keys) ++(outcome ? own[key].yes : own[key].no);
      });
      ForEachDecision(performances[p], [&](int decision, const ContextKeys& keys, bool outcome) {
        std::array<double, kContexts> inputs{};
        std::array<int, kContexts> trust{};
        for (size_t i = 0; i < kContexts; ++i) {
          const auto found = counts.find(keys[i]);
          if (found == counts.end()) continue;
          const Counts& mine = own.at(keys[i]);
          const Counts others{found->second.no - mine.no, found->second.yes - mine.yes};
          if (others.no + others.yes == 0) continue;
          inputs[i] = LogitOf(others);
          trust[i] = TrustClass(others.no + others.yes);
        }
        mixer.Learn(decision, inputs, trust, outcome, rate);
      });
    }
  }
  for (const uint32_t key : model.keys) {
    const Counts& count = counts.at(key);
    model.logits.push_back(Rounded(LogitOf(count), kLogitOne));
    model.trust.push_back(static_cast<uint8_t>(TrustClass(count.no + count.yes)));
  }
  for (size_t d = 0; d < kDecisions; ++d) {
    model.bias[d] = Rounded(mixer.bias[d], kLogitOne);
    for (size_t i = 0; i < kContexts; ++i) {
      for (size_t t = 0; t < kTrustClasses; ++t) model.weights[d][i][t] = Rounded(mixer.weights[d][i][t], 4096);
    }
  }
  for (const Performance& performance : performances) {
    model.trained_bars[static_cast<size_t>(performance.style)] += static_cast<uint32_t>(performance.bars.size());
  }
  LearnTouch(performances, &model);
  LearnBusyness(performances, families, &model);
  return model;
}

}  // namespace ledgerline::drums
