#include "tools/bench/music/people_apart.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "inference/model/counter_random.h"
#include "tools/bench/music/parallel.h"

namespace ledgerline::bench {
namespace {

constexpr uint64_t kApartStream = 0x6170617274ull;  // "apart"

double MeanOf(const double* values, size_t count) {
  return std::accumulate(values, values + count, 0.0) / static_cast<double>(count);
}

std::vector<double> Known(const std::vector<Values>& pieces, Measure measure) {
  std::vector<double> known;
  for (const Values& values : pieces) {
    if (!std::isnan(values[measure])) known.push_back(values[measure]);
  }
  return known;
}

// The mean of `draws` means over styles of what `distance` says of one style; NAN where it says so of all.
template <typename Distance>
double MeanDistance(const ValuesByStyle& styles, int draws, const Distance& distance) {
  double sum = 0, count = 0;
  for (int draw = 0; draw < draws; ++draw) {
    for (const auto& [style, pieces] : styles) {
      const double apart = distance(style, pieces);
      if (!std::isnan(apart)) sum += apart, count += 1;
    }
  }
  return count == 0 ? NAN : sum / count;
}

}  // namespace

Result<ValuesByStyle> MeasurePieces(const std::vector<tokens::Piece>& pieces, int jobs) {
  std::vector<Values> values(pieces.size());
  RETURN_IF_ERROR(InParallel(pieces.size(), jobs, [&](size_t i) {
    values[i] = MeasureAccompaniment(pieces[i], nullptr);
    return Status::Ok();
  }));
  ValuesByStyle by_style;
  for (size_t i = 0; i < pieces.size(); ++i) {
    by_style[std::string(tokens::StyleName(pieces[i].style))].push_back(values[i]);
  }
  return by_style;
}

double HalvesApart(const ValuesByStyle& people, Measure measure, int draws, uint64_t seed) {
  model::CounterRandom random(seed, kApartStream);
  return MeanDistance(people, draws, [&](const std::string&, const std::vector<Values>& pieces) -> double {
    std::vector<double> known = Known(pieces, measure);
    if (known.size() < 2) return NAN;
    for (size_t i = known.size(); i > 1; --i) std::swap(known[i - 1], known[random.Below(static_cast<uint32_t>(i))]);
    const size_t half = known.size() / 2;
    return std::abs(MeanOf(known.data(), half) - MeanOf(known.data() + half, known.size() - half));
  });
}

double SamplesApart(const ValuesByStyle& corpus, const ValuesByStyle& people, Measure measure, size_t count, int draws,
                    uint64_t seed) {
  model::CounterRandom random(seed, kApartStream);
  return MeanDistance(people, draws, [&](const std::string& style, const std::vector<Values>& pieces) -> double {
    const auto from = corpus.find(style);
    const std::vector<double> known = Known(pieces, measure);
    const std::vector<double> pool = from == corpus.end() ? std::vector<double>() : Known(from->second, measure);
    if (known.empty() || pool.empty() || count == 0) return NAN;
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += pool[random.Below(static_cast<uint32_t>(pool.size()))];
    return std::abs(sum / static_cast<double>(count) - MeanOf(known.data(), known.size()));
  });
}

Grid PeopleApart(const ValuesByStyle& corpus, const ValuesByStyle& people, size_t count, int draws, uint64_t seed) {
  Grid grid{"People's own pieces apart, style by style, " + std::to_string(draws) + " draws",
            {{"measure", "a fifth of people's", "halves of the held-out",
              std::to_string(count) + " training pieces from the held-out"}}};
  for (const Measure measure : {kBassSteps, kInnerSteps, kOnsets, kNotes, kPolyphony, kNextBar, kGs, kReturns,
                                kShortStructure, kLongStructure, kEntropy}) {
    double sum = 0, styles = 0;
    for (const auto& [style, pieces] : people) {
      const std::vector<double> known = Known(pieces, measure);
      if (!known.empty()) sum += MeanOf(known.data(), known.size()), styles += 1;
    }
    grid.lines.push_back({std::string(MeasureName(measure)), Number(styles == 0 ? NAN : sum / styles / 5, 3),
                          Number(HalvesApart(people, measure, draws, seed), 3),
                          Number(SamplesApart(corpus, people, measure, count, draws, seed), 3)});
  }
  return grid;
}

}  // namespace ledgerline::bench
