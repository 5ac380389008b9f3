#include "inference/fingerprint/figures.h"

#include <gtest/gtest.h>

#include "inference/model/counter_random.h"

namespace ledgerline::fingerprint {
namespace {

using music::Note;

std::vector<Note> RandomNotes(uint64_t seed, int count) {
  model::CounterRandom random(seed, 5);
  std::vector<Note> notes;
  int64_t onset = 0;
  for (int i = 0; i < count; ++i) {
    onset += 6 * random.Below(4);
    notes.push_back({onset, 12, 48 + static_cast<int>(random.Below(30)), 80});
  }
  return notes;
}

std::vector<Note> Moved(std::vector<Note> notes, int64_t ticks, int semitones) {
  for (Note& note : notes) note.onset += ticks, note.pitch += semitones;
  return notes;
}

FigureIndex IndexOf(const std::vector<std::vector<Note>>& pieces, uint32_t pieces_max = 2) {
  FigureCollector collector;
  for (const std::vector<Note>& piece : pieces) collector.Add(FiguresOf(piece));
  return collector.Build(pieces_max);
}

TEST(Figures, AreTheSameInEveryKeyAndPlaceAndDifferByRhythm) {
  const std::vector<Note> notes = RandomNotes(1, 40);
  EXPECT_EQ(FiguresOf(notes).size(), 29u);
  EXPECT_EQ(FiguresOf(Moved(notes, 960, 5)), FiguresOf(notes));
  std::vector<Note> slower = notes;
  for (Note& note : slower) note.onset *= 2;
  EXPECT_NE(FiguresOf(slower), FiguresOf(notes));
  EXPECT_TRUE(FiguresOf(RandomNotes(1, 11)).empty());
}

TEST(FigureIndex, ABorrowedPassageIsFoundWithItsLength) {
  const std::vector<Note> taught = RandomNotes(1, 200);
  const FigureIndex index = IndexOf({taught, RandomNotes(2, 200)});
  // Twenty notes of the taught piece, elsewhere and in another key, among notes of its own.
  std::vector<Note> cover = RandomNotes(9, 60);
  const std::vector<Note> taken(taught.begin() + 50, taught.begin() + 70);
  const std::vector<Note> placed = Moved(taken, cover.back().onset + 500 - taken[0].onset, 3);
  cover.insert(cover.end(), placed.begin(), placed.end());
  const Borrowing found = MeasureBorrowing(index, cover, {});
  EXPECT_EQ(found.notes, 80u);
  EXPECT_EQ(found.covered, 20u);
  EXPECT_EQ(found.longest, 20u);
  EXPECT_EQ(found.CoveredPpm(), 250'000);
  EXPECT_EQ(MeasureBorrowing(index, RandomNotes(9, 60), {}).covered, 0u);
}

TEST(FigureIndex, WhatTheSourceHasItselfIsNotBorrowed) {
  const std::vector<Note> taught = RandomNotes(1, 200);
  EXPECT_EQ(MeasureBorrowing(IndexOf({taught}), taught, {}).covered, 200u);
  EXPECT_EQ(MeasureBorrowing(IndexOf({taught}), taught, taught).covered, 0u);
}

TEST(FigureIndex, WhatManyPiecesHaveIsCommonProperty) {
  const std::vector<Note> common = RandomNotes(3, 50);
  EXPECT_GT(IndexOf({common, Moved(common, 96, 1)}).size(), 0u);
  EXPECT_EQ(IndexOf({common, Moved(common, 96, 1), Moved(common, 0, 2)}).size(), 0u);
}

TEST(FigureIndex, SurvivesItsBytesAndRefusesOthers) {
  for (const std::vector<uint32_t>& set : {std::vector<uint32_t>{}, {0}, {0, 1, 2}, {5, 0xffffffffu}}) {
    const FigureIndex index(set);
    const std::string bytes = index.Serialise();
    const Result<FigureIndex> read = FigureIndex::Parse(bytes);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(read->Serialise(), bytes);
    for (const uint32_t figure : set) EXPECT_TRUE(read->Contains(figure));
    EXPECT_FALSE(read->Contains(77));
    EXPECT_FALSE(FigureIndex::Parse(bytes + '\0').ok());
    for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(FigureIndex::Parse(bytes.substr(0, size)).ok());
  }
  const std::string bytes = IndexOf({RandomNotes(1, 3000)}).Serialise();
  EXPECT_LT(bytes.size(), 3000u * 4);  // about 21 bits a figure of this small set
  std::string many = bytes;
  many[8] = 2;  // of the count
  EXPECT_EQ(FigureIndex::Parse(many).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::fingerprint
