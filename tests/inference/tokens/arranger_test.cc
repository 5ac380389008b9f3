#include "inference/tokens/arranger.h"

#include <gtest/gtest.h>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::tokens {
namespace {

using music::Note;
using music::Part;

TEST(Arranger, ASongHasItsMelodyChordsAndHands) {
  const Result<Piece> piece = ArrangeForTraining(SampleSong(4), "art-song");
  ASSERT_TRUE(piece.ok()) << piece.status().ToString();
  ASSERT_EQ(piece->bars.size(), 4u);
  EXPECT_EQ(StyleName(piece->style), "art-song");
  EXPECT_EQ(piece->tonic, 0);
  EXPECT_EQ(piece->bars[0].melody.size(), 4u);
  EXPECT_EQ(piece->bars[0].melody[1], (MelodyNote{24, 79, 24, false}));
  EXPECT_EQ(ChordName(piece->bars[1].chords[0]), "F");
  ASSERT_EQ(piece->bars[0].events.size(), 7u);
  EXPECT_EQ(piece->bars[0].events[0], (Event{0, kKeysLow, 36, DurationSymbol(24)}));
  EXPECT_EQ(piece->bars[0].events[1], (Event{0, kKeysHigh, 60, DurationSymbol(96)}));
}

TEST(Arranger, ThreeEightIsReadAsThreeFourAndThreeTwoToo) {
  for (const auto& [denominator, ticks] : {std::pair(8, 720), std::pair(4, 1440), std::pair(2, 2880)}) {
    music::Score score;
    score.ticks_per_quarter = 480;
    score.metres = {{0, 3, denominator}};
    Part keys{"Piano", 0, false, {}};
    for (int bar = 0; bar < 4; ++bar) keys.notes.push_back({bar * ticks + ticks / 3, ticks / 3, 60, 80});
    score.parts = {keys};
    const Result<Framed> framed = FrameScore(score);
    ASSERT_TRUE(framed.ok());
    ASSERT_EQ(framed->bars.size(), 4u) << denominator;
    EXPECT_EQ(framed->bars[0].length, 72);
    EXPECT_EQ(framed->bars[0].metre, MetreSymbol(3, 4));
    EXPECT_EQ(framed->score.parts[0].notes[1].onset, 72 + 24);
    EXPECT_EQ(framed->score.parts[0].notes[1].duration, 24);
  }
}

TEST(Arranger, ANoteOverTheBarLineIsTiedInTheNextBar) {
  std::vector<PieceBar> bars(2);
  PlaceMelody({{72, 48, 65, 80}}, {0, 96}, &bars);
  ASSERT_EQ(bars[0].melody.size(), 1u);
  ASSERT_EQ(bars[1].melody.size(), 1u);
  EXPECT_EQ(bars[0].melody[0], (MelodyNote{72, 65, 24, false}));
  EXPECT_EQ(bars[1].melody[0], (MelodyNote{0, 65, 24, true}));
}

TEST(Arranger, AQuartetHasOneRoleAPlayer) {
  music::Score score;
  score.ticks_per_quarter = 24;
  const int programs[4] = {40, 40, 41, 42}, pitches[4] = {76, 67, 60, 48};
  for (int i = 0; i < 4; ++i) score.parts.push_back({"", programs[i], false, {{0, 96, pitches[i], 80}}});
  const Result<Piece> piece = ArrangeForTraining(score, "string-quartet");
  ASSERT_TRUE(piece.ok());
  ASSERT_EQ(piece->bars[0].events.size(), 3u);
  EXPECT_EQ(piece->bars[0].events[0].role, kCello);
  EXPECT_EQ(piece->bars[0].events[1].role, kViola);
  EXPECT_EQ(piece->bars[0].events[2].role, kSecondViolin);
  EXPECT_EQ(piece->bars[0].melody[0].pitch, 76);
}

TEST(Arranger, AHymnOnTwoStavesHasFourVoices) {
  music::Score score;
  score.ticks_per_quarter = 24;
  score.parts = {{"upper", 0, false, {{0, 96, 67, 80}, {0, 96, 72, 80}}},
                 {"lower", 0, false, {{0, 96, 48, 80}, {0, 96, 64, 80}}}};
  const Result<Piece> piece = ArrangeForTraining(score, "hymn");
  ASSERT_TRUE(piece.ok());
  ASSERT_EQ(piece->bars[0].events.size(), 3u);
  EXPECT_EQ(piece->bars[0].events[0], (Event{0, kBassVoice, 48, DurationSymbol(96)}));
  EXPECT_EQ(piece->bars[0].events[1].role, kTenorVoice);
  EXPECT_EQ(piece->bars[0].events[2], (Event{0, kAltoVoice, 67, DurationSymbol(96)}));
  EXPECT_EQ(piece->bars[0].melody[0].pitch, 72);
}

TEST(Arranger, WhatStatesNoGenreIsToldByWhoPlays) {
  auto part = [](int program, int pitch) { return Part{"", program, false, {{0, 96, pitch, 80}}}; };
  music::Score score;
  score.ticks_per_quarter = 24;
  auto style = [&](std::vector<Part> parts, std::string_view genre) {
    score.parts = std::move(parts);
    const Result<Piece> piece = ArrangeForTraining(score, genre);
    return piece.ok() ? std::string(StyleName(piece->style)) : std::string("none");
  };
  const std::vector<Part> voices = {part(52, 72), part(52, 60), part(52, 48)};
  EXPECT_EQ(style(voices, "unlabelled"), "motet");
  EXPECT_EQ(style(voices, "mass"), "mass");
  EXPECT_EQ(style({part(52, 72), part(0, 60), part(0, 48)}, "unlabelled"), "art-song");
  EXPECT_EQ(style({part(0, 60), part(0, 48)}, "secular-other"), "piano");
  EXPECT_EQ(style({part(19, 60), part(19, 48)}, "sacred"), "organ");
  EXPECT_EQ(style({part(19, 72), part(19, 60), part(19, 40)}, "organ"), "organ");
  EXPECT_EQ(style({part(24, 60)}, "chamber-other"), "guitar");
  EXPECT_EQ(style({part(56, 60), part(57, 48)}, "unlabelled"), "none");
}

TEST(Arranger, TheMiddleOfThreeVoicesIsATenorOrAnAlto) {
  for (const auto& [pitch, role] : {std::pair(55, kTenorVoice), std::pair(66, kAltoVoice)}) {
    music::Score score;
    score.ticks_per_quarter = 24;
    for (const int p : {76, pitch, 48}) score.parts.push_back({"", 52, false, {{0, 96, p, 80}}});
    const Result<Piece> piece = ArrangeForTraining(score, "sacred");
    ASSERT_TRUE(piece.ok());
    ASSERT_EQ(piece->bars[0].events.size(), 2u);
    EXPECT_EQ(piece->bars[0].events[0].role, kBassVoice);
    EXPECT_EQ(piece->bars[0].events[1].role, role);
  }
}

TEST(Arranger, RefusesWhatNoStyleReadsAndBarsBeyondTheBound) {
  music::Score organ_trio = SampleSong(2);
  organ_trio.parts.push_back(organ_trio.parts[1]);
  EXPECT_EQ(ArrangeForTraining(organ_trio, "mazurka").status().code(), StatusCode::kFailedPrecondition);
  music::Score long_bars = SampleSong(8);
  long_bars.metres = {{0, 9, 4}};  // halved it is 9/8 and fits; in sevenths it does not
  EXPECT_TRUE(FrameScore(long_bars).ok());
  long_bars.metres = {{0, 11, 4}};
  EXPECT_EQ(FrameScore(long_bars).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::tokens
