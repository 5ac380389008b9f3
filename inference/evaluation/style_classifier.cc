#include "inference/evaluation/style_classifier.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace ledgerline::evaluation {
namespace {

std::vector<double> Softmax(const std::vector<std::vector<double>>& weights, const std::vector<double>& x) {
  std::vector<double> scores(weights.size());
  double highest = -1e300;
  for (size_t c = 0; c < weights.size(); ++c) {
    double score = weights[c].back();
    for (size_t i = 0; i < x.size(); ++i) score += weights[c][i] * x[i];
    scores[c] = score;
    highest = std::max(highest, score);
  }
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - highest);
  for (double& score : scores) score /= sum;
  return scores;
}

}  // namespace

std::vector<double> StyleClassifier::Standardised(const std::vector<double>& features) const {
  std::vector<double> x(mean_.size());
  // Far out values say no more than far ones: a piece unlike all must not be certain of anything.
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::clamp((features[i] - mean_[i]) / scale_[i], -4.0, 4.0);
  return x;
}

Result<StyleClassifier> StyleClassifier::Train(const std::vector<Example>& examples, int classes,
                                               const ClassifierSettings& settings) {
  if (examples.empty()) return InvalidArgument("a classifier needs examples");
  const size_t size = examples[0].features.size();
  StyleClassifier trained;
  trained.mean_.assign(size, 0);
  trained.scale_.assign(size, 0);
  std::vector<double> class_counts(static_cast<size_t>(classes), 0);
  for (const Example& example : examples) {
    if (example.features.size() != size) {
      return InvalidArgument("an example has " + std::to_string(example.features.size()) + " features, the first has " +
                             std::to_string(size));
    }
    if (example.label < 0 || example.label >= classes) {
      return InvalidArgument("label " + std::to_string(example.label) + " is outside 0 to " +
                             std::to_string(classes - 1));
    }
    class_counts[static_cast<size_t>(example.label)] += 1;
    for (size_t i = 0; i < size; ++i) trained.mean_[i] += example.features[i];
  }
  const auto count = static_cast<double>(examples.size());
  for (double& mean : trained.mean_) mean /= count;
  for (const Example& example : examples) {
    for (size_t i = 0; i < size; ++i) {
      const double apart = example.features[i] - trained.mean_[i];
      trained.scale_[i] += apart * apart;
    }
  }
  for (double& scale : trained.scale_) scale = std::max(1e-6, std::sqrt(scale / count));
  double present = 0;
  for (const double in_class : class_counts) present += in_class > 0;
  std::vector<std::vector<double>> x;
  std::vector<double> weight;
  for (const Example& example : examples) {
    x.push_back(trained.Standardised(example.features));
    weight.push_back(1 / (present * class_counts[static_cast<size_t>(example.label)]));
  }
  trained.weights_.assign(static_cast<size_t>(classes), std::vector<double>(size + 1, 0));
  std::vector<std::vector<double>> velocity = trained.weights_;
  for (int step = 0; step < settings.steps; ++step) {
    std::vector<std::vector<double>> gradient(static_cast<size_t>(classes), std::vector<double>(size + 1, 0));
    for (size_t e = 0; e < x.size(); ++e) {
      const std::vector<double> told = Softmax(trained.weights_, x[e]);
      for (size_t c = 0; c < told.size(); ++c) {
        const double error = weight[e] * (told[c] - (static_cast<int>(c) == examples[e].label ? 1 : 0));
        for (size_t i = 0; i < size; ++i) gradient[c][i] += error * x[e][i];
        gradient[c][size] += error;
      }
    }
    for (size_t c = 0; c < gradient.size(); ++c) {
      for (size_t i = 0; i <= size; ++i) {
        const double decay = i < size ? settings.decay * trained.weights_[c][i] : 0;
        velocity[c][i] = settings.momentum * velocity[c][i] - settings.rate * (gradient[c][i] + decay);
        trained.weights_[c][i] += velocity[c][i];
      }
    }
  }
  return trained;
}

std::vector<double> StyleClassifier::Probabilities(const std::vector<double>& features) const {
  return Softmax(weights_, Standardised(features));
}

int StyleClassifier::Predict(const std::vector<double>& features) const {
  const std::vector<double> told = Probabilities(features);
  return static_cast<int>(std::max_element(told.begin(), told.end()) - told.begin());
}

std::vector<std::vector<int>> Confusion(const StyleClassifier& classifier, const std::vector<Example>& examples,
                                        int classes) {
  std::vector<std::vector<int>> counts(static_cast<size_t>(classes), std::vector<int>(static_cast<size_t>(classes), 0));
  for (const Example& example : examples) {
    ++counts[static_cast<size_t>(example.label)][static_cast<size_t>(classifier.Predict(example.features))];
  }
  return counts;
}

double BalancedAccuracy(const std::vector<std::vector<int>>& confusion) {
  double sum = 0, present = 0;
  for (size_t truth = 0; truth < confusion.size(); ++truth) {
    double all = 0;
    for (const int told : confusion[truth]) all += told;
    if (all == 0) continue;
    sum += confusion[truth][truth] / all;
    present += 1;
  }
  return present == 0 ? 0 : sum / present;
}

}  // namespace ledgerline::evaluation
