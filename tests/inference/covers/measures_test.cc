#include "inference/covers/measures.h"

#include <gtest/gtest.h>

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

// Two bars of C major with a held C5 and a left hand of the given pitches on the four beats.
Piece TwoBars(const std::vector<int>& pitches) {
  Piece piece;
  piece.roles = (1u << tokens::kKeysLow) | (1u << tokens::kKeysHigh);
  for (int k = 0; k < 2; ++k) {
    PieceBar bar;
    bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
    bar.melody = {{0, 72, 96, false}};
    for (size_t i = 0; i < pitches.size(); ++i) {
      bar.events.push_back({static_cast<int>(i) * 24, tokens::kKeysLow, pitches[i], tokens::DurationSymbol(24)});
    }
    bar.density = bar.MeasuredDensity();
    bar.polyphony = bar.MeasuredPolyphony();
    piece.bars.push_back(bar);
  }
  return piece;
}

TEST(Measures, CountWhatTheyName) {
  const AccompanimentMeasures m = Measure(TwoBars({48, 52, 50, 59}));
  EXPECT_DOUBLE_EQ(m.chord_tone_share, 0.5);     // C and E of C E D B
  EXPECT_DOUBLE_EQ(m.melody_clash_share, 0.25);  // B against C
  EXPECT_DOUBLE_EQ(m.notes_per_bar, 4);
  EXPECT_DOUBLE_EQ(m.onsets_per_quarter, 1);
  EXPECT_DOUBLE_EQ(m.mean_polyphony, 1);
  EXPECT_DOUBLE_EQ(m.groove_similarity, 1);
  EXPECT_DOUBLE_EQ(m.sounding_bars_share, 1);
  EXPECT_DOUBLE_EQ(m.plan_density_error, 0);
}

TEST(Measures, ParallelOctavesAreSeen) {
  Piece piece = TwoBars({48, 50});
  for (PieceBar& bar : piece.bars) bar.melody = {{0, 72, 24, false}, {24, 74, 72, false}};
  EXPECT_GT(Measure(piece).parallel_share, 0.9);
  for (PieceBar& bar : piece.bars) bar.melody = {{0, 72, 24, false}, {24, 71, 72, false}};
  EXPECT_EQ(Measure(piece).parallel_share, 0);
}

TEST(Measures, ChromaSimilarityIsOneForEqualAndZeroForDisjoint) {
  EXPECT_NEAR(ChromaSimilarity(TwoBars({48, 52}), TwoBars({60, 64})), 1, 1e-12);
  EXPECT_EQ(ChromaSimilarity(TwoBars({48}), TwoBars({50})), 0);
}

std::string Verdict(const Piece& piece) { return GuardVerdict(piece, Measure(piece)).value_or("passes"); }

TEST(Guards, EachTurnsDownItsFault) {
  EXPECT_EQ(Verdict(TwoBars({48, 52, 55, 52})), "passes");
  EXPECT_TRUE(Verdict(TwoBars({})).starts_with("silent: 0.000 notes"));
  Piece half = TwoBars({48, 52, 55, 52});
  half.bars[1].events.clear();
  EXPECT_TRUE(Verdict(half).starts_with("silent: 0.500 of bars sound"));
  half.bars[1].density = 0;  // silence that was planned, as in a pickup
  EXPECT_EQ(Verdict(half), "passes");
  EXPECT_TRUE(Verdict(TwoBars({50, 53, 57, 53})).starts_with("dissonant"));
  EXPECT_TRUE(Verdict(TwoBars({48, 59, 52, 55})).starts_with("clashing"));
  EXPECT_TRUE(Verdict(TwoBars({12, 48, 52, 55})).starts_with("out of range: 12.000 Piano left hand"));
  Piece dense = TwoBars({48});
  for (PieceBar& bar : dense.bars) {
    bar.events.clear();
    for (int onset = 0; onset < 96; onset += 3) {
      for (const int pitch : {48, 52}) bar.events.push_back({onset, tokens::kKeysLow, pitch, 0});
    }
  }
  EXPECT_TRUE(Verdict(dense).starts_with("dense: 16.000 notes a quarter"));
  Piece quartet = TwoBars({48, 52});
  quartet.roles = (1u << tokens::kCello) | (1u << tokens::kViola);
  for (PieceBar& bar : quartet.bars) {
    for (Event& event : bar.events) event.role = tokens::kCello;
  }
  EXPECT_TRUE(Verdict(quartet).starts_with("one-sided: 0.000 Viola"));
}

TEST(Ranking, PrefersTheCleanerCandidateAndStaysInRange) {
  const int64_t clean = RankingScorePpm(Measure(TwoBars({48, 52, 55, 52})), 1.0);
  const int64_t clashing = RankingScorePpm(Measure(TwoBars({48, 59, 50, 59})), 1.0);
  EXPECT_GT(clean, clashing);
  EXPECT_LE(clean, 1'000'000);
  EXPECT_GE(clashing, 0);
}

TEST(Ranking, PrefersStepsOfInnerVoicesAndALittleVariety) {
  AccompanimentMeasures m = Measure(TwoBars({48, 52, 55, 52}));
  m.groove_similarity = 0.82;
  m.inner_step_share = 0.5;
  const int64_t usual = RankingScorePpm(m, 1.0);
  AccompanimentMeasures same = m, wild = m, leaps = m, crossed = m;
  same.groove_similarity = 1.0;
  wild.groove_similarity = 0.5;
  leaps.inner_step_share = 0.2;
  crossed.crossing_share = 0.1;
  for (const AccompanimentMeasures* worse : {&same, &wild, &leaps, &crossed}) {
    EXPECT_LT(RankingScorePpm(*worse, 1.0), usual);
  }
}

TEST(Ranking, AStylesHabitsDecideWhatIsUsual) {
  AccompanimentMeasures stepping = Measure(TwoBars({48, 52, 55, 52}));
  stepping.bass_step_share = 0.55;
  stepping.inner_step_share = 0.7;
  stepping.groove_similarity = 0.78;
  AccompanimentMeasures leaping = stepping;
  leaping.bass_step_share = 0.15;
  leaping.groove_similarity = 0.9;
  const Habits mass = HabitsOf("mass"), waltz = HabitsOf("waltz");
  EXPECT_GT(RankingScorePpm(stepping, 1.0, mass), RankingScorePpm(leaping, 1.0, mass));
  EXPECT_LT(RankingScorePpm(stepping, 1.0, waltz), RankingScorePpm(leaping, 1.0, waltz));
  AccompanimentMeasures jerky = stepping;
  jerky.inner_step_share = 0.5;  // usual in a waltz, not in a mass
  EXPECT_LT(RankingScorePpm(jerky, 1.0, mass), RankingScorePpm(stepping, 1.0, mass));
  EXPECT_GT(RankingScorePpm(jerky, 1.0, waltz), RankingScorePpm(stepping, 1.0, waltz) - 20'000);
  EXPECT_EQ(HabitsOf("no style").bass_step, Habits().bass_step);
  // Each habit by itself: away from it, either way, costs; of inner steps more are no fault.
  AccompanimentMeasures usual = stepping;
  usual.bass_step_share = mass.bass_step / 1000.0;
  usual.inner_step_share = mass.inner_step / 1000.0;
  usual.groove_similarity = mass.like_bar_before / 1000.0;
  const auto cost = [&](double AccompanimentMeasures::*measure, double by) {
    AccompanimentMeasures other = usual;
    other.*measure += by;
    return RankingScorePpm(usual, 1.0, mass) - RankingScorePpm(other, 1.0, mass);
  };
  for (const double by : {-0.1, 0.1}) {
    EXPECT_NEAR(static_cast<double>(cost(&AccompanimentMeasures::bass_step_share, by)), 50'000, 1) << by;
    EXPECT_NEAR(static_cast<double>(cost(&AccompanimentMeasures::groove_similarity, by)), 80'000, 1) << by;
  }
  EXPECT_NEAR(static_cast<double>(cost(&AccompanimentMeasures::inner_step_share, -0.1)), 70'000, 1);
  EXPECT_EQ(cost(&AccompanimentMeasures::inner_step_share, 0.1), 0);
  usual.bass_leap_mean = 7;  // a fifth on average is no fault either
  EXPECT_EQ(cost(&AccompanimentMeasures::bass_leap_mean, -1), 0);
  EXPECT_NEAR(static_cast<double>(cost(&AccompanimentMeasures::bass_leap_mean, 1)), 40'000, 1);
}

}  // namespace
}  // namespace ledgerline::covers
