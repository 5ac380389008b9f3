#include "crypto/pkcs11_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgerline::crypto {
namespace {

TEST(Pkcs11UriTest, EveryAttributeThatIsKnown) {
  const std::string text =
      "pkcs11:token=My%20Token;serial=0a1b;object=operator;id=%01%00;type=private"
      "?module-path=/usr/lib/x.so&pin-source=file:/etc/pin%2d1";
  const Pkcs11Uri uri = Pkcs11Uri::Parse(text).value();
  EXPECT_EQ(uri.text, text);
  EXPECT_EQ(uri.token, "My Token");
  EXPECT_EQ(uri.serial, "0a1b");
  EXPECT_EQ(uri.object, "operator");
  EXPECT_EQ(uri.id, std::string("\x01\x00", 2));
  EXPECT_EQ(uri.module_path, "/usr/lib/x.so");
  EXPECT_EQ(uri.pin_path, "/etc/pin-1");
  EXPECT_EQ(Pkcs11Uri::Parse("pkcs11:token=t;object=k?pin-source=file:///a/b")->pin_path, "/a/b");
  EXPECT_EQ(Pkcs11Uri::Parse("pkcs11:token=t;object=k?pin-source=/a/b")->pin_path, "/a/b");
}

TEST(Pkcs11UriTest, WhatItWouldPassOverIsRefusedAndNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {"http:token=t;object=k", "does not start with"},
      {"pkcs11:object=k", "names no token"},
      {"pkcs11:token=t", "names no key"},
      {"pkcs11:", "names no token"},
      {"pkcs11:token=t;token=u;object=k", "token stands twice"},
      {"pkcs11:token=t;object=k;slot-id=1", "'slot-id' is not an attribute"},
      {"pkcs11:token=t;object=k;type=cert", "type is not private"},
      {"pkcs11:token=t;object=k?module-name=x", "'module-name' is not an attribute"},
      {"pkcs11:token=t;object=k?pin-value=1234", "pin-value would put the PIN"},
      {"pkcs11:token=t;object=k?pin-source=|cat", "runs a program"},
      {"pkcs11:token=t;object", "'object' is not name=value"},
      {"pkcs11:token=t;object=", "'object=' is not name=value"},
      {"pkcs11:token=t;object=%4", "two hex digits"},
      {"pkcs11:token=t;object=%zz", "two hex digits"},
      {"pkcs11:token=t%00;object=k", "zero byte"},
      {"pkcs11:token=my token;object=k", "%XX"},
      {"pkcs11:token=t;object=k\n", "%XX"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_THAT(Pkcs11Uri::Parse(text).status().message(), testing::HasSubstr(message)) << text;
  const std::string fits = "pkcs11:token=t;object=" + std::string(1024 - 22, 'k');
  EXPECT_TRUE(Pkcs11Uri::Parse(fits).ok());
  EXPECT_EQ(Pkcs11Uri::Parse(fits + "k").status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::crypto
