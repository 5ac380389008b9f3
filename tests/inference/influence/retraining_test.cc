#include "inference/influence/retraining.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/inference/learning/sample_corpus.h"

namespace ledgerline::influence {
namespace {

using testing::HasSubstr;

class RetrainingTest : public testing::Test {
 protected:
  RetrainingTest() : folder_(1) {
    for (uint64_t i = 0; i < 12; ++i) {
      split_.pieces.push_back({"p" + std::to_string(10 + i), tokens::RandomPiece(i, 4)});
    }
    plan_.pieces = 6;
    plan_.queries = 2;
    plan_.subsets = 4;
    plan_.events_min = 1;
    plan_.training.shape = {
        .width = 16, .layers = 1, .heads = 2, .hidden = 16, .inner_width = 16, .inner_hidden = 16, .context = 64};
    plan_.training.batch = 1;
    plan_.training.steps = 4;
    plan_.training.warmup_steps = 1;
  }
  Result<Retrained> Run(const std::string& name, std::vector<std::string>* lines = nullptr) {
    const learning::Dataset pieces = DrawPieces(split_, plan_, 6).value();
    learning::Dataset queries;
    queries.pieces = {split_.pieces[0], split_.pieces[1]};
    return Retrain(pieces, queries, plan_, folder_.dir() + "/" + name, [&](const std::string& line) {
      if (lines != nullptr) lines->push_back(line);
    });
  }

  learning::SampleCorpus folder_;
  learning::Dataset split_;
  RetrainingPlan plan_;
};

TEST_F(RetrainingTest, SubsetsAreHalvesAndFollowFromTheSeed) {
  plan_.pieces = 31;
  plan_.subsets = 20;
  const auto subsets = DrawSubsets(plan_);
  ASSERT_EQ(subsets.size(), 20u);
  std::vector<int> times(31, 0);
  for (const std::vector<bool>& subset : subsets) {
    EXPECT_EQ(std::count(subset.begin(), subset.end(), true), 15);
    for (size_t i = 0; i < 31; ++i) times[i] += subset[i];
  }
  for (const int count : times) EXPECT_TRUE(count > 0 && count < 20) << count;  // 2 in a million each
  EXPECT_EQ(subsets, DrawSubsets(plan_));
  RetrainingPlan fewer = plan_;
  fewer.subsets = 5;
  EXPECT_TRUE(std::equal(subsets.begin(), subsets.begin() + 5, DrawSubsets(fewer).begin())) << "more can be added";
  plan_.seed = 2;
  EXPECT_NE(subsets, DrawSubsets(plan_));
}

TEST_F(RetrainingTest, PiecesAreDrawnByTheSeedAndBounded) {
  const auto ids = [&](const RetrainingPlan& plan) {
    std::vector<std::string> list;
    const learning::Dataset drawn = DrawPieces(split_, plan, 6).value();
    for (const learning::DatasetPiece& item : drawn.pieces) list.push_back(item.id);
    return list;
  };
  EXPECT_EQ(ids(plan_), ids(plan_));
  RetrainingPlan other = plan_;
  other.seed = 77;
  EXPECT_NE(ids(plan_), ids(other));
  other.events_max = 2;
  EXPECT_THAT(DrawPieces(split_, other, 6).status().message(), HasSubstr("6 are wanted"));
  other = plan_;
  other.styles = {"polka-dot"};
  EXPECT_THAT(other.Check().message(), HasSubstr("polka-dot"));
  other.styles.clear();
  other.subsets = 3;
  EXPECT_THAT(other.Check().message(), HasSubstr("subsets 3 is outside 4 to 10000"));
}

TEST_F(RetrainingTest, ABrokenOffRunGoesOnAndEndsAlike) {
  const Retrained whole = Run("whole").value();
  ASSERT_EQ(whole.subsets.size(), 4u);
  EXPECT_EQ(whole.subsets[3].size(), 2u);
  // Two of four may be the same half of six pieces; all of them are not.
  EXPECT_GT(std::set<std::vector<double>>(whole.subsets.begin(), whole.subsets.end()).size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(whole.model_path));
  EXPECT_FALSE(std::filesystem::exists(folder_.dir() + "/whole/subset-0/best.model"));
  // Two of the subsets are lost; only they are trained again, and come out as they were.
  for (const char* name : {"/whole/subset-1", "/whole/subset-3"}) std::filesystem::remove_all(folder_.dir() + name);
  std::vector<std::string> lines;
  const Retrained again = Run("whole", &lines).value();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.find("parameters") != std::string::npos; }),
            2);
  for (size_t s = 0; s < 4; ++s) {
    for (size_t q = 0; q < 2; ++q) EXPECT_NEAR(again.subsets[s][q], whole.subsets[s][q], 1e-6);
  }
  // Losses of other queries are not taken for these.
  std::ofstream(folder_.dir() + "/whole/subset-2/losses.tsv") << "p99\t1\np11\t2\n";
  EXPECT_EQ(Run("whole").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ledgerline::influence
