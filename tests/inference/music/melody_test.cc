#include "inference/music/melody.h"

#include <gtest/gtest.h>

namespace ledgerline::music {
namespace {

Part Steady(std::string name, int program, int pitch, int voices = 1, int from = 0, int to = 16) {
  Part part{std::move(name), program, false, {}};
  for (int i = from; i < to; ++i) {
    for (int v = 0; v < voices; ++v) part.notes.push_back({i * 24, 24, pitch + 4 * v + i % 3, 80});
  }
  return part;
}

int Chosen(std::vector<Part> parts) {
  Score score;
  score.parts = std::move(parts);
  return ChooseMelodyPart(score);
}

TEST(ChooseMelodyPart, ASingerBeforeHerPiano) {
  EXPECT_EQ(Chosen({Steady("Piano", 0, 72, 3), Steady("Singstimme", 52, 64)}), 1);
  EXPECT_EQ(Chosen({Steady("[G\xC5\x81OS.]", 52, 60), Steady("[FORTEPIAN.]", 0, 74)}), 0);
  EXPECT_EQ(Chosen({Steady("Tenore", 52, 60), Steady("Ba\xC5\xBFso", 52, 48), Steady("Canto.", 52, 70)}), 2);
}

TEST(ChooseMelodyPart, TheFirstOfTwoViolins) {
  EXPECT_EQ(Chosen({Steady("Violino 2do", 40, 72), Steady("Violino Primo", 40, 72), Steady("Viola", 41, 60)}), 1);
  EXPECT_EQ(Chosen({Steady("Violin II", 40, 72), Steady("Violin I", 40, 72), Steady("Violoncello", 42, 48)}), 1);
}

TEST(ChooseMelodyPart, WithoutNamesTheHighestSingleLine) {
  EXPECT_EQ(Chosen({Steady("", 0, 40, 3), Steady("", 0, 72)}), 1);
  EXPECT_EQ(Chosen({Steady("", 0, 76), Steady("", 0, 48, 3)}), 0);
}

TEST(ChooseMelodyPart, NotAGuestOfFewBarsNorDrums) {
  EXPECT_EQ(Chosen({Steady("Voice", 52, 84, 1, 0, 2), Steady("Violin", 40, 70)}), 1);
  Part drums = Steady("melody", 0, 80);
  drums.drums = true;
  EXPECT_EQ(Chosen({drums}), -1);
  EXPECT_EQ(Chosen({}), -1);
  EXPECT_EQ(FindMelody(Score{}), Melody{});
}

TEST(Skyline, TakesTheTopAndCutsOverlaps) {
  const std::vector<Note> notes = {{0, 48, 60, 80}, {0, 24, 67, 80}, {24, 24, 69, 80}, {40, 24, 71, 80}};
  EXPECT_EQ(Skyline(notes), (std::vector<Note>{{0, 24, 67, 80}, {24, 16, 69, 80}, {40, 24, 71, 80}}));
}

TEST(Skyline, LeavesAnInnerVoiceUnderAHeldNote) {
  const std::vector<Note> notes = {{0, 48, 72, 80}, {0, 24, 64, 80}, {24, 24, 65, 80}, {48, 24, 71, 80}};
  EXPECT_EQ(Skyline(notes), (std::vector<Note>{{0, 48, 72, 80}, {48, 24, 71, 80}}));
}

TEST(Skyline, ALowerNoteThatOutlastsTheHeldOneFollowsIt) {
  const std::vector<Note> notes = {{0, 26, 72, 80}, {24, 24, 65, 80}};  // legato, slightly overlapping
  EXPECT_EQ(Skyline(notes), (std::vector<Note>{{0, 24, 72, 80}, {24, 24, 65, 80}}));
}

}  // namespace
}  // namespace ledgerline::music
