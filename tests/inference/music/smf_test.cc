#include "inference/music/smf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::music {
namespace {

using ::testing::HasSubstr;

std::string Bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  return HexDecode(digits).value();
}

// One track of format 0 or 1 around `body`, which gets its length; 96 ticks per quarter note.
std::string File(std::string_view body_hex, std::string_view header = "4d546864 00000006 0000 0001 0060") {
  const std::string body = Bytes(body_hex);
  std::string file = Bytes(header) + "MTrk";
  for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(body.size() >> shift);
  return file + body;
}

void ExpectError(const std::string& file, StatusCode code, std::string_view words) {
  const auto score = ReadSmf(file);
  ASSERT_FALSE(score.ok()) << words;
  EXPECT_EQ(score.status().code(), code) << score.status().ToString();
  EXPECT_THAT(score.status().message(), HasSubstr(std::string(words)));
}

// The example of format 0 in RP-001, "Appendix 1": the bytes are the standard's own, running status included.
constexpr std::string_view kStandardFormat0 =
    "4d546864 00000006 0000 0001 0060 4d54726b 0000003b"
    "00 ff58 04 04 02 18 08  00 ff51 03 07a120  00 c0 05  00 c1 2e  00 c2 46"
    "00 92 30 60  00 3c 60  60 91 43 40  60 90 4c 20  8140 82 30 40  00 3c 40  00 81 43 40  00 80 4c 40  00 ff2f 00";
// The same music as format 1, four tracks, from the same appendix.
constexpr std::string_view kStandardFormat1 =
    "4d546864 00000006 0001 0004 0060"
    "4d54726b 00000014 00 ff58 04 04 02 18 08 00 ff51 03 07a120 8300 ff2f 00"
    "4d54726b 00000010 00 c0 05 8140 90 4c 20 8140 4c 00 00 ff2f 00"
    "4d54726b 0000000f 00 c1 2e 60 91 43 40 8220 43 00 00 ff2f 00"
    "4d54726b 00000015 00 c2 46 00 92 30 60 00 3c 60 8300 30 00 00 3c 00 00 ff2f 00";

TEST(ReadSmf, ReadsTheStandardsOwnExamples) {
  Score expected;
  expected.ticks_per_quarter = 96;
  expected.metres = {{0, 4, 4}};
  expected.tempos = {{0, 500'000}};
  expected.parts = {{"", 5, false, {{192, 192, 76, 32}}},
                    {"", 46, false, {{96, 288, 67, 64}}},
                    {"", 70, false, {{0, 384, 48, 96}, {0, 384, 60, 96}}}};
  for (const std::string_view hex : {kStandardFormat0, kStandardFormat1}) {
    const auto score = ReadSmf(Bytes(hex));
    ASSERT_TRUE(score.ok()) << score.status().ToString();
    EXPECT_EQ(*score, expected);
  }
}

TEST(ReadSmf, KeepsNamesKeysAndSkipsWhatAScoreDoesNotHold) {
  const auto score =
      ReadSmf(File("00 ff03 03 4fe965"  // "O\xE9e": Latin-1
                   "00 ff59 02 fd 01"   // three flats, minor
                   "00 ff01 02 6869 00 f0 03 0102f7 00 f7 02 f3 01 00 b0 07 64 00 e0 00 40 00 a0 3c 10 00 d0 11"
                   "00 99 23 40 18 89 23 00 00 ff2f 00 ff"));  // what follows End of Track is not read
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(score->title,
            "O\xC3\xA9"
            "e");
  EXPECT_EQ(score->keys, (std::vector<Key>{{0, -3, true}}));
  ASSERT_EQ(score->parts.size(), 1u);
  EXPECT_TRUE(score->parts[0].drums);
}

TEST(ReadSmf, PairsOverlappingNotesOldestFirstAndClosesHangingOnes) {
  const auto score = ReadSmf(File("00 90 3c 40 10 3c 41 10 3c 00 10 3c 00 00 3e 40 20 ff2f 00"));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(score->parts[0].notes, (std::vector<Note>{{0, 32, 60, 64}, {16, 32, 60, 65}, {48, 32, 62, 64}}));
}

TEST(ReadSmf, ANoteWithoutLengthLastsOneTick) {
  const auto score = ReadSmf(File("05 90 3c 40 00 80 3c 00 00 ff2f 00"));
  EXPECT_EQ(score->parts[0].notes, (std::vector<Note>{{5, 1, 60, 64}}));
}

TEST(ReadSmf, TakesTheProgramInForceAtTheFirstNote) {
  const auto score = ReadSmf(File("00 c0 00 00 c0 28 10 90 3c 40 10 3c 00 00 c0 30 00 ff2f 00"));
  EXPECT_EQ(score->parts[0].program, 40);
}

TEST(ReadSmf, SkipsUnknownChunksAndLongerHeaders) {
  const auto score = ReadSmf(Bytes("4d546864 00000008 0000 0001 0060 beef 58595a5a 00000002 0102") + "MTrk" +
                             Bytes("0000000c 00 90 3c 40 10 3c 00 00 ff2f 00 00"));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(score->NoteCount(), 1u);
}

TEST(ReadSmf, NamesOffsetFieldValueAndBound) {
  const auto bad = StatusCode::kInvalidArgument;
  const auto range = StatusCode::kOutOfRange;
  ExpectError("", bad, "SMF byte 0: no MThd header");
  ExpectError("RIFF", bad, "no MThd header");
  ExpectError(Bytes("4d546864 00000006 0002 0001 0060"), bad, "format 2");
  ExpectError(Bytes("4d546864 00000006 0003 0001 0060"), bad, "format 3 is unknown");
  ExpectError(Bytes("4d546864 00000006 0001 0001 e728"), bad, "SMF byte 12: SMPTE");
  ExpectError(Bytes("4d546864 00000006 0001 0001 0000"), range, "ticks per quarter note 0 is outside 1 to 32767");
  ExpectError(Bytes("4d546864 00000006 0001 0401 0060"), range, "tracks 1025 is outside 1 to 1024");
  ExpectError(Bytes("4d546864 00000006 0001 0000 0060"), bad, "declares 0 tracks");
  ExpectError(Bytes("4d546864 00000006 0000 0002 0060"), bad, "format 0 has one track");
  ExpectError(Bytes("4d546864 00000005 0000 0001 00"), bad, "MThd length 5 is below 6");
  ExpectError(Bytes("4d546864 00000006 0001 0001 0060"), bad, "declares 1 tracks, the file has 0");
  ExpectError(Bytes("4d546864 00000006 0001 0001 0060 4d54726b 00000010 00"), bad,
              "chunk MTrk needs 16 bytes, 1 are left");
  ExpectError(File("00 3c 40"), bad, "SMF byte 23: data byte 60 where a status byte");
  ExpectError(File("00 90 3c"), bad, "velocity is missing");
  ExpectError(File("00 90 80 40"), bad, "SMF byte 24: key number 128 is outside 0 to 127");
  ExpectError(File("8080808000 90 3c 40"), bad, "delta-time is a variable-length quantity of more than 4 bytes");
  ExpectError(File("00 f1 00"), bad, "status byte 241 may not stand in a file");
  ExpectError(File("00 ff51 03 000000"), range, "tempo (microseconds per quarter note) 0 is outside 1 to 16777215");
  ExpectError(File("00 ff51 02 0000"), bad, "tempo length 2 is below 3");
  ExpectError(File("00 ff58 04 04 07 18 08"), range, "denominator power 7 is outside 0 to 6");
  ExpectError(File("00 ff58 04 00 02 18 08"), range, "numerator 0 is outside 1 to 255");
  ExpectError(File("00 ff59 02 08 00"), range, "key signature 8 is outside -7 to 7");
  ExpectError(File("00 ff59 02 07 02"), range, "mode 2 is outside 0 to 1");
  ExpectError(File("00 f0 7f 01"), bad, "system exclusive event needs 127 bytes, 1 are left");
  ExpectError(File("00 ff01 8100 01"), bad, "meta event 1 needs 128 bytes, 1 are left");
}

TEST(ReadSmf, HoldsTheTickCeilingOnBothSides) {
  // 96 ticks x 100,000 quarter notes = 9,600,000 = 0x927C00: 84 c9 f8 00 as a variable-length quantity.
  EXPECT_TRUE(ReadSmf(File("84c9f800 ff2f 00")).ok());
  ExpectError(File("84c9f801 ff2f 00"), StatusCode::kOutOfRange, "tick 9600001 is outside 0 to 9600000");
}

TEST(ReadSmf, HoldsTheSizeAndNoteBounds) {
  ExpectError(std::string(kMaxSmfBytes + 1, 'M'), StatusCode::kOutOfRange, "SMF size 16777217 is above 16777216 bytes");
  std::string notes = Bytes("00 90");
  for (size_t i = 0; i <= kMaxSmfNotes; ++i) {
    if (i > 0) notes += '\0';
    notes += "\x3c\x40";
  }
  const std::string file = File(HexEncode(notes));
  ExpectError(file, StatusCode::kOutOfRange, "notes 1000001 is outside 0 to 1000000");
}

TEST(WriteSmf, WritesTheDocumentedBytes) {
  Score score;
  score.title = "A";
  score.ticks_per_quarter = 96;
  score.metres = {{0, 3, 4}};
  score.tempos = {{0, 600'000}};
  score.keys = {{0, -2, true}};
  score.parts = {{"V", 52, false, {{0, 192, 60, 80}, {0, 96, 64, 70}}}};
  const auto file = WriteSmf(score);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(HexEncode(*file), HexEncode(Bytes("4d546864 00000006 0001 0002 0060"
                                              "4d54726b 0000001e 00 ff03 01 41 00 ff58 04 03 02 18 08 00 ff59 02 fe 01"
                                              "00 ff51 03 0927c0 00 ff2f 00"
                                              "4d54726b 0000001c 00 ff03 01 56 00 c0 34 00 90 3c 50 00 90 40 46"
                                              "60 80 40 40 60 80 3c 40 00 ff2f 00")));
}

TEST(WriteSmf, RefusesWhatAFileCannotHold) {
  const auto error = [](auto&& change) {
    Score score;
    score.parts = {{"", 0, false, {{0, 24, 60, 80}}}};
    change(score);
    const auto file = WriteSmf(score);
    return file.ok() ? std::string("ok") : file.status().ToString();
  };
  EXPECT_EQ(error([](Score&) {}), "ok");
  EXPECT_THAT(error([](Score& s) { s.ticks_per_quarter = 32768; }), HasSubstr("32768 is outside 1 to 32767"));
  EXPECT_THAT(error([](Score& s) { s.parts[0].program = 128; }), HasSubstr("part 0: program 128 is outside 0 to 127"));
  EXPECT_THAT(error([](Score& s) { s.parts[0].notes[0].velocity = 0; }), HasSubstr("velocity 0 is outside 1 to 127"));
  EXPECT_THAT(error([](Score& s) { s.parts[0].notes[0].duration = 0; }), HasSubstr("duration 0 is outside 1"));
  EXPECT_THAT(error([](Score& s) { s.parts[0].notes[0].onset = -1; }), HasSubstr("onset -1 is outside 0"));
  EXPECT_THAT(error([](Score& s) { s.parts[0].notes[0].onset = 2'400'000; }), HasSubstr("outside 1 to 0"));
  EXPECT_THAT(error([](Score& s) { s.metres = {{0, 4, 3}}; }), HasSubstr("denominator 3 is not a power of two"));
  EXPECT_THAT(error([](Score& s) { s.keys = {{0, 8, false}}; }), HasSubstr("fifths 8 is outside -7 to 7"));
  EXPECT_THAT(error([](Score& s) { s.tempos = {{0, 1 << 24}}; }), HasSubstr("outside 1 to 16777215"));
  EXPECT_THAT(error([](Score& s) { s.metres = {{96, 4, 4}, {96, 3, 4}}; }), HasSubstr("96 does not come after 96"));
}

Score Orchestra(int parts) {
  Score score;
  for (int i = 0; i < parts; ++i) score.parts.push_back({std::to_string(i), i, i == 3, {{0, 24, 60, 80}}});
  return score;
}

TEST(WriteSmf, GivesEveryPartItsOwnChannelAndPort) {
  for (const int parts : {1, 15, 16, 17, 40}) {
    const Score score = Orchestra(parts);
    const auto file = WriteSmf(score);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    EXPECT_EQ(ReadSmf(*file).value(), score) << parts;
    EXPECT_EQ(file->find("\xFF\x21") != std::string::npos, parts > 16) << parts;  // 16 parts: one of them is drums
  }
}

// Notes of one pitch that begin in order and end in order, as every score read from a file has them.
RC_GTEST_PROP(SmfRoundTrip, KeepsEveryScoreThatAFileCanHold, ()) {
  Score score;
  score.ticks_per_quarter = *rc::gen::inRange(1, 1000);
  score.title = *rc::gen::element<std::string>("", "Ode",
                                               "Stille N\xC3\xA4"
                                               "chte");
  const int64_t end = *rc::gen::inRange<int64_t>(1, 2000);
  const int parts = *rc::gen::inRange(0, 20);
  for (int i = 0; i < parts; ++i) {
    Part part{*rc::gen::element<std::string>("", "Voice", "Piano"),
              *rc::gen::inRange(0, 128),
              *rc::gen::arbitrary<bool>(),
              {}};
    const int count = *rc::gen::inRange(1, 12);
    for (int n = 0; n < count; ++n) {
      part.notes.push_back({*rc::gen::inRange<int64_t>(0, end), *rc::gen::inRange<int64_t>(1, 300),
                            *rc::gen::inRange(0, 128), *rc::gen::inRange(1, 128)});
    }
    score.parts.push_back(part);
  }
  score.keys = {{0, *rc::gen::inRange(-7, 8), *rc::gen::arbitrary<bool>()}};
  score.metres = {{0, *rc::gen::inRange(1, 256), 1 << *rc::gen::inRange(0, 7)}};
  score.tempos = {{0, *rc::gen::inRange(1, 1 << 24)}};
  score.markers = {{0, "0:major"}, {0, "7:dominant"}, {end, "verse"}};
  // Once through the file settles order and overlaps; from then on nothing may change, in bytes or in notes.
  const auto first = WriteSmf(score);
  RC_ASSERT(first.ok());
  const auto read = ReadSmf(*first);
  RC_ASSERT(read.ok());
  RC_ASSERT(read->NoteCount() == score.NoteCount());
  RC_ASSERT(read->markers == score.markers);
  const auto second = WriteSmf(*read);
  RC_ASSERT(second.ok());
  const auto again = ReadSmf(*second);
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == *read);
  RC_ASSERT(WriteSmf(*again).value() == *second);
}

RC_GTEST_PROP(SmfReader, NeverFailsWithoutAWord, (std::string noise)) {
  std::string file = Bytes(kStandardFormat1);
  for (size_t i = 0; i + 1 < noise.size(); i += 2) file[static_cast<uint8_t>(noise[i]) % file.size()] = noise[i + 1];
  const auto score = ReadSmf(file);
  if (!score.ok()) RC_ASSERT(score.status().message().size() > 10u);
}

}  // namespace
}  // namespace ledgerline::music
