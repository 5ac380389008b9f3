#include "inference/drums/groove_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace ledgerline::drums {
namespace {

// A hit with its surroundings.
struct Hit {
  int style, drum, place;
  Stroke stroke;
  int before = -1;      // index of the hit before: of the same drum for velocity
  int before_any = -1;  // of any drum, within half a bar
  int above = -1;       // the same drum at the same place, one bar back
};

std::vector<Hit> HitsOf(const std::vector<Performance>& performances) {
  std::vector<Hit> hits;
  for (const Performance& performance : performances) {
    std::array<int, kDrums> last;
    last.fill(-1);
    int last_any = -1;
    std::map<std::tuple<size_t, size_t, int, int>, int> where;  // bar, beat, place, drum -> hit
    for (size_t k = 0; k < performance.bars.size(); ++k) {
      const DrumBar& bar = performance.bars[k];
      for (size_t b = 0; b < bar.beats.size(); ++b) {
        for (int s = 0; s < bar.beats[b].StepCount(); ++s) {
          const Step& step = bar.beats[b].steps[static_cast<size_t>(s)];
          const int place = StepPlace(bar.beats[b].place, bar.beats[b].triplet, s);
          for (int drum = 0; drum < kDrums; ++drum) {
            if (!(step.mask >> drum & 1)) continue;
            Hit hit{performance.style, drum, place, step.strokes[static_cast<size_t>(drum)]};
            hit.before = last[static_cast<size_t>(drum)];
            hit.before_any = last_any;
            if (k > 0) {
              const auto found = where.find({k - 1, b, place, drum});
              if (found != where.end()) hit.above = found->second;
            }
            const int index = static_cast<int>(hits.size());
            where[{k, b, place, drum}] = index;
            last[static_cast<size_t>(drum)] = last_any = index;
            hits.push_back(hit);
          }
        }
      }
    }
  }
  return hits;
}

// The five ever wider cells that a hit belongs to.
using Cell = std::tuple<int, int, int, int>;  // level, style, drum, place or step in the beat
std::array<Cell, 5> CellsOf(int style, int drum, int place) {
  return {Cell{0, style, drum, place}, Cell{1, style, drum, place % 7}, Cell{2, -1, drum, place},
          Cell{3, -1, drum, place % 7}, Cell{4, -1, drum, -1}};
}

double Unnormal(double share) {  // the inverse of the normal distribution, by halving
  double low = -6, high = 6;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
  }
  return (low + high) / 2;
}

Quantiles QuantilesOf(const std::vector<int>& sorted) {
  Quantiles quantiles;
  for (size_t i = 0; i < quantiles.size(); ++i) {
    const double share = std::clamp(static_cast<double>(i) / (kQuantiles - 1), 0.02, 0.98);
    quantiles[i] =
        static_cast<int8_t>(sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)]);
  }
  return quantiles;
}

// Learns one quantity: its tables, their index, and the walk.
class Quantity {
 public:
  Quantity(const std::vector<Hit>& hits, int (*value)(const Stroke&), bool any_drum)
      : hits_(hits), value_(value), any_drum_(any_drum) {
    for (const Hit& hit : hits_) {
      for (const Cell& cell : CellsOf(hit.style, hit.drum, hit.place)) values_[cell].push_back(value_(hit.stroke));
    }
    for (auto& [cell, values] : values_) std::sort(values.begin(), values.end());
  }

  const Cell* Chosen(int style, int drum, int place) const {
    for (const Cell& cell : CellsOf(style, drum, place)) {
      const auto found = values_.find(cell);
      if (found != values_.end() && (found->second.size() >= kFewestHits || std::get<0>(cell) == 4)) {
        return &found->first;
      }
    }
    return nullptr;
  }

  void Fill(int fallback, std::vector<Quantiles>* tables, std::vector<uint16_t>* index) const {
    Quantiles plain;
    plain.fill(static_cast<int8_t>(fallback));
    tables->assign(1, plain);  // of a drum that was never hit
    std::map<Cell, uint16_t> known;
    for (int style = 0; style < kGrooveStyles; ++style) {
      for (int drum = 0; drum < kDrums; ++drum) {
        for (int place = 0; place < kStepPlaces; ++place) {
          const Cell* cell = Chosen(style, drum, place);
          uint16_t table = 0;
          if (cell != nullptr) {
            const auto [found, fresh] = known.insert({*cell, static_cast<uint16_t>(tables->size())});
            table = found->second;
            if (fresh) tables->push_back(QuantilesOf(values_.at(*cell)));
          }
          index->push_back(table);
        }
      }
    }
  }

  Walk Learn() const {
    std::vector<double> z;
    for (const Hit& hit : hits_) {
      const std::vector<int>& values = values_.at(*Chosen(hit.style, hit.drum, hit.place));
      const auto [low, high] = std::equal_range(values.begin(), values.end(), value_(hit.stroke));
      const double rank = 0.5 * static_cast<double>((low - values.begin()) + (high - values.begin()));
      z.push_back(Unnormal(std::clamp(rank / static_cast<double>(values.size()), 0.005, 0.995)));
    }
    double xx = 0, xy = 0, yy = 0, xz = 0, yz = 0, zz = 0, ax = 0, az = 0, axz = 0;
    double n = 0, an = 0;
    for (size_t i = 0; i < hits_.size(); ++i) {
      const int before = any_drum_ ? hits_[i].before_any : hits_[i].before;
      if (before < 0) continue;
      const double x = z[static_cast<size_t>(before)];
      ax += x * x, axz += x * z[i], az += z[i] * z[i], ++an;
      if (hits_[i].above < 0) continue;
      const double y = z[static_cast<size_t>(hits_[i].above)];
      xx += x * x, xy += x * y, yy += y * y, xz += x * z[i], yz += y * z[i], zz += z[i] * z[i], ++n;
    }
    Walk walk;
    auto fine = [](double value) { return static_cast<int32_t>(std::lround(std::clamp(value, -1.0, 1.0) * 4096)); };
    const double determinant = xx * yy - xy * xy;
    if (n > 100 && determinant > 1e-6 * xx * yy) {
      const double a = (xz * yy - yz * xy) / determinant, b = (yz * xx - xz * xy) / determinant;
      const double rest = (zz - a * xz - b * yz) / n;
      walk.after = fine(a), walk.above = fine(b), walk.noise = fine(std::sqrt(std::max(rest, 0.0)));
    }
    if (an > 100 && ax > 0) {
      const double a = axz / ax;
      walk.alone_after = fine(a);
      walk.alone_noise = fine(std::sqrt(std::max((az - a * axz) / an, 0.0)));
    }
    return walk;
  }

 private:
  const std::vector<Hit>& hits_;
  int (*value_)(const Stroke&);
  bool any_drum_;
  std::map<Cell, std::vector<int>> values_;
};

void LearnArticulations(const std::vector<Hit>& hits, GrooveModel* model) {
  std::map<Cell, std::pair<size_t, size_t>> seen;  // others, all
  std::array<double, kDrums> same{}, pairs{}, chance{};
  for (const Hit& hit : hits) {
    for (const Cell& cell : CellsOf(hit.style, hit.drum, hit.place)) {
      seen[cell].first += hit.stroke.other;
      ++seen[cell].second;
    }
  }
  auto share_of = [&](int style, int drum, int place) {
    for (const Cell& cell : CellsOf(style, drum, place)) {
      const auto found = seen.find(cell);
      if (found != seen.end() && found->second.second >= kFewestHits) {
        return static_cast<double>(found->second.first) / static_cast<double>(found->second.second);
      }
    }
    return 0.0;
  };
  for (const Hit& hit : hits) {
    if (hit.above < 0) continue;
    const auto d = static_cast<size_t>(hit.drum);
    const double share = share_of(hit.style, hit.drum, hit.place);
    same[d] += hit.stroke.other == hits[static_cast<size_t>(hit.above)].stroke.other;
    chance[d] += share * share + (1 - share) * (1 - share);
    ++pairs[d];
  }
  for (int style = 0; style < kGrooveStyles; ++style) {
    for (int drum = 0; drum < kDrums; ++drum) {
      for (int place = 0; place < kStepPlaces; ++place) {
        model->other_share.push_back(static_cast<uint8_t>(std::lround(255 * share_of(style, drum, place))));
      }
    }
  }
  for (size_t d = 0; d < kDrums; ++d) {
    const double room = pairs[d] - chance[d];
    const double stays = room < 1 ? 0 : (same[d] - chance[d]) / room;
    model->other_stays[d] = static_cast<uint8_t>(std::lround(255 * std::clamp(stays, 0.0, 1.0)));
  }
}

}  // namespace

void LearnTouch(const std::vector<Performance>& performances, GrooveModel* model) {
  const std::vector<Hit> hits = HitsOf(performances);
  const Quantity velocity(
      hits, [](const Stroke& stroke) { return std::clamp<int>(stroke.velocity, 1, 127); }, false);
  velocity.Fill(80, &model->velocities, &model->velocity_table);
  model->velocity_walk = velocity.Learn();
  const Quantity deviation(
      hits, [](const Stroke& stroke) { return static_cast<int>(stroke.deviation); }, true);
  deviation.Fill(0, &model->deviations, &model->deviation_table);
  model->deviation_walk = deviation.Learn();
  LearnArticulations(hits, model);
}

}  // namespace ledgerline::drums
