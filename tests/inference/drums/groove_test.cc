#include "inference/drums/groove.h"

#include <gmock/gmock.h>

#include <map>

#include "crypto/sha256.h"
#include "inference/music/smf.h"
#include "tests/inference/drums/sample_grooves.h"

namespace ledgerline::drums {
namespace {

using testing::HasSubstr;

const GrooveModel& Committed() {
  static const GrooveModel model = ParseGrooveModel(CommittedGrooveBytes()).value();
  return model;
}

std::vector<GrooveBar> Plan(int bars, int beats = 4, int intensity = 50) {
  std::vector<GrooveBar> plan(static_cast<size_t>(bars));
  for (size_t k = 0; k < plan.size(); ++k) {
    plan[k].phrase = static_cast<int>(k % 8);
    plan[k].beats = beats;
    plan[k].intensity = intensity;
  }
  return plan;
}

std::vector<DrumBar> Drawn(const char* style, const std::vector<GrooveBar>& plan, uint64_t seed) {
  return DrawGroove(Committed(), GrooveStyleNumber(style), plan, {}, seed).value();
}

size_t Hits(const std::vector<DrumBar>& bars) {
  Performance performance;
  performance.bars = bars;
  return performance.HitCount();
}

std::vector<int64_t> Starts(size_t bars, int64_t length) {
  std::vector<int64_t> starts;
  for (size_t k = 0; k < bars; ++k) starts.push_back(static_cast<int64_t>(k) * length);
  return starts;
}

TEST(Groove, TheSameSeedGivesTheSameHitsAndAnotherSeedOthers) {
  const std::vector<GrooveBar> plan = Plan(8);
  EXPECT_EQ(Drawn("rock", plan, 5), Drawn("rock", plan, 5));
  EXPECT_NE(Drawn("rock", plan, 5), Drawn("rock", plan, 6));
  EXPECT_NE(Drawn("rock", plan, 5), Drawn("jazz", plan, 5));
}

// The whole path in whole numbers: these bytes are the same with every compiler and processor.
TEST(Groove, IsTheSameEverywhere) {
  std::string all;
  for (int style = 0; style < kGrooveStyles; ++style) {
    std::vector<GrooveBar> plan = Plan(4, style % 2 == 0 ? 4 : 3);
    plan.back().fill = true;
    music::Score score;
    score.ticks_per_quarter = kFineTicks;
    score.parts.push_back({"Drums", 0, true, {}});
    score.parts[0].notes = ToNotes(DrawGroove(Committed(), style, plan, {}, 9).value(),
                                   Starts(plan.size(), plan[0].beats * kFineTicks), kFineTicks);
    all += music::WriteSmf(score).value();
  }
  EXPECT_EQ(crypto::Sha256(all).ToHex(), "1d2e6bba1619ad6081c54511f51def63b71b15ee41d1bec7f8a3adc98f8af9a3");
}

TEST(Groove, RockHasItsBackbeat) {
  double kick_one = 0, snare_two = 0, snare_one = 0, bars = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const std::vector<DrumBar> drawn = Drawn("rock", Plan(8), seed);
    for (const DrumBar& bar : drawn) {
      kick_one += bar.beats[0].steps[0].mask >> kKick & 1;
      snare_one += bar.beats[0].steps[0].mask >> kSnare & 1;
      snare_two += (bar.beats[1].steps[0].mask >> kSnare & 1) + (bar.beats[3].steps[0].mask >> kSnare & 1);
      ++bars;
    }
  }
  EXPECT_GT(kick_one / bars, 0.4);
  EXPECT_GT(snare_two / bars / 2, 0.45);
  EXPECT_LT(snare_one / bars, 0.3);
}

TEST(Groove, ADownbeatAfterAFillHasKickAndCrash) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<GrooveBar> plan = Plan(6);
    plan[3].fill = true;
    const std::vector<DrumBar> bars = Drawn("funk", plan, seed);
    EXPECT_TRUE(bars[3].fill);
    EXPECT_TRUE(bars[4].beats[0].steps[0].mask >> kKick & 1);
    EXPECT_TRUE(bars[4].beats[0].steps[0].mask >> kCrash & 1);
  }
}

TEST(Groove, IntensityMakesItBusierAndLouder) {
  size_t soft = 0, hard = 0;
  double soft_velocity = 0, hard_velocity = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const std::vector<DrumBar> quiet = Drawn("rock", Plan(8, 4, 10), seed), loud = Drawn("rock", Plan(8, 4, 90), seed);
    soft += Hits(quiet);
    hard += Hits(loud);
    const std::vector<music::Note> quiet_notes = ToNotes(quiet, Starts(8, 1920), kFineTicks);
    const std::vector<music::Note> loud_notes = ToNotes(loud, Starts(8, 1920), kFineTicks);
    for (const music::Note& note : quiet_notes) soft_velocity += note.velocity;
    for (const music::Note& note : loud_notes) hard_velocity += note.velocity;
  }
  EXPECT_GT(hard, soft + soft / 5);
  EXPECT_GT(hard_velocity / static_cast<double>(hard), soft_velocity / static_cast<double>(soft) + 8);
}

TEST(Groove, HandsAndFeetCanPlayIt) {
  for (int style = 0; style < kGrooveStyles; ++style) {
    const std::vector<DrumBar> drawn = DrawGroove(Committed(), style, Plan(16), {}, 3).value();
    for (const DrumBar& bar : drawn) {
      for (const Beat& beat : bar.beats) {
        for (const Step& step : beat.steps) {
          EXPECT_FALSE((step.mask >> kClosedHat & 1) && (step.mask >> kOpenHat & 1));
          int hands = 0;
          for (int drum = kSnare; drum < kDrums; ++drum) hands += step.mask >> drum & 1;
          EXPECT_LE(hands, 3);
        }
      }
    }
  }
}

TEST(Groove, SilentBarsAreSilentAndFeelsAreKept) {
  std::vector<GrooveBar> plan = Plan(4);
  plan[1].silent = true;
  plan[2].feel = plan[3].feel = Feel::kTriplet;
  const std::vector<DrumBar> bars = Drawn("rock", plan, 1);
  EXPECT_EQ(Hits({bars[1]}), 0u);
  for (const Beat& beat : bars[2].beats) EXPECT_TRUE(beat.triplet);
  EXPECT_EQ(bars[0].beats.size(), 4u);
  EXPECT_EQ(Drawn("rock", Plan(2, 5), 1)[0].beats.size(), 5u);
}

TEST(Groove, NotesNeverOverlapAndNeverBeginBeforeTheStart) {
  const std::vector<DrumBar> bars = Drawn("latin", Plan(16), 2);
  std::map<int, int64_t> ends;
  size_t notes = 0;
  const std::vector<music::Note> written = ToNotes(bars, Starts(16, 1920), kFineTicks);
  for (const music::Note& note : written) {
    EXPECT_GE(note.onset, 0);
    EXPECT_GE(note.duration, 1);
    EXPECT_GE(note.velocity, 1);
    EXPECT_GE(note.onset, ends[note.pitch]);
    ends[note.pitch] = note.onset + note.duration;
    ++notes;
  }
  EXPECT_GE(notes + 1, Hits(bars));
}

TEST(Groove, RefusesPlansBeyondItsBounds) {
  auto error = [](std::vector<GrooveBar> plan) { return DrawGroove(Committed(), 0, plan, {}, 1).status().message(); };
  EXPECT_THAT(error(Plan(1, 17)), HasSubstr("beats 17 is outside 1 to 16"));
  EXPECT_THAT(error(Plan(1, 4, 101)), HasSubstr("intensity 101 is outside 0 to 100"));
  EXPECT_THAT(error(Plan(kMaxGrooveBars + 1)), HasSubstr("bars 4097"));
  EXPECT_FALSE(DrawGroove(Committed(), kGrooveStyles, Plan(1), {}, 1).ok());
  EXPECT_FALSE(DrawGroove(Committed(), 0, Plan(1), {499, 100}, 1).ok());
  EXPECT_TRUE(DrawGroove(Committed(), 0, {}, {}, 1).value().empty());
}

}  // namespace
}  // namespace ledgerline::drums
