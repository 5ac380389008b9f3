// C2SP tlog-cosignature. The golden note was made by Go 1.19 (crypto/ed25519 and golang.org/x/mod/sumdb/note with a
// signer of a few lines); the text is the specification's example.
#include "crypto/cosignature.h"

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"

namespace ledgerline::crypto {
namespace {

constexpr char kText[] = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr char kLogKey[] = "example.com/behind-the-sofa+04fa2010+Af7BQoZz9q/okmSzgHNErosmnRJaUDhVICaH21pxKFef";
constexpr char kWitnessKey[] = "witness.example.com/w1+5f2febaf+BMhTrQ8M0rYZrqks7sT9VqJNZJnVhM55JX5Fz9gTm2Cn";
constexpr char kLogLine[] =
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "BPogEC+JZZ1F+YWWaze43vesScZxsNGrpRMXDNMi+IcD69uXaZ3N0TVRcYEo+5D3nrzd911HXgR/s8qKMAYPlGEkgQ8=";
constexpr char kWitnessLine[] =
    "\xE2\x80\x94 witness.example.com/w1 "
    "Xy/rrwAAAABkGFDL6xiGmErLsq1ZiG6Pv+2v7R2LxDMb3E0xUOlMZhVfeio17YvzSuK5Tvl29yr3lLe3gojQsl//ImMZvd2sOnfjDQ==";
constexpr uint64_t kTime = 1679315147;

std::string GoldenNote() { return std::string(kText) + "\n" + kLogLine + "\n" + kWitnessLine + "\n"; }
KeySigner SignerOf(char fill) { return KeySigner(PrivateKey::FromSeed(std::string(32, fill)).value()); }

TEST(CosignatureTest, WhatGoMadeIsWhatWeMakeAndAccept) {
  const CosignerKey key = CosignerKey::Parse(kWitnessKey).value();
  EXPECT_EQ(key.ToString(), kWitnessKey);
  EXPECT_EQ(key, CosignerKey::Create("witness.example.com/w1", SignerOf('w').public_key()).value());
  EXPECT_EQ(CosignatureText(kTime, kText), std::string("cosignature/v1\ntime 1679315147\n") + kText);
  EXPECT_EQ(Cosign(kText, key.name(), SignerOf('w'), kTime).value().ToLine(), kWitnessLine);
  const SignedNote note = SignedNote::Parse(GoldenNote()).value();
  EXPECT_EQ(CosignedAt(note, key).value(), kTime);
  // The log's own signature stands beside it, by the same library.
  EXPECT_EQ(OpenCheckpoint(GoldenNote(), VerifierKey::Parse(kLogKey).value()).value().size, TreeSize{20852163});
  SignedNote ours = MakeNote(kText).value();
  ASSERT_TRUE(ours.Sign("example.com/behind-the-sofa", SignerOf('s')).ok());
  EXPECT_EQ(ours.signatures[0].ToLine(), kLogLine);
}

TEST(CosignatureTest, EveryChangedByteIsRefusedOrNobodys) {
  const CosignerKey key = CosignerKey::Parse(kWitnessKey).value();
  const std::string good = GoldenNote();
  for (size_t i = 0; i < good.size(); ++i) {
    if (i >= sizeof(kText) && i < sizeof(kText) + sizeof(kLogLine)) continue;  // the log's line is not the witness's
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const Result<SignedNote> note = SignedNote::Parse(bad);
    if (!note.ok()) continue;
    const auto at = CosignedAt(*note, key);
    EXPECT_FALSE(at.ok() && at->has_value()) << "byte " << i;
  }
}

TEST(CosignatureTest, TheLatestOfSeveralCounts) {
  const CosignerKey key = CosignerKey::Parse(kWitnessKey).value();
  SignedNote note = MakeNote(kText).value();
  EXPECT_EQ(CosignedAt(note, key).value(), std::nullopt);
  for (const uint64_t at : {uint64_t{0}, kCosignatureTimeMax, kTime})
    note.signatures.push_back(Cosign(kText, key.name(), SignerOf('w'), at).value());
  EXPECT_EQ(CosignedAt(note, key).value(), kCosignatureTimeMax);
  EXPECT_EQ(Cosign(kText, key.name(), SignerOf('w'), kCosignatureTimeMax + 1).status().code(), StatusCode::kOutOfRange);
  // One false one among them refuses all.
  note.signatures[1].signature[20] ^= 1;
  EXPECT_EQ(CosignedAt(note, key).status().code(), StatusCode::kPermissionDenied);
}

TEST(CosignatureTest, KeysOfLogsAndOfWitnessesAreApart) {
  const KeySigner signer = SignerOf('w');
  const std::string log_key = VerifierKey::Create("witness.example.com/w1", signer.public_key()).value().ToString();
  EXPECT_EQ(CosignerKey::Parse(log_key).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifierKey::Parse(kWitnessKey).status().code(), StatusCode::kInvalidArgument);
  // An Ed25519 signature of the log's kind, put under the witness's key id, is a false cosignature.
  SignedNote note = MakeNote(kText).value();
  const CosignerKey key = CosignerKey::Parse(kWitnessKey).value();
  note.signatures.push_back({key.name(), key.key_id(), signer.Sign(kText).value().ToBytes()});
  EXPECT_EQ(CosignedAt(note, key).status().code(), StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace ledgerline::crypto
