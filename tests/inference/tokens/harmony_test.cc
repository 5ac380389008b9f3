#include "inference/tokens/harmony.h"

#include <gtest/gtest.h>

namespace ledgerline::tokens {
namespace {

using music::Note;

// One bar of 4/4 for each row of pitches, all sounding through the bar.
std::vector<std::string> ChordsOf(const std::vector<std::vector<int>>& bars) {
  std::vector<Note> notes;
  std::vector<int64_t> starts;
  std::vector<PieceBar> frame(bars.size());
  for (size_t k = 0; k < bars.size(); ++k) {
    starts.push_back(static_cast<int64_t>(k) * 96);
    for (const int pitch : bars[k]) notes.push_back({starts.back(), 96, pitch, 80});
  }
  LabelChords(notes, starts, &frame);
  std::vector<std::string> names;
  for (const PieceBar& bar : frame) names.push_back(ChordName(bar.chords[0]));
  return names;
}

TEST(Harmony, NamesTriadsSeventhsAndInversions) {
  EXPECT_EQ(ChordsOf({{48, 60, 64, 67}, {53, 60, 65, 69}, {55, 62, 65, 71}, {57, 60, 64, 69}}),
            (std::vector<std::string>{"C", "F", "G7", "Am"}));
  EXPECT_EQ(ChordsOf({{52, 60, 67}}), std::vector<std::string>{"C"});  // first inversion
}

TEST(Harmony, SilenceKeepsTheChordBefore) {
  EXPECT_EQ(ChordsOf({{48, 60, 64, 67}, {}, {55, 62, 67, 71}}), (std::vector<std::string>{"C", "C", "G"}));
}

TEST(Harmony, PassingNotesDoNotChangeTheChord) {
  std::vector<PieceBar> bars(1);
  const std::vector<Note> notes = {{0, 96, 48, 80},  {0, 96, 64, 80},  {0, 96, 67, 80}, {0, 24, 72, 80},
                                   {24, 24, 74, 80}, {48, 24, 76, 80}, {72, 24, 77, 80}};
  LabelChords(notes, {0}, &bars);
  for (const int chord : bars[0].chords) EXPECT_EQ(ChordName(chord), "C");
}

TEST(Harmony, TransposesWithTheMusic) {
  const std::vector<std::vector<int>> bars = {{48, 60, 64, 67}, {53, 60, 65, 69}, {55, 62, 65, 71}};
  for (int step = 1; step < 12; ++step) {
    std::vector<std::vector<int>> moved = bars;
    for (auto& bar : moved) {
      for (int& pitch : bar) pitch += step;
    }
    EXPECT_EQ(ChordsOf(moved)[2], ChordName(ChordSymbolOf((7 + step) % 12, kDominant)));
  }
}

TEST(Harmony, DiatonicTonicIsTheScaleOfTheNotes) {
  std::vector<Note> d_major;
  for (const int pitch : {62, 64, 66, 67, 69, 71, 73}) d_major.push_back({0, 24, pitch, 80});
  EXPECT_EQ(DiatonicTonic(d_major), 2);
}

}  // namespace
}  // namespace ledgerline::tokens
