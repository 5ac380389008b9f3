#include "inference/covers/perform.h"

#include <gmock/gmock.h>

#include "tests/inference/drums/sample_grooves.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

tokens::Conditioning Given(size_t bars) {
  tokens::Conditioning conditioning;
  conditioning.piece = tokens::RandomPiece(3, bars);
  conditioning.piece.bars[0].length = 96;
  conditioning.quarter_us = 500'000;
  return conditioning;
}

Directions Drummed(size_t bars) {
  Directions directions;
  directions.drums.resize(bars);
  for (DrumDirection& drum : directions.drums) drum.style = 0;
  directions.drums.back().ending = true;
  return directions;
}

const drums::GrooveModel& Model() {
  static const drums::GrooveModel model = drums::ParseGrooveModel(drums::CommittedGrooveBytes()).value();
  return model;
}

TEST(Perform, DrumsComeLastOnAFineGridAndTheOthersKeepTheirPlaces) {
  const tokens::Conditioning given = Given(6);
  const StyleTraits& style = *FindStyle("art-song");
  const music::Score plain = Perform(given, given.piece, {}, style, nullptr, 1, "T").value();
  const music::Score drummed = Perform(given, given.piece, Drummed(6), style, &Model(), 1, "T").value();
  EXPECT_EQ(plain.ticks_per_quarter, 24);
  EXPECT_EQ(drummed.ticks_per_quarter, 480);
  ASSERT_EQ(drummed.parts.size(), plain.parts.size() + 1);
  EXPECT_TRUE(drummed.parts.back().drums);
  EXPECT_EQ(drummed.parts[0].notes[0].onset, 20 * plain.parts[0].notes[0].onset);
  // The last bar has a stroke on its first beat alone.
  for (const music::Note& note : drummed.parts.back().notes) EXPECT_LT(note.onset, 5 * 1920 + 100);
  EXPECT_EQ(drummed, Perform(given, given.piece, Drummed(6), style, &Model(), 1, "T").value());
  EXPECT_NE(drummed, Perform(given, given.piece, Drummed(6), style, &Model(), 2, "T").value());
  EXPECT_EQ(Perform(given, given.piece, Drummed(6), style, nullptr, 1, "T").status().code(),
            StatusCode::kFailedPrecondition);
}

TEST(Perform, InstrumentsPlayWhatTheyCanReach) {
  const tokens::Conditioning given = Given(6);
  Directions directions;
  directions.lead_program = 73;
  directions.programs[tokens::kKeysLow] = 71;  // a clarinet, 50 to 91
  const music::Score score = Perform(given, given.piece, directions, *FindStyle("art-song"), nullptr, 1, "T").value();
  EXPECT_EQ(score.parts[0].program, 73);
  bool found = false;
  for (const music::Part& part : score.parts) {
    if (part.program != 71) continue;
    found = true;
    for (const music::Note& note : part.notes) {
      EXPECT_GE(note.pitch, 50);
      EXPECT_LE(note.pitch, 91);
    }
  }
  EXPECT_TRUE(found);
}

TEST(Perform, TempoMarksStandAtTheirBars) {
  const tokens::Conditioning given = Given(4);
  Directions directions;
  directions.tempos = {{2, 400'000}};
  const music::Score score = Perform(given, given.piece, directions, *FindStyle("art-song"), nullptr, 1, "T").value();
  ASSERT_EQ(score.tempos.size(), 2u);
  EXPECT_EQ(score.tempos[0], (music::Tempo{0, 500'000}));
  EXPECT_EQ(score.tempos[1], (music::Tempo{192, 400'000}));
}

// Compound metres: dotted quarters are beats in triplets.
TEST(Perform, TheDrummerPlaysCompoundMetresInTriplets) {
  tokens::Conditioning given = Given(4);
  for (tokens::PieceBar& bar : given.piece.bars) {
    bar.melody.clear();
    bar.events.clear();
    bar.length = 72;
    bar.numerator = 6;
    bar.denominator = 8;
    bar.beat = 36;
  }
  given.piece.bars[0].melody = {{0, 70, 72, false}};
  const music::Score score = Perform(given, given.piece, Drummed(4), *FindStyle("art-song"), &Model(), 1, "T").value();
  for (const music::Note& note : score.parts.back().notes) {
    const int64_t past = (note.onset + 120) % 240;  // from the nearest eighth of a dotted quarter
    EXPECT_LE(std::abs(past - 120), drums::kMaxDeviation) << note.onset;
  }
}

}  // namespace
}  // namespace ledgerline::covers
