#include "tools/analyse_corpus/metre_boosting.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace ledgerline::music {
namespace {

constexpr size_t kBins = 48;

struct Slopes {
  double first = 0, second = 0;
};

struct Split {
  double gain = 0;
  size_t feature = 0;
  size_t bin = 0;  // values of bins above it go right
};

// Features as bins: a threshold between two of them is one of the values that the pieces have.
class Binned {
 public:
  explicit Binned(const std::vector<LabelledPiece>& pieces) : bins_(kMetreFeatures) {
    std::vector<int> values(pieces.size());
    for (size_t f = 0; f < kMetreFeatures; ++f) {
      for (size_t i = 0; i < pieces.size(); ++i) values[i] = pieces[i].features[f];
      std::sort(values.begin(), values.end());
      for (size_t b = 1; b < kBins; ++b) bounds_[f].push_back(values[b * (values.size() - 1) / kBins]);
      bounds_[f].erase(std::unique(bounds_[f].begin(), bounds_[f].end()), bounds_[f].end());
      bins_[f].resize(pieces.size());
      for (size_t i = 0; i < pieces.size(); ++i) {
        const auto above = std::lower_bound(bounds_[f].begin(), bounds_[f].end(), pieces[i].features[f]);
        bins_[f][i] = static_cast<uint8_t>(above - bounds_[f].begin());
      }
    }
  }
  size_t Bin(size_t feature, size_t piece) const { return bins_[feature][piece]; }
  int Threshold(const Split& split) const { return bounds_[split.feature][split.bin]; }

  Split Best(const std::vector<size_t>& pieces, const std::vector<Slopes>& slopes,
             const BoostingSettings& settings) const {
    Slopes all;
    for (const size_t i : pieces) {
      all.first += slopes[i].first;
      all.second += slopes[i].second;
    }
    const auto worth = [&](double first, double second) { return first * first / (second + settings.ridge); };
    Split best;
    for (size_t f = 0; f < kMetreFeatures; ++f) {
      std::array<Slopes, kBins> sums{};
      for (const size_t i : pieces) {
        Slopes& sum = sums[bins_[f][i]];
        sum.first += slopes[i].first;
        sum.second += slopes[i].second;
      }
      Slopes left;
      for (size_t b = 0; b < bounds_[f].size(); ++b) {
        left.first += sums[b].first;
        left.second += sums[b].second;
        const Slopes right{all.first - left.first, all.second - left.second};
        if (left.second < settings.least || right.second < settings.least) continue;
        const double gain =
            worth(left.first, left.second) + worth(right.first, right.second) - worth(all.first, all.second);
        if (gain > best.gain + 1e-9) best = {gain, f, b};
      }
    }
    return best;
  }

 private:
  std::array<std::vector<int>, kMetreFeatures> bounds_;
  std::vector<std::vector<uint8_t>> bins_;
};

// Grows one tree, and adds its answers to the pieces' points.
MetreTree Grow(const Binned& binned, const std::vector<Slopes>& slopes, const BoostingSettings& settings,
               std::vector<double>* points) {
  MetreTree tree{};
  std::vector<size_t> all(slopes.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::array<std::vector<size_t>, 4> leaves;
  // Question 0 parts all pieces; 1 those that it sends left, 2 those that it sends right.
  const auto part = [&](size_t question, const std::vector<size_t>& pieces, std::vector<size_t>* left,
                        std::vector<size_t>* right) {
    const Split split = binned.Best(pieces, slopes, settings);
    tree.feature[question] = static_cast<int16_t>(split.feature);
    tree.threshold[question] = split.gain > 0 ? static_cast<int16_t>(binned.Threshold(split)) : int16_t{2000};
    for (const size_t i : pieces) {
      (split.gain > 0 && binned.Bin(split.feature, i) > split.bin ? right : left)->push_back(i);
    }
  };
  std::vector<size_t> left, right;
  part(0, all, &left, &right);
  part(1, left, &leaves[0], &leaves[1]);
  part(2, right, &leaves[2], &leaves[3]);
  for (size_t k = 0; k < leaves.size(); ++k) {
    Slopes sum;
    for (const size_t i : leaves[k]) {
      sum.first += slopes[i].first;
      sum.second += slopes[i].second;
    }
    const double answer = -settings.rate * sum.first / (sum.second + settings.ridge);
    tree.leaf[k] = static_cast<int16_t>(std::lround(1000 * std::clamp(answer, -30.0, 30.0)));
    for (const size_t i : leaves[k]) (*points)[i] += tree.leaf[k] / 1000.0;
  }
  return tree;
}

}  // namespace

std::vector<std::array<MetreTree, kKnownMetres>> FitMetreTrees(const std::vector<LabelledPiece>& pieces,
                                                               const BoostingSettings& settings) {
  const Binned binned(pieces);
  std::vector<std::array<MetreTree, kKnownMetres>> trees;
  std::vector<std::vector<double>> points(kKnownMetres, std::vector<double>(pieces.size(), 0.0));
  for (int round = 0; round < settings.rounds; ++round) {
    std::vector<std::vector<Slopes>> slopes(kKnownMetres, std::vector<Slopes>(pieces.size()));
    double loss = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      double top = points[0][i], sum = 0;
      for (size_t m = 1; m < kKnownMetres; ++m) top = std::max(top, points[m][i]);
      for (size_t m = 0; m < kKnownMetres; ++m) sum += std::exp(points[m][i] - top);
      for (size_t m = 0; m < kKnownMetres; ++m) {
        const double share = std::exp(points[m][i] - top) / sum;
        const bool is = static_cast<size_t>(pieces[i].metre) == m;
        slopes[m][i] = {share - (is ? 1 : 0), std::max(1e-6, share * (1 - share))};
        if (is) loss -= std::log(share);
      }
    }
    if (round % 10 == 0)
      std::fprintf(stderr, "round %d: %.4f nats a piece\n", round, loss / static_cast<double>(pieces.size()));
    trees.emplace_back();
    for (size_t m = 0; m < kKnownMetres; ++m) trees.back()[m] = Grow(binned, slopes[m], settings, &points[m]);
  }
  return trees;
}

}  // namespace ledgerline::music
