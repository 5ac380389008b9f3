#include "inference/music/key.h"

#include <gtest/gtest.h>

namespace ledgerline::music {
namespace {

Score Line(std::initializer_list<int> pitches, int shift = 0) {
  Score score;
  score.parts.emplace_back();
  for (const int pitch : pitches) {
    score.parts[0].notes.push_back({static_cast<int64_t>(score.parts[0].notes.size()) * 24, 24, pitch + shift, 80});
  }
  return score;
}

constexpr std::initializer_list<int> kOdeToJoy = {64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62,
                                                  64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 62, 60, 60};
// A harmonic minor line: A B C D E F E D C B A G# A.
constexpr std::initializer_list<int> kMinorLine = {57, 59, 60, 62, 64, 65, 64, 62, 60, 59, 57, 56, 57, 57, 64, 64, 57};

TEST(EstimateKey, FindsEveryTranspositionFromTheNotesAlone) {
  for (int shift = 0; shift < 12; ++shift) {
    const KeyEstimate major = EstimateKey(Line(kOdeToJoy, shift));
    EXPECT_EQ(major.tonic_pitch_class, shift);
    EXPECT_FALSE(major.minor);
    EXPECT_GT(major.confidence, 0.1);
    const KeyEstimate minor = EstimateKey(Line(kMinorLine, shift));
    EXPECT_EQ(minor.tonic_pitch_class, (9 + shift) % 12);
    EXPECT_TRUE(minor.minor);
  }
}

TEST(EstimateKey, AStatedSignatureSettlesWhatNotesLeaveOpen) {
  Score open = Line({60, 62, 67, 62, 60, 67, 62, 67});  // C D G: C or G major
  open.keys = {{0, 1, false}};
  EXPECT_EQ(KeyName(EstimateKey(open)), "G major");
  open.keys = {{0, 0, false}};
  EXPECT_EQ(KeyName(EstimateKey(open)), "C major");
}

TEST(EstimateKey, AFalseSignatureYieldsToClearNotes) {
  Score score = Line(kOdeToJoy);
  score.keys = {{0, 6, false}};  // six sharps over white keys
  EXPECT_EQ(KeyName(EstimateKey(score)), "C major");
}

TEST(EstimateKey, TheModeIsReadFromTheNotesWhateverTheFileSays) {
  Score score = Line(kMinorLine);
  score.keys = {{0, 0, false}};
  EXPECT_EQ(KeyName(EstimateKey(score)), "A minor");
}

TEST(EstimateKey, WithoutNotesThereIsNoConfidence) {
  EXPECT_EQ(EstimateKey(Score{}), KeyEstimate{});
  Score drums = Line({35, 38});
  drums.parts[0].drums = true;
  EXPECT_EQ(EstimateKey(drums), KeyEstimate{});
}

TEST(Key, SignaturesAndNames) {
  EXPECT_EQ(KeyFifths({0, false, 0}), 0);
  EXPECT_EQ(KeyFifths({9, true, 0}), 0);
  EXPECT_EQ(KeyFifths({6, false, 0}), 6);   // F#
  EXPECT_EQ(KeyFifths({1, false, 0}), -5);  // Db
  EXPECT_EQ(KeyFifths({10, true, 0}), -5);  // Bb minor
  EXPECT_EQ(KeyFifths({3, true, 0}), 6);    // Eb minor, as D# minor
  EXPECT_EQ(KeyName({3, false, 0}), "Eb major");
  EXPECT_EQ(KeyName({8, true, 0}), "G# minor");
}

}  // namespace
}  // namespace ledgerline::music
