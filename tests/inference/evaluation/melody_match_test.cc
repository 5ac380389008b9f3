#include "inference/evaluation/melody_match.h"

#include <gtest/gtest.h>

namespace ledgerline::evaluation {
namespace {

using music::Note;

const std::vector<Note> kSong = {{0, 24, 60, 80}, {24, 24, 62, 80}, {48, 48, 64, 80}};

TEST(MelodyF1, IsOneForTheMelodyItselfTransposedAndMoved) {
  std::vector<Note> sung = kSong;
  for (Note& note : sung) note.onset += 96, note.pitch += 12;
  EXPECT_EQ(MelodyF1(sung, kSong, 12, 96), 1);
  EXPECT_EQ(MelodyF1(sung, kSong, 0, 96), 0);  // a transposition that was not declared
}

TEST(MelodyF1, ATickIsForgivenAndTwoAreNot) {
  std::vector<Note> sung = kSong;
  sung[0].onset += 1, sung[1].onset -= 1;
  EXPECT_EQ(MelodyF1(sung, kSong, 0, 0), 1);
  sung[0].onset += 1;
  EXPECT_NEAR(MelodyF1(sung, kSong, 0, 0), 2.0 / 3.0, 1e-12);
}

TEST(MelodyF1, CountsMissingAndAddedNotes) {
  std::vector<Note> sung = kSong;
  sung.pop_back();
  EXPECT_NEAR(MelodyF1(sung, kSong, 0, 0), 2 * 2.0 / 5.0, 1e-12);
  sung = kSong;
  sung.push_back(kSong[0]);  // one note of the song is matched once
  EXPECT_NEAR(MelodyF1(sung, kSong, 0, 0), 2 * 3.0 / 7.0, 1e-12);
  EXPECT_EQ(MelodyF1({}, {}, 0, 0), 1);
}

}  // namespace
}  // namespace ledgerline::evaluation
