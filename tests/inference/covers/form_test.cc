#include "inference/covers/form.h"

#include <gtest/gtest.h>

#include <tuple>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

using tokens::Piece;
using tokens::PieceBar;

// A bar whose tune and chord are named by a letter; a space has neither tune nor chord.
PieceBar BarNamed(char name) {
  PieceBar bar;
  bar.chords.fill(name == ' ' ? tokens::kNoChord : tokens::ChordSymbolOf((name - 'A') % 12, tokens::kMajor));
  bar.density = 3;
  bar.polyphony = 3;
  if (name == ' ') return bar;
  for (int beat = 0; beat < 4; ++beat) {
    bar.melody.push_back({beat * 24, 60 + (name - 'A') * 2 + beat * (name % 3 + 1), 24, false});
  }
  return bar;
}

Piece Song(std::string_view bars, std::string_view style = "folk") {  // folk keeps nearly every passage
  Piece piece;
  piece.style = tokens::StyleNumber(style);
  for (const char name : bars) piece.bars.push_back(BarNamed(name));
  return piece;
}

TEST(Form, APassageReturnsInOrderButForItsEndAndTheLastBar) {
  //                      123456789
  const Piece song = Song("ABCDABCEF");
  const std::vector<Return> returns = PlanReturns(song, 1);
  for (const size_t k : {0u, 1u, 2u, 3u, 7u, 8u}) EXPECT_EQ(returns[k].of, -1) << k;
  for (const size_t k : {4u, 5u, 6u}) EXPECT_EQ(returns[k].of, static_cast<int>(k) - 4) << k;
  EXPECT_TRUE(returns[4].whole && returns[5].whole);
  EXPECT_FALSE(returns[6].whole);  // it leads to E, the first time to D
  EXPECT_EQ(DescribeReturns(returns), "5-6 as 1-2, 7 nearly as 3");
  // A whole song twice: its last bar closes it.
  EXPECT_EQ(DescribeReturns(PlanReturns(Song("ABCDABCD"), 1)), "5-7 as 1-3, 8 nearly as 4");
  EXPECT_EQ(DescribeReturns(PlanReturns(Song("ABCDEF"), 1)), "none");
}

TEST(Form, TheLongerPassageIsTakenUpAndAMelodysSilenceOnlyInsideOfOne) {
  //                                           1234567890123
  EXPECT_EQ(DescribeReturns(PlanReturns(Song("ABCDXAYABCDZQ"), 7)).substr(0, 24), "6 as 1, 8-10 as 1-3, 11 ");
  EXPECT_EQ(PlanReturns(Song("A B C"), 1)[3].of, -1);
  EXPECT_EQ(PlanReturns(Song("A B A B"), 1)[5].of, 1);
}

// Whether bar `k` returns to `of` for some of many seeds; it must not return to any other.
bool MayReturn(const Piece& song, size_t k, int of) {
  bool returned = false;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const int to = PlanReturns(song, seed)[k].of;
    EXPECT_TRUE(to < 0 || to == of) << "bar " << k << " returns to " << to;
    returned |= to == of;
  }
  return returned;
}

TEST(Form, OfSeveralPassagesTheLongestIsTakenUpAndOfEqualsTheLatest) {
  //                             01234567890
  EXPECT_TRUE(MayReturn(Song("ABCXABYABCZ"), 7, 0));  // three bars go on as the first three, two as bars 4 and 5
  EXPECT_TRUE(MayReturn(Song("ABACAD"), 4, 2));
}

TEST(Form, APassageThatGoesOnNearlyGivesWayToOneThatIsTheSame) {
  //                 0123456789
  Piece song = Song("BEGABHABEQ");
  EXPECT_TRUE(MayReturn(song, 7, 4));
  for (const size_t k : {0u, 7u}) song.bars[k].melody[3].pitch += 1;  // bar 7 is nearly bar 4, and bars 7 and 8 begin
  EXPECT_TRUE(MayReturn(song, 7, 0));                                 // as the song does
}

TEST(Form, ReturnsReach128BarsBack) {
  for (const size_t between : {127u, 128u}) {
    const Piece song = Song("A" + std::string(between, 'B') + "AC");
    EXPECT_EQ(MayReturn(song, between + 1, 0), between == 127) << between;
  }
}

TEST(Form, BarsOfAnotherLengthAreOtherBars) {
  Piece song = Song("ABCDABCDE");
  for (const size_t k : {1u, 5u}) song.bars[k].melody.pop_back();
  EXPECT_TRUE(MayReturn(song, 5, 1));
  song.bars[5].length = 72;
  EXPECT_FALSE(MayReturn(song, 5, 1));
}

TEST(Form, AVariedTuneIsTakenUpNearly) {
  Piece song = Song("ABCDABCDE");
  song.bars[5].melody[3].pitch += 1;  // a note of four is another: like in 854 of 1000
  const std::vector<Return> returns = PlanReturns(song, 1);
  EXPECT_EQ(returns[5].of, 1);
  EXPECT_FALSE(returns[5].whole);
  EXPECT_TRUE(returns[4].whole && returns[6].whole);
  for (int& chord : song.bars[5].chords) chord = tokens::TransposeChord(chord, 5);
  EXPECT_EQ(PlanReturns(song, 1)[5].of, -1);  // under another chord it is another bar
}

// Of 200 seeds, those for which bar `k` is taken up, and for which it is taken up as it was.
std::pair<int, int> Taken(std::string_view bars, std::string_view style, size_t k) {
  int taken = 0, as_it_was = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const Return back = PlanReturns(Song(bars, style), seed)[k];
    taken += back.of >= 0;
    as_it_was += back.whole;
    EXPECT_FALSE(back.whole && back.varied);
  }
  return {taken, as_it_was};
}

TEST(Form, StylesAndSeedsDifferInWhatTheyKeep) {
  const int motet = Taken("AXAYAZ", "motet", 2).second, folk = Taken("AXAYAZ", "folk", 2).second;
  EXPECT_GT(motet, 25);  // 22 single bars of a hundred
  EXPECT_LT(motet, 65);
  EXPECT_GT(folk, 130);  // 77
}

TEST(Form, TheLongerAPassageTheRatherItIsTakenUpAndNotEveryBarAsItWas) {
  // Of a hundred passages a mass has 49 of two bars, 80 of three and four, all longer ones; 87 of their bars unchanged.
  const auto pair = Taken("ABXABY", "mass", 3), few = Taken("ABCXABCY", "mass", 4),
             many = Taken("ABCDEXABCDEY", "mass", 6);
  EXPECT_NEAR(pair.first, 98, 25);
  EXPECT_NEAR(few.first, 160, 20);
  EXPECT_EQ(many.first, 200);
  EXPECT_NEAR(many.second, 174, 20);
  EXPECT_EQ(Taken("ABXABY", "mass", 4).second, 0);  // what leads on elsewhere
}

TEST(Form, PassagesAreCountedByTheirLength) {
  //           0123456789012
  Piece song = Song("ABCDXABYABCDA");
  for (size_t k = 0; k < song.bars.size(); ++k)
    song.bars[k].events = {{0, tokens::kKeysLow, 40 + static_cast<int>(k), 10}};
  for (const auto& [bar, of] : {std::pair(8, 0), std::pair(9, 1), std::pair(11, 3)}) {
    song.bars[static_cast<size_t>(bar)].events = song.bars[static_cast<size_t>(of)].events;
  }
  const auto counts = CountPassages(song);
  const auto is = [&](size_t length, int passages, int taken, int bars, int unchanged) {
    const PassageCounts& count = counts[length];
    EXPECT_EQ(std::tuple(count.passages, count.taken, count.bars, count.unchanged),
              std::tuple(passages, taken, bars, unchanged))
        << length;
  };
  is(0, 1, 0, 0, 0);  // the last bar, another accompaniment
  is(1, 1, 0, 0, 0);  // bars 5 and 6
  is(2, 1, 1, 4, 3);  // bars 8 to 11, the third varied
  is(3, 0, 0, 0, 0);
}

TEST(Form, ADanceTakesUpAFigureUnderAnotherTuneWithTheSameChords) {
  Piece song = Song("ABCDEF", "dance");
  song.bars[3].chords = song.bars[1].chords;
  EXPECT_EQ(DescribeReturns(PlanReturns(song, 1)), "none");  // one chord is like too many
  song.bars[4].chords = song.bars[2].chords;
  int taken = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const std::vector<Return> returns = PlanReturns(song, seed);
    taken += returns[3].of == 1;
    EXPECT_EQ(returns[4].of, returns[3].of < 0 ? -1 : 2);
    EXPECT_FALSE(returns[3].whole || returns[4].whole);
  }
  EXPECT_GT(taken, 50);
  EXPECT_LT(taken, 110);
}

// Bars of other tunes and other chords each, two of which have the chords of the first two.
Piece WithFigureAt(size_t at) {
  Piece song = Song("ABCDEFGHIJKLMNOPQRST", "dance");
  for (size_t k = 12; k < song.bars.size(); ++k) {
    song.bars[k].chords.fill(tokens::ChordSymbolOf(static_cast<int>(k) - 12, tokens::kMinor));
  }
  for (const size_t k : {at, at + 1}) song.bars[k].chords = song.bars[k - at].chords;
  return song;
}

TEST(Form, FiguresReachSixteenBarsBackAndKeepToBarsOfOneLength) {
  Piece song = WithFigureAt(16);
  EXPECT_TRUE(MayReturn(song, 16, 0));
  song.bars[17].length = 72;
  EXPECT_FALSE(MayReturn(song, 16, 0));
  EXPECT_FALSE(MayReturn(WithFigureAt(17), 17, 0));
}

TEST(Form, ReadsNothingThatComposingOrPlanningChanges) {
  Piece song = Song("ABCDABCDABCE");
  const std::string before = DescribeReturns(PlanReturns(song, 3));
  for (PieceBar& bar : song.bars) {
    bar.density = 5;
    bar.polyphony = 2;
    bar.events = {{0, tokens::kKeysLow, 48, 10}};
  }
  EXPECT_EQ(DescribeReturns(PlanReturns(song, 3)), before);
}

TEST(Form, WhatIsKeptIsNotTakenUp) {
  const Piece song = Song("ABCDABCDABCE");
  std::vector<bool> kept(12, false);
  kept[0] = kept[1] = kept[4] = kept[5] = true;
  const std::vector<Return> all = ReturnsOf(song, 1), fewer = ReturnsOf(song, 1, kept);
  EXPECT_EQ(all[8].of, 4);
  EXPECT_EQ(fewer[8].of, -1);
  EXPECT_EQ(fewer[10].of, all[10].of);
}

TEST(Form, ABarThatReturnsHasTheTextureOfTheFirstTime) {
  Piece song = Song("ABCDABCD");
  for (size_t k = 0; k < song.bars.size(); ++k) song.bars[k].density = 1 + static_cast<int>(k) % 7;
  song.bars[1].density = 0;
  std::vector<double> activity(8, 2.0);
  activity[6] = 2.7;  // where the song itself is busier the second time, so is the cover
  ReturnTextures(PlanReturns(song, 1), activity, &song);
  EXPECT_EQ(song.bars[4].density, 1);
  EXPECT_EQ(song.bars[5].density, 6);  // a bar that is silent for a reason is no model
  EXPECT_EQ(song.bars[6].density, 7);
  EXPECT_EQ(song.bars[7].density, 1);  // the last bar has its own
  const std::vector<Return> returns = ReturnsOf(song, 1);
  EXPECT_EQ(returns[4].of, 0);
  for (const size_t k : {5u, 6u, 7u}) EXPECT_EQ(returns[k].of, -1) << k;
}

TEST(Form, TextureIsDensityAndPolyphonyOfABarThatIsAboutAsBusy) {
  Piece song = Song("ABCDEABCDEF");
  for (size_t k = 0; k < 5; ++k) song.bars[k].density = 5, song.bars[k].polyphony = 1;
  song.bars[3].density = tokens::kDensityUnknown;
  std::vector<double> activity(11, 2.0);
  activity[5] = 2.6;  // 1.3 times as busy is not clearly busier
  activity[1] = 2.7;  // calmer the second time
  Piece planned = song;
  ReturnTextures(PlanReturns(song, 1), activity, &planned);
  const auto texture = [&](size_t k) { return std::pair(planned.bars[k].density, planned.bars[k].polyphony); };
  EXPECT_EQ(texture(5), std::pair(5, 1));
  EXPECT_EQ(texture(6), std::pair(3, 3));
  EXPECT_EQ(texture(7), std::pair(5, 1));
  EXPECT_EQ(texture(8), std::pair(3, 3));  // a pickup's source says nothing
  EXPECT_EQ(texture(9), std::pair(5, 1));
  // One more voice is another texture.
  EXPECT_EQ(ReturnsOf(planned, 1)[7].of, 2);
  planned.bars[7].polyphony = 2;
  EXPECT_EQ(ReturnsOf(planned, 1)[7].of, -1);
}

}  // namespace
}  // namespace ledgerline::covers
