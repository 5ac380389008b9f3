#include "inference/covers/borrowing_guard.h"

#include <gmock/gmock.h>

#include "inference/covers/cover_score.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

using testing::StartsWith;

BorrowingGuard GuardThatKnows(const std::vector<tokens::Piece>& pieces) {
  fingerprint::FigureCollector collector;
  for (const tokens::Piece& piece : pieces) collector.Add(fingerprint::FiguresOf(TextureOf(piece)));
  return BorrowingGuard::Load(collector.Build(kFigurePiecesMax).Serialise()).value();
}

TEST(BorrowingGuard, APieceThatWasTaughtIsTurnedDownInAnyKeyAndAnotherPasses) {
  const BorrowingGuard guard = GuardThatKnows({tokens::RandomPiece(1, 12), tokens::RandomPiece(2, 12)});
  EXPECT_THAT(guard.Verdict(tokens::RandomPiece(1, 12)).value_or("passed"), StartsWith("borrowed: "));
  EXPECT_THAT(guard.Verdict(tokens::RandomPiece(2, 12).Transposed(3)).value_or("passed"), StartsWith("borrowed: "));
  EXPECT_EQ(guard.Verdict(tokens::RandomPiece(3, 12)), std::nullopt);
}

TEST(BorrowingGuard, ManyShortPassagesAreBorrowingToo) {
  // A bar of the taught piece and three of its own, again and again.
  const tokens::Piece taught = tokens::RandomPiece(1, 40);
  tokens::Piece cover = tokens::RandomPiece(7, 40);
  for (size_t k = 2; k + 1 < cover.bars.size(); k += 3) {
    cover.bars[k] = taught.bars[k];
    cover.bars[k + 1] = taught.bars[k + 1];
  }
  const BorrowingGuard guard = GuardThatKnows({taught});
  const fingerprint::Borrowing found = guard.Measure(cover);
  ASSERT_GT(found.CoveredPpm(), kBorrowedPpm);
  ASSERT_LT(found.longest, 2 * kBorrowedNotes);
  EXPECT_TRUE(guard.Verdict(cover).has_value());
}

TEST(BorrowingGuard, TheGivenMelodyAloneIsNotBorrowed) {
  tokens::Piece song = tokens::RandomPiece(5, 30);
  for (tokens::PieceBar& bar : song.bars) bar.events.clear();
  const BorrowingGuard guard = GuardThatKnows({song});
  EXPECT_EQ(guard.Measure(song).covered, 0u);
}

TEST(BorrowingGuard, WithoutAnIndexNothingIsTurnedDown) {
  EXPECT_EQ(BorrowingGuard().Verdict(tokens::RandomPiece(1, 12)), std::nullopt);
  EXPECT_FALSE(BorrowingGuard().knows_pieces());
  EXPECT_EQ(BorrowingGuard::Load("LLFIGX").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::covers
