// C2SP tlog-checkpoint; the golden text is the specification's example.
#include "crypto/checkpoint.h"

#include <gtest/gtest.h>

#include "crypto/merkle.h"

namespace ledgerline::crypto {
namespace {

constexpr char kGolden[] = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(CheckpointTest, TheSpecificationsExampleReadsAndWritesBack) {
  const Checkpoint checkpoint = Checkpoint::Parse(kGolden).value();
  EXPECT_EQ(checkpoint.origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint.size, TreeSize{20852163});
  EXPECT_EQ(Base64Encode(checkpoint.root.view()), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
  EXPECT_EQ(checkpoint.Text(), kGolden);
  const Checkpoint extended = Checkpoint::Parse(std::string(kGolden) + "one\ntwo\n").value();
  EXPECT_EQ(extended.extensions, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(extended.Text(), std::string(kGolden) + "one\ntwo\n");
}

TEST(CheckpointTest, MalformedTextIsRefused) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  EXPECT_TRUE(Checkpoint::Parse("o\n0\n" + root + "\n").ok());
  EXPECT_TRUE(Checkpoint::Parse("o\n" + std::to_string(kTreeSizeMax) + "\n" + root + "\n").ok());
  for (const std::string& bad :
       {std::string(), std::string("o\n"), std::string("o\n1\n"), "o\n1\n" + root, "\n1\n" + root + "\n",
        "o\n01\n" + root + "\n", "o\n-1\n" + root + "\n", "o\n+1\n" + root + "\n", "o\n1 \n" + root + "\n",
        "o\n\n" + root + "\n", "o\n" + std::to_string(kTreeSizeMax + 1) + "\n" + root + "\n",
        "o\n99999999999999999999\n" + root + "\n", "o\n18446744073709551616\n" + root + "\n",
        std::string("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n"), "o\n1\n" + root + "\n\n",
        "o\n1\n" + root + "\n\nx\n", "o\n1\n" + root + "x\n"}) {
    EXPECT_EQ(Checkpoint::Parse(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(CheckpointTest, SignedAndOpened) {
  const KeySigner signer(PrivateKey::FromSeed(std::string(32, 's')).value());
  const VerifierKey key = VerifierKey::Create("log.example", signer.public_key()).value();
  const Checkpoint checkpoint{"log.example", TreeSize{3}, LeafHash("x"), {}};
  const std::string note = SignCheckpoint(checkpoint, signer).value();
  EXPECT_EQ(OpenCheckpoint(note, key).value(), checkpoint);
  const KeySigner other(PrivateKey::FromSeed(std::string(32, 'o')).value());
  const VerifierKey other_key = VerifierKey::Create("log.example", other.public_key()).value();
  EXPECT_EQ(OpenCheckpoint(note, other_key).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(OpenCheckpoint(note, "other.example", std::span(&key, 1)).status().code(), StatusCode::kPermissionDenied);
  std::string larger = note;
  larger.replace(larger.find("\n3\n"), 3, "\n4\n");
  EXPECT_EQ(OpenCheckpoint(larger, key).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(SignCheckpoint({"a b", TreeSize{3}, LeafHash("x"), {}}, signer).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::crypto
