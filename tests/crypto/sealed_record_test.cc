#include "crypto/sealed_record.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

TEST(SealedRecordTest, OpensOnlyUnchangedWithItsKeyAndSubject) {
  SystemRandom random;
  const SealKey key = SealKey::Generate(random).value();
  const std::string sealed = Seal(key, "party-7", "Erika Mustermann", random).value();
  EXPECT_EQ(sealed.size(), 16 + kSealOverhead);
  EXPECT_EQ(sealed.find("Erika"), std::string::npos);
  EXPECT_EQ(Unseal(key, "party-7", sealed).value(), "Erika Mustermann");
  EXPECT_EQ(Unseal(key, "party-8", sealed).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(Unseal(SealKey::Generate(random).value(), "party-7", sealed).status().code(), StatusCode::kDataLoss);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string bad = sealed;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(Unseal(key, "party-7", bad).ok()) << "byte " << i;
  }
  for (size_t size = 0; size < sealed.size(); ++size) EXPECT_FALSE(Unseal(key, "party-7", sealed.substr(0, size)).ok());
  EXPECT_NE(Seal(key, "party-7", "Erika Mustermann", random).value(), sealed) << "a fresh nonce each time";
  EXPECT_EQ(Unseal(key, "", Seal(key, "", "", random).value()).value(), "");
}

// NIST CAVP GCM vector (gcmEncryptExtIV256.rsp, Count 0 of [PTlen 0, AADlen 0]): an independent check that this is
// AES-256-GCM with nonce and tag where docs/formats/sealed_record.md puts them.
TEST(SealedRecordTest, ReadsAVectorOfTheStandard) {
  const SealKey key =
      SealKey::FromBytes(HexDecode("b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4").value()).value();
  const std::string sealed =
      "LLS1" + HexDecode("516c33929df5a3284ff463d7").value() + HexDecode("bdc1ac884d332457a1d2664f168c76f0").value();
  EXPECT_EQ(Unseal(key, "", sealed).value(), "");
}

TEST(SealedRecordTest, BoundsAreNamed) {
  SystemRandom random;
  const SealKey key = SealKey::Generate(random).value();
  EXPECT_EQ(SealKey::FromBytes("short").status().message(), "seal key has 5 bytes, needs 32");
  EXPECT_EQ(Seal(key, "", std::string(kSealedPlaintextBytesMax + 1, 'x'), random).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Unseal(key, "", "LLS1").status().code(), StatusCode::kInvalidArgument);
}

TEST(SealedRecordTest, DestroyingAKeyErasesWhatItSealed) {
  const std::string directory = testing::TempDir() + "seal_keys." + std::to_string(::getpid());
  std::filesystem::remove_all(directory);
  SystemRandom random;
  SealKeyStore store = SealKeyStore::Open(directory).value();
  struct stat info = {};
  ASSERT_EQ(::stat(directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  const SealKey key = store.Create("party-7", random).value();
  ASSERT_EQ(::stat((directory + "/party-7.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_EQ(store.Create("party-7", random).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store.Read("party-7")->view(), key.view());
  for (const char* bad : {"", "../x", "A", "a/b", "a.b"}) {
    EXPECT_EQ(store.Read(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
  ASSERT_TRUE(store.Destroy("party-7").ok());
  EXPECT_EQ(store.Read("party-7").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store.Destroy("party-7").code(), StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(directory + "/party-7.key"));
  ASSERT_EQ(::chmod(directory.c_str(), 0755), 0);
  EXPECT_EQ(SealKeyStore::Open(directory).status().code(), StatusCode::kPermissionDenied);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace ledgerline::crypto
