// StyleClassifier: multinomial logistic regression on standardised features: which style does this sound like?
//
// Trained by gradient descent with momentum from zero weights on all examples at once, every class weighing the same,
// so nothing is random: the same examples in the same order give the same classifier. Source: Bishop, "Pattern
// Recognition and Machine Learning", section 4.3.4.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_STYLE_CLASSIFIER_H_
#define LEDGERLINE_INFERENCE_EVALUATION_STYLE_CLASSIFIER_H_

#include <vector>

#include "schemas/status.h"

namespace ledgerline::evaluation {

struct Example {
  std::vector<double> features;
  int label = 0;  // 0 to classes - 1
};

struct ClassifierSettings {
  int steps = 400;
  double rate = 0.5;
  double momentum = 0.9;
  double decay = 1e-3;  // L2, on weights but not on intercepts
};

class StyleClassifier {
 public:
  // Errors: kInvalidArgument (no examples, examples of different lengths, a label outside 0 to `classes` - 1).
  static Result<StyleClassifier> Train(const std::vector<Example>& examples, int classes,
                                       const ClassifierSettings& settings = {});

  // Probabilities of the classes. `features` has the examples' length.
  std::vector<double> Probabilities(const std::vector<double>& features) const;
  int Predict(const std::vector<double>& features) const;  // the likeliest; of equals the first

 private:
  std::vector<double> Standardised(const std::vector<double>& features) const;
  std::vector<double> mean_, scale_;
  std::vector<std::vector<double>> weights_;  // [class][feature + 1], the last is the intercept
};

// [truth][told], counted; and the mean over classes that have examples of the share told rightly.
std::vector<std::vector<int>> Confusion(const StyleClassifier& classifier, const std::vector<Example>& examples,
                                        int classes);
double BalancedAccuracy(const std::vector<std::vector<int>>& confusion);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_STYLE_CLASSIFIER_H_
