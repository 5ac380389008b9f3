#include "inference/learning/dataset.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/inference/learning/sample_corpus.h"

namespace ledgerline::learning {
namespace {

TEST(Dataset, ReadsOneSplitAndCountsWhatItSkips) {
  const SampleCorpus corpus(8);
  const Result<Dataset> train = LoadDataset(corpus.dir(), "train"), valid = LoadDataset(corpus.dir(), "valid");
  ASSERT_TRUE(train.ok() && valid.ok());
  EXPECT_EQ(train->pieces.size(), 6u);
  EXPECT_EQ(valid->pieces.size(), 2u);
  EXPECT_EQ(train->skipped.at("unreadable"), 1);
  EXPECT_EQ(train->skipped.at("no style reads it"), 1);
  std::set<std::string> ids;
  for (const DatasetPiece& item : train->pieces) ids.insert(item.id);
  EXPECT_EQ(ids.count("p3") + ids.count("p7"), 0u);  // valid pieces stay out of training
}

TEST(Dataset, ErrorsSayWhatIsMissing) {
  EXPECT_EQ(LoadDataset("/nonexistent", "train").status().code(), StatusCode::kNotFound);
}

TEST(ChunkSource, DrawsAreAFunctionOfSeedAndNumber) {
  const SampleCorpus corpus(8);
  const Dataset train = std::move(LoadDataset(corpus.dir(), "train")).value();
  const ChunkSource a(train, 1), b(train, 1), c(train, 2);
  int differ = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(a.Draw(i, 64).rows, b.Draw(i, 64).rows);
    EXPECT_LE(a.Draw(i, 64).rows.size(), 64u);
    differ += a.Draw(i, 64).rows != c.Draw(i, 64).rows;
  }
  EXPECT_GT(differ, 10);
}

TEST(ChunkSource, SomeChunksHaveTheMelodyComposed) {
  const SampleCorpus corpus(8);
  const Dataset train = std::move(LoadDataset(corpus.dir(), "train")).value();
  const ChunkSource source(train, 1);
  int composed = 0;
  for (uint64_t i = 0; i < 400; ++i) {
    for (const tokens::Row& row : source.Draw(i, 256).rows) {
      if (row[tokens::kPredicts] != 1 || row[tokens::kTargetRole] != tokens::kMelodyRole) continue;
      ++composed;
      break;
    }
  }
  EXPECT_GT(composed, 4);  // an eighth of 400, less the many whose melody is hidden only beyond their end
  EXPECT_LT(composed, 50);
}

TEST(ChunkSource, ReachesAllTranspositions) {
  const SampleCorpus corpus(2);
  const Dataset train = std::move(LoadDataset(corpus.dir(), "train")).value();
  const ChunkSource source(train, 1);
  std::set<int> tonics;
  for (uint64_t i = 0; i < 200; ++i) tonics.insert(source.Draw(i, 64).bars[0][tokens::kBarTonic]);
  EXPECT_EQ(tonics.size(), 12u);
}

TEST(CoveringChunks, CoverEveryBarOnceInWholeBars) {
  const SampleCorpus corpus(8);
  const Dataset train = std::move(LoadDataset(corpus.dir(), "train")).value();
  size_t bars = 0, covered = 0, ends = 0;
  for (const DatasetPiece& item : train.pieces) bars += item.piece.bars.size();
  for (const tokens::Sequence& chunk : CoveringChunks(train, 64, 1'000'000)) {
    covered += chunk.bars.size();
    for (const tokens::Row& row : chunk.rows) ends += row[tokens::kTargetOnset] == tokens::kEndOfBar;
  }
  EXPECT_EQ(covered, bars);
  EXPECT_EQ(ends, bars);
}

}  // namespace
}  // namespace ledgerline::learning
