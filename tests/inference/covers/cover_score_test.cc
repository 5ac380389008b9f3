#include "inference/covers/cover_score.h"

#include <gtest/gtest.h>

#include "inference/music/smf.h"
#include "inference/tokens/arranger.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

using tokens::Piece;

// Score -> piece -> rows' events -> score -> file -> score -> piece: nothing of the music is lost on the way.
TEST(CoverScore, ScoreToTokensAndBack) {
  const Piece piece = tokens::ArrangeForTraining(tokens::SampleSong(6), "art-song").value();
  const music::Score written = ToScore(piece, 500'000, *FindStyle("art-song"), "Sample");
  const music::Score read = music::ReadSmf(music::WriteSmf(written).value()).value();
  const Piece again = tokens::ArrangeForTraining(read, "art-song").value();
  ASSERT_EQ(again.bars.size(), piece.bars.size());
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    EXPECT_EQ(again.bars[k].melody, piece.bars[k].melody) << k;
    EXPECT_EQ(again.bars[k].events, piece.bars[k].events) << k;
    EXPECT_EQ(again.bars[k].chords, piece.bars[k].chords) << k;
    EXPECT_EQ(again.bars[k].length, piece.bars[k].length) << k;
  }
  EXPECT_EQ(again.tonic, piece.tonic);
}

Piece OneBar(std::vector<tokens::Event> events) {
  Piece piece;
  tokens::PieceBar bar;
  bar.melody = {{0, 72, 96, false}};
  bar.events = std::move(events);
  piece.bars = {bar, bar};
  piece.bars[1].melody[0].tied = true;
  piece.bars[1].events.clear();
  return piece;
}

TEST(CoverScore, TiedMelodyNotesAreOneNote) {
  const std::vector<music::Note> melody = MelodyOf(OneBar({}));
  ASSERT_EQ(melody.size(), 1u);
  EXPECT_EQ(melody[0].duration, 192);
}

TEST(CoverScore, SingleLinesAreCutAndChordsAreNot) {
  const std::vector<tokens::Event> cello = {{0, tokens::kCello, 48, tokens::DurationSymbol(96)},
                                            {24, tokens::kCello, 50, tokens::DurationSymbol(24)}};
  music::Score score = ToScore(OneBar(cello), 500'000, *FindStyle("string-quartet"), "");
  ASSERT_EQ(score.parts.size(), 2u);
  EXPECT_EQ(score.parts[1].notes[0].duration, 24);
  const std::vector<tokens::Event> keys = {{0, tokens::kKeysLow, 48, tokens::DurationSymbol(96)},
                                           {24, tokens::kKeysLow, 50, tokens::DurationSymbol(24)}};
  score = ToScore(OneBar(keys), 500'000, *FindStyle("art-song"), "");
  EXPECT_EQ(score.parts[1].notes[0].duration, 96);
}

TEST(CoverScore, StringsHoldUntilTheirNextNote) {
  const auto durations = [](std::vector<tokens::Event> cello, Piece piece = OneBar({})) {
    for (tokens::PieceBar& bar : piece.bars) bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
    piece.bars[0].events = std::move(cello);
    piece.bars[1].events = {{0, tokens::kCello, 48, tokens::DurationSymbol(96)}};
    std::vector<int64_t> found;
    const music::Score score = ToScore(piece, 500'000, *FindStyle("string-quartet"), "");
    for (const music::Note& note : score.parts[1].notes) found.push_back(note.duration);
    return found;
  };
  // A quarter and a rest, twice, are two halves; a quarter alone lasts while its chord does, and so does what is
  // shorter.
  const int quarter = tokens::DurationSymbol(24);
  EXPECT_EQ(durations({{0, tokens::kCello, 48, quarter}, {48, tokens::kCello, 43, quarter}}),
            (std::vector<int64_t>{48, 48, 96}));
  EXPECT_EQ(durations({{0, tokens::kCello, 48, quarter}}), (std::vector<int64_t>{96, 96}));
  EXPECT_EQ(durations({{0, tokens::kCello, 48, tokens::DurationSymbol(6)}}), (std::vector<int64_t>{96, 96}));
  // A run stays one.
  const int sixteenth = tokens::DurationSymbol(6);
  EXPECT_EQ(durations({{0, tokens::kCello, 48, sixteenth}, {6, tokens::kCello, 50, sixteenth}}),
            (std::vector<int64_t>{6, 6, 96}));
  // Where the melody rests, so do they.
  Piece rests = OneBar({});
  rests.bars[0].melody = {{0, 72, 48, false}};
  rests.bars[1].melody[0].tied = false;
  EXPECT_EQ(durations({{0, tokens::kCello, 48, quarter}}, rests), (std::vector<int64_t>{48, 96}));
  // A breath is no rest.
  rests.bars[0].melody = {{0, 72, 48, false}, {60, 72, 36, false}};
  EXPECT_EQ(durations({{0, tokens::kCello, 48, quarter}}, rests), (std::vector<int64_t>{96, 96}));
}

TEST(CoverScore, ANoteThatTheNextChordHasIsHeldIntoIt) {
  const auto held = [](int pitch) {
    Piece piece = OneBar({});
    piece.bars[0].chords = {};
    for (size_t slot = 0; slot < piece.bars[0].chords.size(); ++slot) {
      piece.bars[0].chords[slot] = tokens::ChordSymbolOf(slot < 2 ? 0 : 7, tokens::kMajor);  // C, then G
    }
    piece.bars[0].events = {{0, tokens::kCello, pitch, tokens::DurationSymbol(24)}};
    return ToScore(piece, 500'000, *FindStyle("string-quartet"), "").parts[1].notes[0].duration;
  };
  EXPECT_EQ(held(43), 96);  // G
  EXPECT_EQ(held(48), 48);  // C
}

TEST(CoverScore, VoicesHoldToTheirNextNoteAndRestBehindIt) {
  const int quarter = tokens::DurationSymbol(24);
  const Piece piece = OneBar({{0, tokens::kAltoVoice, 64, quarter}, {48, tokens::kAltoVoice, 62, quarter}});
  const music::Score motet = ToScore(piece, 500'000, *FindStyle("motet"), "");
  EXPECT_EQ(motet.parts[1].notes[0].duration, 48);
  EXPECT_EQ(motet.parts[1].notes[1].duration, 24);
}

TEST(CoverScore, HandsThatHaveAllStoppedHoldWhatTheyStruck) {
  const int quarter = tokens::DurationSymbol(24);
  Piece piece = OneBar({{0, tokens::kKeysLow, 48, quarter}, {0, tokens::kKeysHigh, 64, quarter}});
  for (tokens::PieceBar& bar : piece.bars) bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
  const auto left_hand = [&](std::string_view style) {
    return ToScore(piece, 500'000, *FindStyle(style), "").parts.back().notes[0].duration;
  };
  EXPECT_EQ(left_hand("art-song"), 96);
  EXPECT_EQ(left_hand("waltz"), 24);  // a dance may leave its third beat empty
  piece.bars[0].events.push_back({24, tokens::kKeysHigh, 67, quarter});
  EXPECT_EQ(left_hand("art-song"), 24);  // the other hand goes on
  piece.bars[0].events.pop_back();
  piece.bars[0].melody = {{0, 72, 24, false}};
  piece.bars[1].melody = {{0, 72, 96, false}};
  EXPECT_EQ(left_hand("art-song"), 24);  // the melody rests
  piece = OneBar({{0, tokens::kKeysLow, 48, quarter}, {0, tokens::kKeysHigh, 64, quarter}});
  for (size_t slot = 0; slot < piece.bars[0].chords.size(); ++slot)
    piece.bars[0].chords[slot] = tokens::ChordSymbolOf(slot < 2 ? 0 : 7, tokens::kMajor);
  EXPECT_EQ(left_hand("art-song"), 48);  // G major has no C
}

TEST(CoverScore, AHandLetsGoWhatIsOutOfReach) {
  const int half = tokens::DurationSymbol(48);
  const auto held = [&](int next) {
    const Piece piece = OneBar({{0, tokens::kKeysLow, 59, half}, {24, tokens::kKeysLow, next, half}});
    return ToScore(piece, 500'000, *FindStyle("art-song"), "").parts.back().notes[0].duration;
  };
  EXPECT_EQ(held(45), 48);
  EXPECT_EQ(held(44), 24);
  EXPECT_EQ(held(59), 24);
}

TEST(CoverScore, NoRestUnderAnEighthIsLeftBehindANote) {
  const auto durations = [](std::vector<tokens::Event> events, std::string_view style) {
    const music::Score score = ToScore(OneBar(std::move(events)), 500'000, *FindStyle(style), "");
    std::vector<int64_t> found;
    for (const music::Note& note : score.parts.back().notes) found.push_back(note.duration);
    return found;
  };
  const int thirty_second = tokens::DurationSymbol(3), sixteenth = tokens::DurationSymbol(6);
  const std::vector<tokens::Event> left = {{0, tokens::kKeysLow, 48, thirty_second},
                                           {12, tokens::kKeysLow, 52, sixteenth},
                                           {42, tokens::kKeysLow, 55, sixteenth},
                                           {54, tokens::kKeysLow, 48, tokens::DurationSymbol(24)}};
  EXPECT_EQ(durations(left, "art-song"), (std::vector<int64_t>{12, 12, 6, 30}));
  // A triplet's notes are as long as they are; the hand's own melody ends what it accompanies with.
  EXPECT_EQ(durations({{0, tokens::kKeysLow, 48, tokens::DurationSymbol(8)}}, "waltz"), std::vector<int64_t>{8});
  Piece piece = OneBar({{0, tokens::kKeysHigh, 60, thirty_second}});
  piece.bars[0].melody = {{0, 72, 6, false}, {6, 74, 90, false}};
  const music::Score score = ToScore(piece, 500'000, *FindStyle("waltz"), "");
  EXPECT_EQ(score.parts[0].notes[0], (music::Note{0, 6, 60, 66}));
}

TEST(CoverScore, TheModeIsStatedForWhoReads) {
  Piece piece = OneBar({{0, tokens::kCello, 45, tokens::DurationSymbol(96)}});
  piece.bars[0].melody = {{0, 69, 48, false}, {48, 68, 24, false}, {72, 72, 24, false}};
  piece.bars[1].melody = {{0, 69, 48, false}, {48, 64, 24, false}, {72, 69, 24, false}};
  piece.bars[1].events = {{0, tokens::kCello, 45, tokens::DurationSymbol(96)}};
  EXPECT_TRUE(ToScore(piece, 500'000, *FindStyle("string-quartet"), "").keys[0].minor);
  for (tokens::PieceBar& bar : piece.bars) {
    bar.melody = {{0, 72, 48, false}, {48, 76, 24, false}, {72, 67, 24, false}};
    bar.events[0].pitch = 48;
  }
  EXPECT_FALSE(ToScore(piece, 500'000, *FindStyle("string-quartet"), "").keys[0].minor);
}

TEST(CoverScore, OneHandPlaysAPitchOnce) {
  const std::vector<tokens::Event> right = {{24, tokens::kKeysHigh, 72, tokens::DurationSymbol(24)},
                                            {24, tokens::kKeysHigh, 64, tokens::DurationSymbol(24)}};
  const music::Score score = ToScore(OneBar(right), 500'000, *FindStyle("piano"), "");
  ASSERT_EQ(score.parts.size(), 1u);
  EXPECT_EQ(score.parts[0].notes.size(), 2u);  // the melody and the 64
}

TEST(CoverScore, PickupsAndCutsGetMetresThatKeepTheBarLines) {
  Piece piece = OneBar({});
  piece.bars[0].length = 24;
  piece.bars[0].melody = {{0, 72, 24, false}};
  piece.bars[1].melody = {{0, 74, 96, false}};
  const music::Score score = ToScore(piece, 500'000, *FindStyle("hymn"), "");
  ASSERT_EQ(score.metres.size(), 2u);
  EXPECT_EQ(score.metres[0], (music::Metre{0, 1, 4}));
  EXPECT_EQ(score.metres[1], (music::Metre{24, 4, 4}));
  EXPECT_EQ(music::BarsOf(score).size(), 2u);
}

}  // namespace
}  // namespace ledgerline::covers
