#include "crypto/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "key_file_test." + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Path(const char* name) const { return directory_ + "/" + name; }
  static NamedKey Key() { return {"log.example/one", PrivateKey::FromSeed(std::string(32, 'k')).value()}; }

  std::string directory_;
};

TEST_F(KeyFileTest, WrittenWithMode0600AndReadBack) {
  ASSERT_TRUE(CreatePrivateKeyFile(Path("a.key"), Key()).ok());
  struct stat info = {};
  ASSERT_EQ(::stat(Path("a.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  const NamedKey read = ReadPrivateKeyFile(Path("a.key")).value();
  EXPECT_EQ(read.name, "log.example/one");
  EXPECT_EQ(read.key.public_key(), Key().key.public_key());
  EXPECT_EQ(CreatePrivateKeyFile(Path("a.key"), Key()).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadPrivateKeyFile(Path("b.key")).status().code(), StatusCode::kNotFound);
}

TEST_F(KeyFileTest, AnyAccessForOthersIsRefusedAndSaysWhatToDo) {
  ASSERT_TRUE(CreatePrivateKeyFile(Path("a.key"), Key()).ok());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0777}) {
    ASSERT_EQ(::chmod(Path("a.key").c_str(), mode), 0);
    const Status status = ReadPrivateKeyFile(Path("a.key")).status();
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied) << std::oct << mode;
    EXPECT_NE(status.message().find("run: chmod 600 "), std::string::npos);
  }
  ASSERT_EQ(::chmod(Path("a.key").c_str(), 0400), 0);
  EXPECT_TRUE(ReadPrivateKeyFile(Path("a.key")).ok());
}

TEST_F(KeyFileTest, MalformedTextIsRefusedWithoutShowingTheSeed) {
  const std::string good = FormatPrivateKey(Key());
  ASSERT_TRUE(ParsePrivateKey(good).ok());
  const std::string seed = Base64Encode(std::string(32, 'k'));
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& bad :
       {std::string(), good + "\n", good.substr(0, good.size() - 1), replaced("v1", "v2"), replaced("Ed25519", "RSA"),
        replaced("name: log", "name: l g"), replaced("seed: ", "seed:"), replaced(seed, seed.substr(4)),
        replaced(seed, Base64Encode(std::string(32, 'x'))), good + std::string(5000, 'x') + "\n"}) {
    const Status status = ParsePrivateKey(bad).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_EQ(status.message().find(seed.substr(4)), std::string::npos) << status.message();
  }
}

TEST_F(KeyFileTest, PublicKeyFiles) {
  const VerifierKey key = Key().verifier().value();
  ASSERT_TRUE(WritePublicKeyFile(Path("a.pub"), key).ok());
  EXPECT_EQ(ReadPublicKeyFile(Path("a.pub"))->ToString(), key.ToString());
  EXPECT_EQ(ReadPublicKeyFile(Path("b.pub")).status().code(), StatusCode::kNotFound);
  std::ofstream(Path("c.pub")) << std::string(5000, 'x');
  EXPECT_EQ(ReadPublicKeyFile(Path("c.pub")).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::crypto
