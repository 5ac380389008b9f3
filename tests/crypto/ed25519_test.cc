// Golden values from RFC 8032 section 7.1.
#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include "crypto/signer.h"
#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55"
     "141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00"
     "d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "02"
     "7beceea1ec40a"},
};

std::string Raw(const char* hex) { return HexDecode(hex).value(); }

TEST(Ed25519Test, MatchesTheStandardsVectors) {
  for (const Vector& v : kVectors) {
    const PrivateKey key = PrivateKey::FromSeed(Raw(v.seed)).value();
    EXPECT_EQ(key.public_key().ToHex(), v.public_key);
    const Signature signature = key.Sign(Raw(v.message)).value();
    EXPECT_EQ(HexEncode(signature.ToBytes()), v.signature);
    EXPECT_TRUE(Verify(key.public_key(), Raw(v.message), signature));
  }
}

TEST(Ed25519Test, EveryChangedBitIsRefused) {
  const PrivateKey key = PrivateKey::FromSeed(Raw(kVectors[2].seed)).value();
  const std::string message = Raw(kVectors[2].message);
  const Signature signature = key.Sign(message).value();
  for (size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    Signature changed = signature;
    changed.bytes[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(Verify(key.public_key(), message, changed)) << "signature bit " << bit;
  }
  for (size_t bit = 0; bit < message.size() * 8; ++bit) {
    std::string changed = message;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Verify(key.public_key(), changed, signature)) << "message bit " << bit;
  }
  for (size_t bit = 0; bit < PublicKey::kSize * 8; ++bit) {
    PublicKey changed = key.public_key();
    changed.bytes[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(Verify(changed, message, signature)) << "key bit " << bit;
  }
}

TEST(Ed25519Test, AScalarPlusTheGroupOrderIsRefused) {
  // S + L is the same scalar modulo L; accepting it would make signatures malleable (RFC 8032 section 5.1.7).
  const PrivateKey key = PrivateKey::FromSeed(Raw(kVectors[1].seed)).value();
  Signature signature = key.Sign("m").value();
  const std::string order = Raw("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    const unsigned sum = signature.bytes[32 + i] + static_cast<uint8_t>(order[i]) + carry;
    signature.bytes[32 + i] = static_cast<uint8_t>(sum);
    carry = sum >> 8;
  }
  ASSERT_EQ(carry, 0u);
  EXPECT_FALSE(Verify(key.public_key(), "m", signature));
}

TEST(Ed25519Test, WrongSizesNameBothSizes) {
  EXPECT_EQ(PrivateKey::FromSeed("short").status().message(), "Ed25519 seed has 5 bytes, needs 32");
  EXPECT_EQ(PublicKey::FromBytes("x").status().message(), "Ed25519 public key has 1 bytes, needs 32");
  EXPECT_EQ(Signature::FromBytes(std::string(65, 'x')).status().message(), "Ed25519 signature has 65 bytes, needs 64");
}

class FixedRandom : public RandomSource {
 public:
  Status Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
    return Status::Ok();
  }

 private:
  uint8_t next_ = 0;
};

class BrokenRandom : public RandomSource {
 public:
  Status Fill(std::span<uint8_t>) override { return Internal("no entropy"); }
};

TEST(Ed25519Test, KeysComeFromTheGivenRandomness) {
  FixedRandom fixed;
  std::string seed;
  for (char i = 0; i < 32; ++i) seed.push_back(i);
  EXPECT_EQ(PrivateKey::Generate(fixed)->public_key(), PrivateKey::FromSeed(seed)->public_key());
  BrokenRandom broken;
  EXPECT_EQ(PrivateKey::Generate(broken).status().code(), StatusCode::kInternal);
  SystemRandom system;
  EXPECT_NE(PrivateKey::Generate(system)->public_key(), PrivateKey::Generate(system)->public_key());
}

TEST(Ed25519Test, ASignerSignsLikeItsKey) {
  const PrivateKey key = PrivateKey::FromSeed(Raw(kVectors[0].seed)).value();
  const KeySigner signer(key);
  EXPECT_EQ(signer.public_key(), key.public_key());
  EXPECT_EQ(signer.Sign("text").value(), key.Sign("text").value());
}

}  // namespace
}  // namespace ledgerline::crypto
