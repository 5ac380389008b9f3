#include "inference/learning/ngram.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::learning {
namespace {

Dataset Pieces(uint64_t first, int count) {
  Dataset dataset;
  for (int i = 0; i < count; ++i)
    dataset.pieces.push_back({"", tokens::RandomPiece(first + static_cast<uint64_t>(i), 8)});
  return dataset;
}

TEST(Ngram, AUnigramIsWittenAndBellsFormula) {
  const Dataset train = Pieces(1, 3), judged = Pieces(50, 1);
  double role_counts[tokens::kTargetRoles] = {}, total = 0;
  for (const DatasetPiece& item : train.pieces) {
    for (const tokens::PieceBar& bar : item.piece.bars) {
      for (const tokens::Event& event : bar.events) role_counts[event.role] += 1, total += 1;
    }
  }
  double distinct = 0;
  for (const double count : role_counts) distinct += count > 0;
  double nats = 0, notes = 0;
  for (const tokens::PieceBar& bar : judged.pieces[0].piece.bars) {
    for (const tokens::Event& event : bar.events) {
      nats -= std::log((role_counts[event.role] + distinct / tokens::kTargetRoles) / (total + distinct));
      notes += 1;
    }
  }
  Ngram unigram(true);
  unigram.Train(train);
  EXPECT_NEAR(unigram.Evaluate(judged).role, nats / notes, 1e-9);
}

TEST(Ngram, LearnsWhatRepeatsAndBeatsTheUnigram) {
  Dataset train = Pieces(1, 60), judged = Pieces(90, 3);
  for (Dataset* dataset : {&train, &judged}) {
    for (DatasetPiece& item : dataset->pieces) {
      for (int& chord : item.piece.bars[1].chords) chord = tokens::ChordSymbolOf(0, tokens::kMajor);
      for (size_t k = 2; k < item.piece.bars.size(); ++k) item.piece.bars[k] = item.piece.bars[1];
    }
  }
  Ngram unigram(true), ngram(false);
  unigram.Train(train);
  ngram.Train(train);
  const Evaluation one = unigram.Evaluate(judged), many = ngram.Evaluate(judged);
  EXPECT_EQ(one.notes, many.notes);
  EXPECT_LT(many.total, 0.8 * one.total);
}

TEST(Ngram, AnUntrainedOneIsUniform) {
  const Dataset judged = Pieces(5, 1);
  const Evaluation result = Ngram(true).Evaluate(judged);
  EXPECT_NEAR(result.pitch, std::log(128.0), 1e-9);
  EXPECT_NEAR(result.role, std::log(10.0), 1e-9);
}

}  // namespace
}  // namespace ledgerline::learning
