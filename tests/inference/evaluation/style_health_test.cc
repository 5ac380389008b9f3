#include "inference/evaluation/style_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Piece;

std::vector<Piece> Varied(uint64_t first, size_t count) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < count; ++i) {
    pieces.push_back(tokens::RandomPiece(first + i, 24));
    pieces.back().bars[0].length = 96;
  }
  return pieces;
}

std::vector<const Piece*> Borrowed(const std::vector<Piece>& pieces) {
  std::vector<const Piece*> borrowed;
  for (const Piece& piece : pieces) borrowed.push_back(&piece);
  return borrowed;
}

const HealthRow& RowOf(const std::vector<HealthRow>& rows, std::string_view name) {
  for (const HealthRow& row : rows) {
    if (row.measure == name) return row;
  }
  ADD_FAILURE() << "no row " << name;
  return rows.front();
}

TEST(Agreement, IsOneForTheSameAndZeroForDisjoint) {
  EXPECT_NEAR(Agreement({1, 3}, {2, 6}), 1, 1e-12);  // shares, not counts
  EXPECT_NEAR(Agreement({1, 0}, {0, 5}), 0, 1e-12);
  EXPECT_EQ(Agreement({0, 0}, {1, 1}), 0);
  // (1, 0) and (1/2, 1/2): JSD = 3/4 log2(4/3) = .3113 bits.
  EXPECT_NEAR(Agreement({2, 0}, {1, 1}), 1 - 0.311278, 1e-6);
}

TEST(StyleHealth, OutputsLikeTheCorpusRaiseNoAlarm) {
  const std::vector<Piece> corpus = Varied(1, 60), outputs = Varied(1000, 40);
  const std::vector<HealthRow> rows = JudgeHealth(Borrowed(outputs), ProfileOf(Borrowed(corpus)));
  ASSERT_EQ(rows.size(), 6u);
  for (const HealthRow& row : rows) {
    EXPECT_FALSE(row.alarm) << row.measure << " " << row.permille;
    EXPECT_NEAR(static_cast<double>(row.permille), 1000, 120) << row.measure;
  }
}

TEST(StyleHealth, OneOutputAgainAndAgainRaisesTheAlarmsOfSameness) {
  const std::vector<Piece> corpus = Varied(1, 60), outputs(40, tokens::RandomPiece(1000, 24));
  const std::vector<HealthRow> rows = JudgeHealth(Borrowed(outputs), ProfileOf(Borrowed(corpus)));
  EXPECT_TRUE(RowOf(rows, "distinct 8-grams").alarm);
  EXPECT_TRUE(RowOf(rows, "chroma distance").alarm);
  EXPECT_TRUE(RowOf(rows, "groove distance").alarm);
  EXPECT_EQ(RowOf(rows, "groove distance").value, 0);
}

TEST(StyleHealth, IntervalsRhythmsAndChordsThatMovedAwayRaiseTheirs) {
  const std::vector<Piece> corpus = Varied(1, 60);
  std::vector<Piece> outputs = Varied(1000, 40);
  for (Piece& piece : outputs) {
    for (tokens::PieceBar& bar : piece.bars) {
      bar.chords.fill(tokens::ChordSymbolOf(piece.tonic, tokens::kAugmented));
      bar.events.clear();
      for (int onset = 0; onset < 96; onset += 3) bar.events.push_back({onset, tokens::kKeysLow, 40 + onset % 2, 2});
    }
  }
  const std::vector<HealthRow> rows = JudgeHealth(Borrowed(outputs), ProfileOf(Borrowed(corpus)));
  EXPECT_TRUE(RowOf(rows, "interval agreement").alarm);
  EXPECT_TRUE(RowOf(rows, "rhythm agreement").alarm);
  EXPECT_TRUE(RowOf(rows, "chord agreement").alarm);
}

TEST(StyleHealth, OnlyTheLastTwoHundredAreJudged) {
  const std::vector<Piece> corpus = Varied(1, 60);
  std::vector<Piece> outputs(300, tokens::RandomPiece(7, 24));
  const std::vector<Piece> fresh = Varied(1000, kHealthOutputs);
  outputs.insert(outputs.end(), fresh.begin(), fresh.end());
  for (const HealthRow& row : JudgeHealth(Borrowed(outputs), ProfileOf(Borrowed(corpus)))) {
    EXPECT_FALSE(row.alarm) << row.measure;
  }
}

TEST(StyleHealth, TooFewOutputsSayNothing) {
  const StyleProfile profile = ProfileOf(Borrowed(Varied(1, 60)));
  EXPECT_TRUE(JudgeHealth({}, profile).empty());
  EXPECT_TRUE(JudgeHealth(Borrowed(Varied(50, kHealthLeast - 1)), profile).empty());
  EXPECT_FALSE(JudgeHealth(Borrowed(Varied(50, kHealthLeast)), profile).empty());
}

TEST(StyleProfiles, OneProfileHasOneText) {
  const StyleProfiles profiles = {{"art-song", ProfileOf(Borrowed(Varied(1, 9)))}, {"waltz", StyleProfile()}};
  const std::string text = FormatProfiles(profiles);
  const Result<StyleProfiles> read = ParseProfiles(text);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read, profiles);
  EXPECT_EQ(FormatProfiles(*read), text);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(StyleProfiles, TheReaderNamesWhatItRefuses) {
  const std::string text = FormatProfiles({{"art-song", StyleProfile()}, {"waltz", StyleProfile()}});
  const auto refusal = [](const std::string& bytes) { return ParseProfiles(bytes).status().ToString(); };
  EXPECT_THAT(refusal(""), testing::HasSubstr("line 1: not \"ledgerline style profiles 1\""));
  EXPECT_THAT(refusal(Replaced(text, "art-song", "Art Song")), testing::HasSubstr("line 2: not \"style NAME\""));
  EXPECT_THAT(refusal(Replaced(text, "waltz", "art-song")), testing::HasSubstr("styles do not rise: art-song"));
  EXPECT_THAT(refusal(Replaced(text, "rhythms", "rythms")), testing::HasSubstr("line 4: not \"rhythms ...\""));
  EXPECT_THAT(refusal(Replaced(text, "chroma_distance 0", "chroma_distance 1000001")),
              testing::HasSubstr("chroma_distance 1000001 is outside 0 to 1000000"));
  EXPECT_THAT(refusal(Replaced(text, "chroma_distance 0", "chroma_distance -1")), testing::HasSubstr("outside"));
  EXPECT_THAT(refusal(Replaced(text, "chroma_distance 0", "chroma_distance 00")), testing::HasSubstr("leading zeros"));
  EXPECT_THAT(refusal(Replaced(text, "chroma_distance 0", "chroma_distance 0 1")),
              testing::HasSubstr("more than its numbers"));
  EXPECT_THAT(refusal(Replaced(text, "chroma_distance 0", "chroma_distance")), testing::HasSubstr("lacks a number"));
  EXPECT_FALSE(ParseProfiles(text.substr(0, text.size() - 1)).ok());
  EXPECT_EQ(ParseProfiles(std::string(kMaxProfileBytes + 1, 'x')).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::evaluation
