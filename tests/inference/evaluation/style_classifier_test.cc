#include "inference/evaluation/style_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/evaluation/style_features.h"
#include "inference/model/counter_random.h"
#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

// Three clouds in a plane, and a third feature that says nothing.
std::vector<Example> Clouds(uint64_t seed, int each) {
  model::CounterRandom random(seed, 1);
  const double centres[3][2] = {{0, 0}, {5, 0}, {0, 5}};
  std::vector<Example> examples;
  for (int i = 0; i < 3 * each; ++i) {
    const int label = i % 3;
    examples.push_back(
        {{centres[label][0] + 2 * random.Unit() - 1, centres[label][1] + 2 * random.Unit() - 1, random.Unit()}, label});
  }
  return examples;
}

TEST(StyleClassifier, LearnsWhatIsSeparable) {
  const StyleClassifier classifier = StyleClassifier::Train(Clouds(1, 40), 3).value();
  const std::vector<std::vector<int>> counts = Confusion(classifier, Clouds(2, 50), 3);
  EXPECT_EQ(BalancedAccuracy(counts), 1);
  EXPECT_EQ(counts[1][1], 50);
}

TEST(StyleClassifier, TheSameExamplesGiveTheSameClassifier) {
  const StyleClassifier one = StyleClassifier::Train(Clouds(1, 20), 3).value(),
                        two = StyleClassifier::Train(Clouds(1, 20), 3).value();
  for (const Example& example : Clouds(3, 5)) {
    EXPECT_EQ(one.Probabilities(example.features), two.Probabilities(example.features));
  }
}

TEST(StyleClassifier, CannotTellWhatIsNotThere) {
  std::vector<Example> noise = Clouds(1, 60);
  for (size_t i = 0; i < noise.size(); ++i) noise[i].label = static_cast<int>(i / 60);  // whatever the cloud
  const StyleClassifier classifier = StyleClassifier::Train(noise, 3).value();
  std::vector<Example> judged = Clouds(9, 100);
  for (size_t i = 0; i < judged.size(); ++i) judged[i].label = static_cast<int>(i / 100);
  EXPECT_LT(BalancedAccuracy(Confusion(classifier, judged, 3)), 0.45);
}

TEST(StyleClassifier, ARareClassWeighsAsMuchAsACommonOne) {
  std::vector<Example> examples = Clouds(1, 100);
  std::erase_if(examples, [kept = 0](const Example& example) mutable { return example.label == 2 && ++kept > 4; });
  const StyleClassifier classifier = StyleClassifier::Train(examples, 3).value();
  EXPECT_EQ(BalancedAccuracy(Confusion(classifier, Clouds(4, 50), 3)), 1);
}

TEST(StyleClassifier, ProbabilitiesSumToOne) {
  const StyleClassifier classifier = StyleClassifier::Train(Clouds(1, 20), 3).value();
  double sum = 0;
  for (const double told : classifier.Probabilities({1e9, -1e9, 0})) sum += told;
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(StyleClassifier, SaysWhatIsWrongWithExamples) {
  EXPECT_EQ(StyleClassifier::Train({}, 3).status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(StyleClassifier::Train({{{1, 2}, 0}, {{1}, 1}}, 2).status().message(),
              testing::HasSubstr("an example has 1 features, the first has 2"));
  EXPECT_THAT(StyleClassifier::Train({{{1, 2}, 2}}, 2).status().message(),
              testing::HasSubstr("label 2 is outside 0 to 1"));
}

TEST(BalancedAccuracy, IsTheMeanOfTheClasses) {
  EXPECT_EQ(BalancedAccuracy({{9, 1}, {0, 1}}), 0.95);
  EXPECT_EQ(BalancedAccuracy({{3, 1}, {0, 0}}), 0.75);  // a class without examples
}

TEST(StyleFeatures, ReadNeitherRolesNorMelodyNorTheChordsThatWerePlanned) {
  tokens::Piece piece = Quarters({48, 50, 52, 53, 55, 57, 59, 60});
  const std::vector<double> features = StyleFeatures(piece);
  ASSERT_FALSE(features.empty());
  piece.style = 3;
  piece.tonic = 5;
  piece.roles = 1u << tokens::kCello;
  for (tokens::PieceBar& bar : piece.bars) {
    bar.melody = {{0, 80, 24, false}};
    bar.chords.fill(tokens::kNoChord);
    bar.density = bar.polyphony = 1;
    for (tokens::Event& event : bar.events) event.role = tokens::kCello;
  }
  EXPECT_EQ(StyleFeatures(piece), features);
  EXPECT_NE(StyleFeatures(Quarters({48, 48, 48, 48})), features);
  EXPECT_TRUE(StyleFeatures(tokens::Piece()).empty());
}

}  // namespace
}  // namespace ledgerline::evaluation
