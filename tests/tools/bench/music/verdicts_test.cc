// The table's rows: what each is compared with, and when its goal is reached.
#include "tools/bench/music/verdicts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "inference/evaluation/repetition.h"
#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::bench {
namespace {

using evaluation::PieceOf;
using evaluation::PlacedNote;
using tokens::Piece;

// Eight bars of two notes; from `again` on those of the first bars, before that each another rhythm and other notes.
Piece Bars(int again) {
  std::vector<std::vector<PlacedNote>> bars;
  for (int bar = 0; bar < 8; ++bar) {
    const int k = bar % again;
    bars.push_back({{6 * k, 48 + k, 6}, {90 - 6 * k, 52 + 5 * k, 6}});
  }
  return PieceOf(bars);
}

TEST(Measured, FormIsComparedWithTheSongs) {
  const Piece repeats = Bars(4), wanders = Bars(8);
  const double apart =
      evaluation::StructurenessIndicator(repeats, 3, 8) - evaluation::StructurenessIndicator(wanders, 3, 8);
  ASSERT_GT(apart, 0.2);
  EXPECT_EQ(MeasureAccompaniment(repeats, &repeats)[kShortFromSong], 0);
  EXPECT_NEAR(MeasureAccompaniment(repeats, &wanders)[kShortFromSong], apart, 1e-12);
  EXPECT_NEAR(MeasureAccompaniment(wanders, &repeats)[kShortFromSong], apart, 1e-12);  // either way
  EXPECT_TRUE(std::isnan(MeasureAccompaniment(repeats, nullptr)[kShortFromSong]));
  const Piece silent;
  EXPECT_TRUE(std::isnan(MeasureAccompaniment(repeats, &silent)[kLongFromSong]));  // a bare melody has no such form
}

const Row& Named(const Table& table, std::string_view name) {
  return *std::find_if(table.rows.begin(), table.rows.end(), [&](const Row& row) { return row.name == name; });
}

TEST(MusicTable, FormMayBeAFifthOfPeoplesAway) {
  const Piece piece = Bars(4);
  Contestants contestants;
  Values people, near, far;
  people.fill(NAN), near.fill(NAN), far.fill(NAN);
  people[kShortStructure] = 0.3;
  near[kShortFromSong] = 0.05;
  far[kShortFromSong] = 0.07;
  contestants[kHuman]["motet"].Add(piece, people);
  contestants[kCover]["motet"].Add(piece, near);
  contestants[kNgram]["motet"].Add(piece, far);
  const Table reached = MusicTable(contestants);
  const Row& row = Named(reached, "3-8 off the song's");
  EXPECT_EQ(row.goal, "<= .060");
  EXPECT_TRUE(row.reached);
  EXPECT_EQ(row.Against(kNgram), '+');
  std::swap(contestants[kCover], contestants[kNgram]);
  const Table missed = MusicTable(contestants);
  EXPECT_FALSE(Named(missed, "3-8 off the song's").reached);
  EXPECT_EQ(Named(missed, "3-8 off the song's").Against(kNgram), '-');
}

}  // namespace
}  // namespace ledgerline::bench
