#include "inference/covers/written_accompaniment.h"

#include <gtest/gtest.h>

#include "inference/covers/cover_score.h"
#include "inference/covers/plan.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

TEST(WrittenAccompaniment, IsWhatWasComposed) {
  TextureCounts counts{};
  counts[3 * tokens::kPolyphonyClasses + 3] = 1;
  const StyleTraits& style = *FindStyle("piano");
  const tokens::Conditioning plan = PlanCover(tokens::SampleSong(8), style, counts, 720, 1).value().conditioning;
  tokens::Piece composed = plan.piece;
  for (tokens::PieceBar& bar : composed.bars) {
    bar.events = {{0, tokens::kKeysLow, 40, tokens::DurationSymbol(48)},
                  {0, tokens::kKeysHigh, 60, tokens::DurationSymbol(24)},
                  {48, tokens::kKeysLow, 43, tokens::DurationSymbol(24)}};
  }
  music::Score score = ToScore(composed, plan.quarter_us, style, "");
  score.parts.push_back({"Drums", 0, true, {{0, 24, 36, 90}}});
  const tokens::Piece again = WrittenAccompaniment(PlannedPiece(SerialiseConditioning(plan).value()).value(), score);
  ASSERT_EQ(again.bars.size(), composed.bars.size());
  for (size_t k = 0; k < again.bars.size(); ++k) {
    ASSERT_EQ(again.bars[k].events.size(), 3u) << k;  // neither the melody, in the same part, nor the drums
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(again.bars[k].events[i].onset, composed.bars[k].events[i].onset);
      EXPECT_EQ(again.bars[k].events[i].pitch, composed.bars[k].events[i].pitch);
    }
    EXPECT_EQ(again.bars[k].melody, plan.piece.bars[k].melody);
  }
}

TEST(WrittenAccompaniment, SaysWhatIsNoBlob) { EXPECT_FALSE(PlannedPiece("no blob").ok()); }

}  // namespace
}  // namespace ledgerline::covers
