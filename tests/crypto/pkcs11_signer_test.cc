#include "crypto/pkcs11_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "crypto/key_file.h"
#include "crypto/named_signer.h"
#include "tests/crypto/soft_token.h"

namespace ledgerline::crypto {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Pkcs11SignerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    token_ = new SoftToken(testing::TempDir() + "pkcs11_signer_test." + std::to_string(::getpid()));
    token_->MakeKey("operator", "01");
    token_->MakeKey("twin", "02");
    token_->MakeKey("twin", "03");
    token_->MakeKey("rsa", "04", "rsa:2048");
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(token_->directory());
    delete token_;
  }
  static Result<std::unique_ptr<Pkcs11Signer>> Open(const std::string& uri,
                                                    const std::optional<PublicKey>& expected = std::nullopt,
                                                    const Pkcs11Access& access = {}) {
    const auto parsed = Pkcs11Uri::Parse(uri);
    EXPECT_TRUE(parsed.ok()) << parsed.status().ToString();
    return Pkcs11Signer::Open(*parsed, access, expected);
  }
  static SoftToken* token_;
};
SoftToken* Pkcs11SignerTest::token_ = nullptr;

// First in this file: once the process is logged in to the token, the module no longer asks for the PIN.
TEST_F(Pkcs11SignerTest, AWrongPinIsRefusedByTheToken) {
  const Status wrong = Open(token_->Uri("operator", "wrong_pin")).status();
  EXPECT_EQ(wrong.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(wrong.message(), AllOf(HasSubstr(kSoftHsmModule), HasSubstr("token \"ledger\""),
                                     HasSubstr("key \"operator\""), HasSubstr("C_Login says CKR_PIN_INCORRECT")));
  EXPECT_THAT(wrong.message(), testing::Not(HasSubstr("000000")));
  const std::string open_pin = token_->directory() + "/open_pin";
  std::ofstream(open_pin) << SoftToken::kPin;
  ASSERT_EQ(::chmod(open_pin.c_str(), 0644), 0);
  EXPECT_THAT(Open(token_->Uri("operator", "open_pin")).status().message(), HasSubstr("chmod 600"));
  const std::string no_pin = "pkcs11:token=ledger;object=operator?module-path=" + std::string(kSoftHsmModule);
  EXPECT_THAT(Open(no_pin).status().message(), HasSubstr("no PIN: set LEDGERLINE_PKCS11_PIN"));
}

TEST_F(Pkcs11SignerTest, SignsWhatAnyoneVerifies) {
  const auto signer = Open(token_->Uri("operator")).value();
  for (const std::string& message : {std::string(), std::string("abc"), std::string(100'000, 'x')}) {
    const Signature signature = signer->Sign(message).value();
    EXPECT_TRUE(Verify(signer->public_key(), message, signature));
    EXPECT_FALSE(Verify(signer->public_key(), message + "!", signature));
  }
  // Module and PIN from the environment, as a command has them.
  Pkcs11Access access{kSoftHsmModule, SoftToken::kPin};
  const auto same = Open("pkcs11:token=ledger;object=operator;id=%01", signer->public_key(), access).value();
  EXPECT_EQ(same->public_key(), signer->public_key());
}

TEST_F(Pkcs11SignerTest, SignsOnManyThreadsAndAfterAnotherSignerHasGone) {
  const auto signer = Open(token_->Uri("operator")).value();
  {
    const auto other = Open(token_->Uri("operator")).value();
    EXPECT_TRUE(other->Sign("x").ok());
  }
  std::vector<std::thread> threads;
  std::atomic<int> bad{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string message = std::to_string(t) + "/" + std::to_string(i);
        const auto signature = signer->Sign(message);
        if (!signature.ok() || !Verify(signer->public_key(), message, *signature)) ++bad;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

TEST_F(Pkcs11SignerTest, WhatIsNotThereIsNamed) {
  EXPECT_THAT(Open(token_->Uri("missing")).status().message(),
              AllOf(HasSubstr("key \"missing\""), HasSubstr("the token has no such Ed25519 private key")));
  EXPECT_EQ(Open(token_->Uri("missing")).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Open(token_->Uri("rsa")).status().message(), HasSubstr("no such Ed25519 private key"));
  EXPECT_THAT(Open(token_->Uri("twin")).status().message(), HasSubstr("more than one private key is called so"));
  std::string by_id = token_->Uri("twin");
  by_id.insert(by_id.find('?'), ";id=%03");
  EXPECT_TRUE(Open(by_id).ok());
  std::string elsewhere = token_->Uri("operator");
  elsewhere.replace(elsewhere.find("token=ledger"), 12, "token=other");
  EXPECT_THAT(Open(elsewhere).status().message(),
              HasSubstr("token \"other\", key \"operator\": there is no such token"));
  Pkcs11Access access{"/nowhere/lib.so", "1"};
  const Status module = Open("pkcs11:token=ledger;object=operator", std::nullopt, access).status();
  EXPECT_EQ(module.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(module.message(), HasSubstr("/nowhere/lib.so"));
  access.module_path = "libcrypto.so.3";  // a library, but no module
  EXPECT_THAT(Open("pkcs11:token=ledger;object=operator", std::nullopt, access).status().message(),
              HasSubstr("no C_GetFunctionList"));
  EXPECT_THAT(Open("pkcs11:token=ledger;object=operator").status().message(), HasSubstr("no module: set"));
}

TEST_F(Pkcs11SignerTest, AKeyFileNamesTheKeyAndAnotherKeyInItsPlaceIsNoticed) {
  const auto signer = Open(token_->Uri("operator")).value();
  const std::string path = token_->directory() + "/operator.key";
  const TokenKey key{"log.example/one", Pkcs11Uri::Parse(token_->Uri("operator")).value(), signer->public_key()};
  ASSERT_TRUE(CreateTokenKeyFile(path, key).ok());
  const NamedSigner named = OpenKeyFile(path, {}).value();
  EXPECT_EQ(named.name, "log.example/one");
  EXPECT_EQ(named.verifier()->ToString(), key.verifier()->ToString());
  EXPECT_TRUE(Verify(key.public_key, "abc", named.signer->Sign("abc").value()));
  EXPECT_THAT(ReadPrivateKeyFile(path).status().message(), HasSubstr("the key is on a token"));

  TokenKey other = key;
  other.public_key.bytes[0] ^= 1;
  ASSERT_TRUE(CreateTokenKeyFile(path + ".other", other).ok());
  const Status status = OpenKeyFile(path + ".other", {}).status();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("is not the one whose public half is"));
}

}  // namespace
}  // namespace ledgerline::crypto
