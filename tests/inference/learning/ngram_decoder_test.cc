// The n-gram as a generator: its distributions, and what it composes under the grammar.
#include "inference/learning/ngram_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "inference/covers/plan.h"
#include "inference/covers/recipe.h"
#include "inference/tokens/positions.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::learning {
namespace {

Dataset Pieces(uint64_t first, int count) {
  Dataset dataset;
  for (int i = 0; i < count; ++i)
    dataset.pieces.push_back({"", tokens::RandomPiece(first + static_cast<uint64_t>(i), 8)});
  return dataset;
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

TEST(NgramDistributions, SumToOneAndAreTheLossesProbabilities) {
  Ngram ngram(false);
  ngram.Train(Pieces(1, 20));
  const Dataset judged = Pieces(50, 2);
  Evaluation sums;
  for (const DatasetPiece& item : judged.pieces) {
    for (const tokens::Row& row : tokens::EncodeBars(item.piece, 0, 1u << 22, {}).rows) {
      if (row[tokens::kPredicts] != 1) continue;
      const std::vector<double> onsets = ngram.Onsets(row);
      ASSERT_EQ(onsets.size(), static_cast<size_t>(tokens::kEndOfBar + 1));
      EXPECT_NEAR(Sum(onsets), 1, 1e-9);
      sums.onset -= std::log(onsets[static_cast<size_t>(row[tokens::kTargetOnset])]);
      if (row[tokens::kTargetOnset] == tokens::kEndOfBar) continue;
      EXPECT_NEAR(Sum(ngram.Roles(row)), 1, 1e-9);
      EXPECT_NEAR(Sum(ngram.Durations(row)), 1, 1e-9);
      const std::vector<double> pitches = ngram.Pitches(row);
      ASSERT_EQ(pitches.size(), 128u);
      EXPECT_LE(Sum(pitches), 1 + 1e-9);  // a little lies outside MIDI's range
      EXPECT_GT(Sum(pitches), 0.7);
      sums.pitch -= std::log(pitches[static_cast<size_t>(row[tokens::kTargetPitch])]);
      sums.role -= std::log(ngram.Roles(row)[static_cast<size_t>(row[tokens::kTargetRole])]);
      sums.duration -= std::log(ngram.Durations(row)[static_cast<size_t>(row[tokens::kTargetDuration])]);
      ++sums.notes;
    }
  }
  const Evaluation loss = ngram.Evaluate(judged);
  const auto notes = static_cast<double>(sums.notes);
  EXPECT_EQ(loss.notes, sums.notes);
  EXPECT_NEAR(loss.onset, sums.onset / notes, 1e-9);
  EXPECT_NEAR(loss.role, sums.role / notes, 1e-9);
  EXPECT_NEAR(loss.pitch, sums.pitch / notes, 1e-9);
  EXPECT_NEAR(loss.duration, sums.duration / notes, 1e-9);
}

TEST(NgramDistributions, EncodedBarsAreJudgedLikeTheirPieces) {
  Ngram ngram(false);
  ngram.Train(Pieces(1, 10));
  const Dataset judged = Pieces(50, 3);
  const Evaluation whole = ngram.Evaluate(judged), chunks = ngram.Evaluate(CoveringChunks(judged, 60, 1'000'000));
  EXPECT_EQ(whole.notes, chunks.notes);
  EXPECT_NEAR(whole.total, chunks.total, 1e-9);
}

TEST(NgramDecoder, WantsARowBeforeItAnswers) {
  Ngram ngram(false);
  NgramDecoder decoder(&ngram);
  EXPECT_EQ(decoder.Onset(tokens::Row{}).status().code(), StatusCode::kFailedPrecondition);
}

covers::Made Compose(const Ngram& ngram, uint64_t seed) {
  const covers::StyleTraits* style = covers::FindStyle("art-song");
  covers::TextureCounts textures{};
  textures[3 * tokens::kPolyphonyClasses + 3] = 1;
  covers::Recipe recipe;
  recipe.style = style;
  recipe.seed = seed;
  recipe.candidates = 3;
  recipe.conditioning = covers::PlanCover(tokens::SampleSong(8), *style, textures, 740, seed).value().conditioning;
  NgramDecoder decoder(&ngram);
  return covers::Make(recipe, &decoder, covers::BorrowingGuard(), nullptr).value();
}

TEST(NgramDecoder, ComposesWhatTheGrammarAllows) {
  Ngram ngram(false);
  ngram.Train(Pieces(1, 40));
  const covers::Made made = Compose(ngram, 5);
  ASSERT_EQ(made.candidates.size(), 3u);
  for (const covers::Candidate& candidate : made.candidates) {
    const tokens::Piece& piece = candidate.composition.piece;
    EXPECT_GT(piece.EventCount(), piece.bars.size());
    for (const tokens::PieceBar& bar : piece.bars) {
      for (size_t i = 0; i < bar.events.size(); ++i) {
        const tokens::Event& event = bar.events[i];
        EXPECT_EQ((piece.roles >> event.role) & 1u, 1u);
        const tokens::RoleTraits& traits = tokens::TraitsOf(event.role);
        EXPECT_GE(event.pitch, traits.lowest);
        EXPECT_LE(event.pitch, traits.highest);
        EXPECT_LE(event.onset + tokens::kDurationTicks[static_cast<size_t>(event.duration)], bar.length);
        EXPECT_TRUE(i == 0 || bar.events[i - 1] < event);  // in order, none doubled
      }
    }
  }
}

TEST(NgramDecoder, TheSameSeedComposesTheSameAndAnotherAnother) {
  Ngram ngram(false);
  ngram.Train(Pieces(1, 40));
  const covers::Made one = Compose(ngram, 5), again = Compose(ngram, 5), other = Compose(ngram, 6);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t k = 0; k < one.candidates[c].composition.piece.bars.size(); ++k) {
      EXPECT_EQ(one.candidates[c].composition.piece.bars[k].events,
                again.candidates[c].composition.piece.bars[k].events);
    }
  }
  EXPECT_EQ(one.midi, again.midi);
  EXPECT_NE(one.candidates[0].composition.nats_per_note, other.candidates[0].composition.nats_per_note);
}

}  // namespace
}  // namespace ledgerline::learning
