#include "inference/fingerprint/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "crypto/sha256.h"

namespace ledgerline::fingerprint {
namespace {

using ::testing::HasSubstr;

TEST(MidiFingerprint, IsPlainSha256) {
  // FIPS 180-4's example "abc".
  EXPECT_EQ(MidiFingerprint("abc").ToHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(PcmFingerprint, HashesTheDocumentedBytes) {
  const std::vector<int16_t> samples = {0, 1, -1, 0x1234};
  const std::string bytes = HexDecode("4c4c50434d0100020000ac440000000200000100ffff3412").value();
  EXPECT_EQ(PcmFingerprint(samples, 2, 44'100).value(), crypto::Sha256(bytes));
}

TEST(PcmFingerprint, DependsOnTheFormatAndEverySample) {
  std::vector<int16_t> samples(70'000, 5);  // more than two blocks
  const Hash256 stereo = PcmFingerprint(samples, 2, 44'100).value();
  EXPECT_NE(PcmFingerprint(samples, 1, 44'100).value(), stereo);
  EXPECT_NE(PcmFingerprint(samples, 2, 48'000).value(), stereo);
  EXPECT_EQ(PcmFingerprint(samples, 2, 44'100).value(), stereo);
  samples.back() = 6;
  EXPECT_NE(PcmFingerprint(samples, 2, 44'100).value(), stereo);
}

TEST(PcmFingerprint, RefusesWhatIsNoSound) {
  const std::vector<int16_t> samples(3);
  EXPECT_THAT(PcmFingerprint(samples, 0, 44'100).status().message(), HasSubstr("channels 0 is outside 1 to 8"));
  EXPECT_THAT(PcmFingerprint(samples, 9, 44'100).status().message(), HasSubstr("channels 9"));
  EXPECT_THAT(PcmFingerprint(samples, 3, 7999).status().message(), HasSubstr("7999 is outside"));
  EXPECT_THAT(PcmFingerprint(samples, 2, 44'100).status().message(), HasSubstr("samples 3 are not whole frames of 2"));
}

}  // namespace
}  // namespace ledgerline::fingerprint
