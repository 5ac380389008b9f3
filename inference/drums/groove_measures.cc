#include "inference/drums/groove_measures.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>

#include "inference/drums/groove_families.h"
#include "inference/drums/integer_curves.h"
#include "inference/model/counter_random.h"

namespace ledgerline::drums {
namespace {

double BitsOf(double share, bool outcome) { return -std::log2(outcome ? share : 1 - share); }

// A yes-or-no count with half a count on either side.
struct Tally {
  double no = 0.5, yes = 0.5;
  void Add(bool outcome) { (outcome ? yes : no) += 1; }
  double Share() const { return yes / (yes + no); }
};

using Place = std::tuple<int, int, int, bool>;  // style, drum or feel, place, fill
using Repeat = std::tuple<int, int>;            // drum or feel, the same one bar back (2: unknown)

template <typename Visit>
void ForEachOutcome(const Performance& performance, Visit&& visit) {
  for (size_t k = 0; k < performance.bars.size(); ++k) {
    GrooveContext context(performance.bars, k, performance.style);
    const DrumBar& bar = performance.bars[k];
    for (size_t b = 0; b < bar.beats.size(); ++b) {
      const Beat& beat = bar.beats[b];
      const int feel = k > 0 && b < performance.bars[k - 1].beats.size() ? performance.bars[k - 1].beats[b].triplet : 2;
      visit(kFeelDecision, beat.place, feel, bar.fill, context.FeelKeys(b), beat.triplet);
      for (int s = 0; s < beat.StepCount(); ++s) {
        context.EnterStep(b, s);
        const uint16_t above = context.MaskBack(1);
        uint16_t decided = 0;
        for (int drum = 0; drum < kDrums; ++drum) {
          const bool hit = beat.steps[static_cast<size_t>(s)].mask >> drum & 1;
          visit(drum, StepPlace(beat.place, beat.triplet, s), above == kNoMask ? 2 : (above >> drum & 1), bar.fill,
                context.HitKeys(drum, decided), hit);
          if (hit) decided = static_cast<uint16_t>(decided | 1u << drum);
        }
      }
    }
  }
}

uint64_t HashOf(const DrumBar& bar, bool* silent) {
  uint64_t hash = 1;
  *silent = true;
  for (const Beat& beat : bar.beats) {
    for (int s = 0; s < beat.StepCount(); ++s) {
      const uint16_t mask = beat.steps[static_cast<size_t>(s)].mask;
      if (mask == 0) continue;
      *silent = false;
      // By time, so that a downbeat is the same in a straight beat and in triplets.
      const auto at = static_cast<uint64_t>((&beat - bar.beats.data()) * kFineTicks + beat.StepTick(s));
      hash = model::MixBits(hash ^ (at << 16 | mask));
    }
  }
  return hash;
}

// Visits every run of up to `longest` bars with its hash.
template <typename Visit>
void ForEachRun(const std::vector<DrumBar>& bars, size_t longest, Visit&& visit) {
  std::vector<uint64_t> hashes;
  std::vector<bool> silent;
  for (const DrumBar& bar : bars) {
    bool none = false;
    hashes.push_back(HashOf(bar, &none));
    silent.push_back(none);
  }
  for (size_t i = 0; i < bars.size(); ++i) {
    uint64_t run = 7;
    for (size_t n = 0; n < longest && i + n < bars.size() && !silent[i + n]; ++n) {
      run = model::MixBits(run ^ hashes[i + n]);
      visit(n, run);
    }
  }
}

}  // namespace

GrooveBits MeasureBits(const GrooveModel& model, const std::vector<Performance>& train,
                       const std::vector<Performance>& judged) {
  std::map<Place, Tally> places;
  std::map<Repeat, Tally> repeats;
  for (const Performance& performance : train) {
    ForEachOutcome(performance, [&](int what, int place, int above, bool fill, const ContextKeys&, bool outcome) {
      places[{performance.style, what, place, fill}].Add(outcome);
      repeats[{what, above}].Add(outcome);
    });
  }
  GrooveBits bits;
  std::vector<Performance> marked = train;
  const GrooveFamilies families(&marked);
  for (Performance performance : judged) {
    families.MarkByPast(&performance);
    ForEachOutcome(performance, [&](int what, int place, int above, bool fill, const ContextKeys& keys, bool outcome) {
      bits.place += BitsOf(places[{performance.style, what, place, fill}].Share(), outcome);
      bits.repeat += BitsOf(repeats[{what, above}].Share(), outcome);
      bits.model += BitsOf(LogisticShare(model.Logit(what, keys)) / 65536.0, outcome);
      bits.steps += what == 0;
      bits.hits += what < kDrums && outcome;
    });
  }
  return bits;
}

GrooveProfile ProfileOf(const std::vector<const std::vector<DrumBar>*>& grooves) {
  GrooveProfile profile;
  double hits = 0, beats = 0, same = 0, steps = 0;
  for (const std::vector<DrumBar>* groove : grooves) {
    for (size_t k = 0; k < groove->size(); ++k) {
      const DrumBar& bar = (*groove)[k];
      GrooveContext context(*groove, k, 0);
      ++profile.bars;
      double here = 0;
      for (size_t b = 0; b < bar.beats.size(); ++b) {
        const Beat& beat = bar.beats[b];
        for (int s = 0; s < beat.StepCount(); ++s) {
          const Step& step = beat.steps[static_cast<size_t>(s)];
          if (k > 0 && step.mask != 0) {
            context.EnterStep(b, s);
            ++steps;
            same += context.MaskBack(1) == step.mask;
          }
          for (size_t d = 0; d < kDrums; ++d) {
            if (!(step.mask >> d & 1)) continue;
            ++here;
            profile.velocity[static_cast<size_t>(step.strokes[d].velocity / 8)] += 1;
            profile.deviation[static_cast<size_t>((step.strokes[d].deviation + kMaxDeviation) / 5)] += 1;
            profile.drums[d] += 1;
          }
        }
      }
      const double per_beat = here / static_cast<double>(std::max<size_t>(bar.beats.size(), 1));
      profile.density[std::min<size_t>(profile.density.size() - 1, static_cast<size_t>(per_beat * 2))] += 1;
      hits += here;
      beats += static_cast<double>(bar.beats.size());
    }
  }
  auto normalise = [](auto& shares, double total) {
    for (double& share : shares) share /= std::max(total, 1.0);
  };
  normalise(profile.velocity, hits);
  normalise(profile.deviation, hits);
  normalise(profile.drums, hits);
  normalise(profile.density, static_cast<double>(profile.bars));
  profile.repeated = same / std::max(steps, 1.0);
  profile.hits_per_beat = hits / std::max(beats, 1.0);
  return profile;
}

BarRuns::BarRuns(const std::vector<Performance>& performances) {
  for (const Performance& performance : performances) {
    ForEachRun(performance.bars, kLongest, [&](size_t n, uint64_t run) { runs_[n].insert(run); });
  }
}

int BarRuns::Longest(const std::vector<DrumBar>& bars) const {
  int longest = 0;
  ForEachRun(bars, kLongest, [&](size_t n, uint64_t run) {
    if (runs_[n].contains(run)) longest = std::max(longest, static_cast<int>(n) + 1);
  });
  return longest;
}

}  // namespace ledgerline::drums
