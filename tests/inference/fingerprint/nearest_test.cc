#include "inference/fingerprint/nearest.h"

#include <gtest/gtest.h>

#include "tools/demo_songs/song.h"

namespace ledgerline::fingerprint {
namespace {

MemoryPostings Catalogue() {
  MemoryPostings index;
  for (const demo::SongText& text : demo::DemoSongs()) {
    const Status added =
        index.Add(TuneId{std::string(text.slug)}, FingerprintOfMelody(demo::ParseSong(text.text).value().score));
    EXPECT_TRUE(added.ok());
  }
  return index;
}

TEST(NearestTunes, FindsEverySongInEveryKeyAndNoOther) {
  const MemoryPostings index = Catalogue();
  for (const demo::SongText& text : demo::DemoSongs()) {
    music::Score score = demo::ParseSong(text.text).value().score;
    for (int shift = 0; shift < 12; ++shift) {
      for (music::Part& part : score.parts) {
        for (music::Note& note : part.notes) ++note.pitch;
      }
      const auto found = NearestTunes(FingerprintOfAllLines(score), index, 5);
      ASSERT_TRUE(found.ok());
      ASSERT_FALSE(found->empty());
      EXPECT_EQ((*found)[0].tune.value, text.slug);
      EXPECT_TRUE((*found)[0].IsMatch());
      for (size_t i = 1; i < found->size(); ++i) EXPECT_FALSE((*found)[i].IsMatch()) << (*found)[i].tune.value;
    }
  }
}

TEST(NearestTunes, AStrangerMatchesNothing) {
  std::vector<music::Note> line;
  for (int i = 0; i < 100; ++i) line.push_back({i * 24, 24, 60 + i * i % 11, 80});
  const auto found = NearestTunes(FingerprintOfLine(line), Catalogue(), 5);
  ASSERT_TRUE(found.ok());
  for (const TuneMatch& match : *found) EXPECT_FALSE(match.IsMatch());
}

TEST(NearestTunes, HoldsTheLimitAndOrdersByContainmentThenId) {
  MemoryPostings index;
  const MelodicFingerprint print = FingerprintOfMelody(demo::ParseSong(demo::DemoSongs()[0].text).value().score);
  for (const char* id : {"b", "a", "c"}) ASSERT_TRUE(index.Add(TuneId{id}, print).ok());
  const auto found = NearestTunes(print, index, 2);
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].tune.value, "a");
  EXPECT_EQ((*found)[1].tune.value, "b");
  EXPECT_EQ((*found)[0].containment_ppm, 1'000'000);
  EXPECT_EQ(NearestTunes(print, index, 0).status().code(), StatusCode::kInvalidArgument);
}

TEST(MemoryPostings, OneTuneHasOneFingerprint) {
  MemoryPostings index;
  const MelodicFingerprint print{{uint64_t{1} << 40}};
  EXPECT_TRUE(index.Add(TuneId{"x"}, print).ok());
  EXPECT_TRUE(index.Add(TuneId{"x"}, print).ok());
  EXPECT_EQ(index.size(), 1u);
  EXPECT_EQ(index.TunesWith(uint64_t{1} << 40)->size(), 1u);
  EXPECT_EQ(index.Add(TuneId{"x"}, {}).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(index.FingerprintOf(TuneId{"y"}).status().code(), StatusCode::kNotFound);
}

class BrokenPostings : public PostingReader {
 public:
  Result<std::vector<TuneId>> TunesWith(uint64_t) const override { return DataLoss("index block 7 is gone"); }
  Result<MelodicFingerprint> FingerprintOf(const TuneId&) const override { return DataLoss("gone"); }
};

TEST(NearestTunes, PassesTheStoragesErrorOn) {
  const auto found = NearestTunes({{uint64_t{1} << 40}}, BrokenPostings(), 1);
  EXPECT_EQ(found.status().code(), StatusCode::kDataLoss);
}

TEST(TuneMatch, NeedsBothThresholds) {
  EXPECT_TRUE((TuneMatch{TuneId{"x"}, kMatchShared, kMatchContainmentPpm}).IsMatch());
  EXPECT_FALSE((TuneMatch{TuneId{"x"}, kMatchShared - 1, kMatchContainmentPpm}).IsMatch());
  EXPECT_FALSE((TuneMatch{TuneId{"x"}, kMatchShared, kMatchContainmentPpm - 1}).IsMatch());
}

}  // namespace
}  // namespace ledgerline::fingerprint
