#include "tools/demo_page/piano_roll.h"

#include <gtest/gtest.h>

#include <regex>

namespace ledgerline::demo {
namespace {

music::Score TwoParts(int bars) {
  music::Score score;
  music::Part voice, piano;
  voice.name = "Voice <1> & 2";
  piano.name = "Piano";
  for (int k = 0; k < bars; ++k) {
    voice.notes.push_back({k * 96, 48, 72, 90});
    piano.notes.push_back({k * 96, 96, 48, 60});
  }
  score.parts = {voice, piano};
  return score;
}

size_t Count(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  return static_cast<size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), expression), std::sregex_iterator()));
}

TEST(PianoRollTest, EveryNoteIsAStrokeInItsPartsColour) {
  const std::string svg = PianoRollSvg(TwoParts(8));
  // Two paths of eight notes, melody drawn last and red; nine bar lines; names with nothing that XML would read.
  EXPECT_EQ(Count(svg, "M[0-9.]+ [0-9]+h"), 16u);
  EXPECT_EQ(Count(svg, "M[0-9]+ [0-9]+v"), 9u);
  EXPECT_LT(svg.rfind("stroke=\"#0072b2\""), svg.rfind("stroke=\"#d55e00\""));
  EXPECT_NE(svg.find("Voice &lt;1> &amp; 2"), std::string::npos);
  EXPECT_EQ(svg, PianoRollSvg(TwoParts(8)));
}

TEST(PianoRollTest, DrawsNoMoreThanItsBars) {
  const std::string svg = PianoRollSvg(TwoParts(40));
  EXPECT_EQ(Count(svg, "M[0-9.]+ [0-9]+h"), 2 * kRollBars);
  EXPECT_LT(svg.size(), 8000u);
}

TEST(PianoRollTest, ANoteOverARowsEndGoesOnInTheNext) {
  music::Score score = TwoParts(16);
  score.parts[1].notes = {{7 * 96, 192, 48, 60}};
  EXPECT_EQ(Count(PianoRollSvg(score), "M[0-9.]+ [0-9]+h"), 16u + 2u);
}

TEST(PianoRollTest, DrumsLieBelowInALineOfTheirOwn) {
  music::Score score = TwoParts(4);
  music::Part drums;
  drums.drums = true;
  drums.name = "Drums";
  drums.notes = {{0, 6, 36, 100}, {24, 6, 38, 100}};
  score.parts.push_back(drums);
  const std::string svg = PianoRollSvg(score);
  EXPECT_NE(svg.find("stroke=\"#555555\""), std::string::npos);
  EXPECT_EQ(Count(svg, "M[0-9.]+ [0-9]+h"), 10u);
}

TEST(PianoRollTest, NothingIsDrawnOfNothing) { EXPECT_EQ(Count(PianoRollSvg(music::Score()), "path"), 0u); }

}  // namespace
}  // namespace ledgerline::demo
