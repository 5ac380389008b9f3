#include "inference/tokens/conditioning.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "schemas/hash.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::tokens {
namespace {

Conditioning Sample(uint64_t seed, size_t bars) {
  Conditioning conditioning;
  conditioning.piece = RandomPiece(seed, bars);
  for (PieceBar& bar : conditioning.piece.bars) bar.events.clear();
  conditioning.quarter_us = 480'000;
  return conditioning;
}

TEST(Conditioning, RoundTripsAndIsCanonical) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Result<std::string> bytes = SerialiseConditioning(Sample(seed, 1 + seed % 20));
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    const Result<Conditioning> read = ParseConditioning(*bytes);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*SerialiseConditioning(*read), *bytes);
    EXPECT_EQ(read->piece.bars.size(), 1 + seed % 20);
    EXPECT_EQ(read->quarter_us, 480'000);
  }
}

TEST(Conditioning, GoldenBytes) {
  // docs/formats/tokens.md shows these bytes: one bar of 4/4 in C, one half note.
  Conditioning conditioning;
  conditioning.piece.style = 2;
  conditioning.piece.roles = 7;
  PieceBar bar;
  bar.chords.fill(ChordSymbolOf(0, kMajor));
  bar.melody = {{0, 60, 48, false}};
  bar.density = 3;
  bar.polyphony = 4;
  conditioning.piece.bars = {bar};
  const Result<std::string> bytes = SerialiseConditioning(conditioning);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(HexEncode(*bytes),
            "4c4c434f4e44"
            "01"
            "02"
            "0007"
            "00"
            "01"
            "01"
            "0007a120"
            "0001"
            "60"
            "03"
            "04"
            "04"
            "18"
            "010101010101"
            "03"
            "04"
            "01"
            "003c3000");
}

TEST(Conditioning, EveryCutAndEveryTailIsRefused) {
  const std::string bytes = *SerialiseConditioning(Sample(1, 3));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(ParseConditioning(bytes.substr(0, size)).ok()) << size;
  const Status tail = ParseConditioning(bytes + '\0').status();
  EXPECT_EQ(tail.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(tail.message().find("1 bytes too many"), std::string::npos);
}

TEST(Conditioning, ErrorsNameFieldValueAndBound) {
  std::string bytes = *SerialiseConditioning(Sample(1, 1));
  bytes[7] = static_cast<char>(kStyles);
  const Status status = ParseConditioning(bytes).status();
  EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(), "conditioning: style 18 at byte 1 is outside 0 to 17");
  bytes = *SerialiseConditioning(Sample(1, 1));
  bytes[6] = 9;
  EXPECT_EQ(ParseConditioning(bytes).status().message(), "conditioning of another version");
}

TEST(Conditioning, RefusesTwoMelodyNotesAtOnce) {
  Conditioning conditioning = Sample(1, 1);
  conditioning.piece.bars[0].length = 96;
  conditioning.piece.bars[0].melody = {{0, 60, 48, false}, {24, 62, 24, false}};
  EXPECT_EQ(ParseConditioning(*SerialiseConditioning(conditioning)).status().code(), StatusCode::kOutOfRange);
}

TEST(Conditioning, WriterRefusesWhatTheFormatCannotHold) {
  Conditioning conditioning = Sample(1, 1);
  conditioning.piece.bars[0].length = 193;
  EXPECT_EQ(SerialiseConditioning(conditioning).status().code(), StatusCode::kOutOfRange);
}

TEST(Conditioning, WhatIsAcceptedIsCanonical) {
  rc::check("flipping a byte gives an error or another canonical text", [] {
    std::string bytes = *SerialiseConditioning(Sample(*rc::gen::inRange(0, 9), 4));
    const size_t at = *rc::gen::inRange<size_t>(0, bytes.size());
    bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    const Result<Conditioning> read = ParseConditioning(bytes);
    if (read.ok()) RC_ASSERT(*SerialiseConditioning(*read) == bytes);
  });
}

}  // namespace
}  // namespace ledgerline::tokens
