#include "inference/covers/melody_variation.h"

#include <gtest/gtest.h>

#include <set>

#include "inference/covers/plan.h"
#include "tests/inference/tokens/sample_pieces.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::covers {
namespace {

tokens::Piece SongPiece(size_t song) {
  TextureCounts textures{};
  textures[3 * tokens::kPolyphonyClasses + 3] = 1;
  const music::Score score = demo::ParseSong(demo::DemoSongs()[song].text).value().score;
  return PlanCover(score, *FindStyle("art-song"), textures, 720, 1)->conditioning.piece;
}

TEST(MelodyVariation, KeepsStrongBeatsAndNineTenths) {
  int changed = 0;
  for (size_t song = 0; song < demo::DemoSongs().size(); ++song) {
    const tokens::Piece original = SongPiece(song);
    for (uint64_t seed = 0; seed < 8; ++seed) {
      tokens::Piece varied = original;
      const Variation variation = VaryMelody(&varied, 0, varied.bars.size(), 100, seed);
      EXPECT_GE(MelodyAccuracyPermille(varied, original), 900) << song << " " << seed;
      changed += variation.added + variation.moved > 0;
      for (size_t k = 0; k < original.bars.size(); ++k) {
        std::set<std::pair<int, int>> is;
        int end = 0;
        for (const tokens::MelodyNote& note : varied.bars[k].melody) {
          is.insert({note.onset, note.pitch});
          EXPECT_GE(note.onset, end) << "one note at a time";
          EXPECT_GE(note.duration, 1);
          end = note.onset + note.duration;
          EXPECT_LE(end, varied.bars[k].length);
        }
        for (const tokens::MelodyNote& note : original.bars[k].melody) {
          EXPECT_TRUE(note.onset != 0 || is.contains({0, note.pitch})) << "bar " << k;
        }
      }
    }
  }
  EXPECT_GT(changed, 80);
}

TEST(MelodyVariation, IsSeededAndFreedomNoneChangesNothing) {
  const tokens::Piece original = SongPiece(3);
  tokens::Piece a = original, b = original, c = original, none = original;
  VaryMelody(&a, 0, 100, 100, 1);
  VaryMelody(&b, 0, 100, 100, 1);
  VaryMelody(&c, 0, 100, 100, 2);
  VaryMelody(&none, 0, 100, 0, 1);
  auto melodies = [](const tokens::Piece& piece) {
    std::vector<std::vector<tokens::MelodyNote>> all;
    for (const tokens::PieceBar& bar : piece.bars) all.push_back(bar.melody);
    return all;
  };
  EXPECT_EQ(melodies(a), melodies(b));
  EXPECT_NE(melodies(a), melodies(c));
  EXPECT_EQ(melodies(none), melodies(original));
  EXPECT_EQ(MelodyAccuracyPermille(original, original), 1000);
}

}  // namespace
}  // namespace ledgerline::covers
