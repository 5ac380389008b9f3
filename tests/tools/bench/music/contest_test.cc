// The benchmark measures what the product makes: its covers are the engine's, whatever the number of threads.
#include "tools/bench/music/contest.h"

#include <gtest/gtest.h>

#include "inference/covers/cover_maker.h"
#include "inference/covers/perform.h"
#include "inference/model/model_file.h"
#include "inference/music/smf.h"
#include "inference/tokens/arranger.h"
#include "tests/inference/tokens/sample_pieces.h"
#include "tools/bench/music/verdicts.h"

namespace ledgerline::bench {
namespace {

class ContestTest : public testing::Test {
 protected:
  ContestTest() {
    bytes_ = model::ReadFileBytes("inference/weights/ledgerline.model").value();
    decoder_ = model::Decoder::Load(bytes_).value();
    for (const int bars : {9, 12}) {
      const music::Score score = tokens::SampleSong(bars);
      songs_.push_back({std::to_string(bars), score, tokens::ArrangeForTraining(score, "art-song").value()});
    }
    for (uint64_t i = 0; i < 10; ++i) {
      train_.pieces.push_back({"", tokens::RandomPiece(i, 8)});
    }
    ngram_.Train(train_);
    for (const Song& song : songs_) others_.push_back({song.id, &song.own});
  }
  std::vector<Round> Hold(int jobs, bool free) {
    return HoldContest(songs_, others_, decoder_.get(), &ngram_, covers::BorrowingGuard(), {4, 3, 11, jobs, free})
        .value();
  }
  std::string bytes_;
  std::unique_ptr<model::Decoder> decoder_;
  std::vector<Song> songs_;
  std::vector<OtherPiece> others_;
  learning::Dataset train_;
  learning::Ngram ngram_{false};
};

TEST_F(ContestTest, CoversAreThoseOfTheEngine) {
  const std::unique_ptr<covers::CoverMaker> engine = covers::CoverMaker::Load(bytes_).value();
  const std::vector<Round> rounds = Hold(1, false);
  for (size_t i = 0; i < rounds.size(); ++i) {
    ASSERT_TRUE(rounds[i].entries[kCover]) << rounds[i].refusal << rounds[i].failure;
    covers::CoverRequest request;
    request.source_midi = music::WriteSmf(songs_[rounds[i].song].score).value();
    request.style = std::string(rounds[i].style->name);
    request.seed = 11 + i;
    request.candidates = 3;
    const covers::CoverResult made = engine->MakeCover(request).value();
    const tokens::Conditioning conditioning = tokens::ParseConditioning(made.conditioning).value();
    const std::string title = made.parameters.at("title");
    const music::Score score =
        covers::Perform(conditioning, *rounds[i].entries[kCover], {}, *rounds[i].style, nullptr, request.seed, title)
            .value();
    EXPECT_EQ(music::WriteSmf(score).value(), made.midi) << i;
  }
}

TEST_F(ContestTest, NothingDependsOnThreads) {
  const std::vector<Round> one = Hold(1, false), two = Hold(3, false);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].song, two[i].song);
    EXPECT_EQ(one[i].style, two[i].style);
    for (size_t c = 0; c < kColumns; ++c) {
      ASSERT_EQ(one[i].entries[c].has_value(), two[i].entries[c].has_value());
      if (!one[i].entries[c]) continue;
      for (size_t k = 0; k < one[i].entries[c]->bars.size(); ++k) {
        EXPECT_EQ(one[i].entries[c]->bars[k].events, two[i].entries[c]->bars[k].events) << i << " " << c << " " << k;
      }
    }
  }
}

TEST_F(ContestTest, TheMelodyIsLockedOrNearlyKept) {
  for (const Round& round : Hold(1, false)) EXPECT_EQ(round.melody_f1, 1) << round.style->name;
  for (const Round& round : Hold(1, true)) EXPECT_GE(round.melody_f1, 0.9) << round.style->name;
}

TEST_F(ContestTest, TheSongsOwnAccompanimentStandsBesideItsCover) {
  for (const Round& round : Hold(1, false)) {
    if (!round.keeps_metre) continue;
    const Values self = MeasureAccompaniment(round.own, &round.own),
                 random = MeasureAccompaniment(*round.entries[kRandom], &round.own);
    EXPECT_NEAR(self[kChroma], 1, 1e-9);
    EXPECT_NEAR(self[kGroove], 1, 1e-9);
    EXPECT_GT(random[kChroma], 0.5);  // the other song has the same key and figures
    EXPECT_NEAR(MeasureAccompaniment(*round.entries[kBlocks], &round.own)[kChordTones], 1, 1e-9);
  }
}

TEST_F(ContestTest, AnotherPieceIsNeverTheSongItself) {
  songs_.resize(1);
  others_ = {{songs_[0].id, &songs_[0].own}};
  const ContestSettings one{1, 1, 1, 1, false};
  const auto rounds = HoldContest(songs_, others_, decoder_.get(), &ngram_, covers::BorrowingGuard(), one);
  EXPECT_EQ(rounds.status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ledgerline::bench
