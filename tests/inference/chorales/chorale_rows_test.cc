#include "inference/chorales/chorale_rows.h"

#include <gtest/gtest.h>

#include "tests/inference/chorales/sample_chorales.h"

namespace ledgerline::chorales {
namespace {

bool SameVoice(const VoiceRow& a, const VoiceRow& b) {
  return a.fields == b.fields && a.key == b.key && a.references == b.references;
}

TEST(ChoraleRows, ARowTellsOfNothingThatIsStillToBeSaid) {
  const Chorale piece = RandomChorale(1, 48);
  const std::vector<ChoraleRow> rows = EncodeChorale(piece);
  for (size_t t = 0; t < piece.size(); ++t) {
    for (size_t v = 0; v < kVoices; ++v) {
      // Everything from voice v of step t on is another piece.
      Chorale other = piece;
      for (size_t later = t; later < piece.size(); ++later) {
        for (size_t u = later == t ? v : 0; u < kVoices; ++u) {
          other[later][u] = other[later][u] == kRest ? 20 : (other[later][u] + 7) % kPitches;
        }
      }
      const std::vector<ChoraleRow> changed = EncodeChorale(other);
      for (size_t before = 0; before <= t; ++before) {
        ASSERT_EQ(changed[before].fields, rows[before].fields);
        ASSERT_EQ(changed[before].key, rows[before].key);
        for (size_t u = 0; u < (before == t ? v + 1 : kVoices); ++u) {
          ASSERT_TRUE(SameVoice(changed[before].voices[u], rows[before].voices[u])) << before << " " << u;
        }
      }
      ASSERT_NE(changed[t].voices[v].target, rows[t].voices[v].target);
    }
  }
}

TEST(ChoraleRows, SymbolsStayInTheirAlphabetsAndFillThem) {
  int outer_highest = 0, voice_highest = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const ChoraleRow& row : EncodeChorale(RandomChorale(seed, 100))) {
      for (const int symbol : row.fields) {
        ASSERT_GE(symbol, 0);
        outer_highest = std::max(outer_highest, symbol);
      }
      for (const VoiceRow& voice : row.voices) {
        for (const int symbol : voice.fields) {
          ASSERT_GE(symbol, 0);
          voice_highest = std::max(voice_highest, symbol);
        }
      }
    }
  }
  // The last field's last symbol stands for "no interval": a rest reaches it.
  EXPECT_EQ(outer_highest, OuterSymbols() - 1);
  EXPECT_EQ(voice_highest, VoiceSymbols() - 1);
}

TEST(ChoraleRows, FieldsButTheAbsoluteOnesAreTheSameInEveryKey) {
  const Chorale piece = Cadences(0, 64);
  const std::vector<ChoraleRow> rows = EncodeChorale(piece), moved = EncodeChorale(Transposed(piece, 3));
  for (size_t t = 0; t < piece.size(); ++t) {
    for (size_t v = 0; v < kVoices; ++v) {
      std::array<int, kVoiceFields> fields = moved[t].voices[v].fields;
      if (t > 0) fields[kOwnSymbol] -= 3;
      EXPECT_EQ(fields, rows[t].voices[v].fields);
      EXPECT_EQ(moved[t].voices[v].key, rows[t].voices[v].key);
    }
  }
}

TEST(ChoraleRows, TheCopyIsWhatFollowedTheLongestEqualPassage) {
  const Step a{40, 35, 30, 20}, b{41, 36, 31, 21}, c{42, 37, 32, 22}, d{43, 38, 33, 23};
  // After "a b" stands c, after "c a b" stands d; the last step comes after "c a b".
  const std::vector<ChoraleRow> rows = EncodeChorale({a, b, c, a, b, d, c, a, b, a});
  for (size_t v = 0; v < kVoices; ++v) {
    EXPECT_EQ(rows[5].voices[v].references[2], c[v]);
    EXPECT_EQ(rows[9].voices[v].references[2], d[v]);
    EXPECT_EQ(rows[2].voices[v].references[2], kRest);
  }
}

}  // namespace
}  // namespace ledgerline::chorales
