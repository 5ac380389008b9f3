#include "inference/drums/performance.h"

#include <gmock/gmock.h>

#include "tests/inference/drums/sample_grooves.h"

namespace ledgerline::drums {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

uint16_t Bits(std::initializer_list<int> drums) {
  uint16_t mask = 0;
  for (const int drum : drums) mask = static_cast<uint16_t>(mask | 1u << drum);
  return mask;
}

TEST(Performance, ReadsAStraightBeat) {
  const Performance read = ReadPerformance(PlainBeat(2, false), 4, false, 0).value();
  ASSERT_EQ(read.bars.size(), 2u);
  const Beat& first = read.bars[0].beats[0];
  EXPECT_FALSE(first.triplet);
  EXPECT_EQ(first.steps[0].mask, Bits({kKick, kClosedHat}));
  EXPECT_EQ(first.steps[1].mask, 0);
  EXPECT_EQ(first.steps[2].mask, Bits({kClosedHat}));
  EXPECT_EQ(first.steps[0].strokes[kKick].velocity, 100);
  EXPECT_EQ(read.bars[1].beats[3].steps[0].mask, Bits({kSnare, kClosedHat}));
  EXPECT_EQ(read.bars[1].phrase, 1);
  EXPECT_EQ(read.HitCount(), 24u);
}

TEST(Performance, ReadsASwungBeatInTriplets) {
  const Performance read = ReadPerformance(PlainBeat(2, true), 4, true, 2).value();
  const Beat& first = read.bars[0].beats[0];
  EXPECT_TRUE(first.triplet);
  EXPECT_EQ(first.steps[2].mask, Bits({kClosedHat}));
  EXPECT_EQ(first.steps[2].strokes[kClosedHat].deviation, 0);
  EXPECT_TRUE(read.bars[1].fill);
}

TEST(Performance, AnEarlyStrokeBelongsToTheBeatThatItLeadsInto) {
  const Performance read = ReadPerformance(PlainBeat(2, false, -30), 4, false, 0).value();
  EXPECT_EQ(read.bars[1].beats[0].steps[0].mask, Bits({kKick, kClosedHat}));
  EXPECT_EQ(read.bars[1].beats[0].steps[0].strokes[kKick].deviation, -30);
  EXPECT_EQ(read.bars[0].beats[3].steps[3].mask, 0);
}

TEST(Performance, KeepsTheLouderOfTwoAndLeavesOutOtherKeys) {
  music::Score score;
  score.parts.push_back({"drums", 0, true, {{0, 1, 38, 50}, {1, 1, 40, 90}, {6, 1, 81, 90}}});
  const Performance read = ReadPerformance(score, 4, false, 0).value();
  EXPECT_EQ(read.HitCount(), 1u);
  EXPECT_EQ(read.bars[0].beats[0].steps[0].strokes[kSnare].velocity, 90);
  EXPECT_EQ(read.bars[0].beats[0].steps[0].strokes[kSnare].deviation, 20);
}

TEST(Performance, RefusesWhatItCannotRead) {
  EXPECT_THAT(ReadPerformance({}, 4, false, 0).status().message(), HasSubstr("no hits"));
  EXPECT_THAT(ReadPerformance(PlainBeat(1, false), 0, false, 0).status().message(), HasSubstr("beats 0"));
  EXPECT_THAT(ReadPerformance(PlainBeat(1, false), 17, false, 0).status().message(), HasSubstr("beats 17"));
  music::Score late = PlainBeat(1, false);
  late.parts[0].notes.push_back({int64_t{480} * 4 * 4096, 10, 36, 90});
  EXPECT_EQ(ReadPerformance(late, 4, false, 0).status().code(), StatusCode::kOutOfRange);
}

TEST(Performance, BarsOfAnyLengthAreMadeOfThreesAndFours) {
  EXPECT_THAT(BeatPlaces(2), ElementsAre(0, 1));
  EXPECT_THAT(BeatPlaces(3), ElementsAre(4, 5, 6));
  EXPECT_THAT(BeatPlaces(4), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(BeatPlaces(5), ElementsAre(4, 5, 6, 0, 1));
  EXPECT_THAT(BeatPlaces(6), ElementsAre(4, 5, 6, 4, 5, 6));
  EXPECT_THAT(BeatPlaces(7), ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(Kit, KeysOfEveryDrumLeadBackToIt) {
  for (int drum = 0; drum < kDrums; ++drum) {
    EXPECT_EQ(DrumOfKey(TraitsOf(drum).key).drum, drum);
    EXPECT_FALSE(DrumOfKey(TraitsOf(drum).key).other);
    EXPECT_EQ(DrumOfKey(TraitsOf(drum).other_key).drum, drum);
  }
  EXPECT_EQ(DrumOfKey(60).drum, -1);
  EXPECT_EQ(GrooveStyleOfDataset("gospel"), GrooveStyleNumber("soul"));
  EXPECT_EQ(GrooveStyleOfDataset("highlife"), GrooveStyleNumber("afrobeat"));
  EXPECT_EQ(GrooveStyleOfDataset("waltz"), -1);
}

}  // namespace
}  // namespace ledgerline::drums
