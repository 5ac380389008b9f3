#include "schemas/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ledgerline {
namespace {

TEST(HashTest, HexAndBytes) {
  const std::string hex = "00ff" + std::string(60, 'a');
  const auto hash = Hash256::FromHex(hex);
  ASSERT_TRUE(hash.ok());
  EXPECT_EQ(hash->ToHex(), hex);
  EXPECT_EQ(Hash256::FromBytes(hash->ToBytes()).value(), *hash);
  EXPECT_FALSE(hash->IsZero());
  EXPECT_TRUE(Hash256{}.IsZero());
  EXPECT_EQ(*Hash256::FromHex("00FF" + std::string(60, 'A')), *hash);
  for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')}) {
    EXPECT_EQ(Hash256::FromHex(text).status().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Hash256::FromBytes(std::string(31, 'x')).status().code(), StatusCode::kInvalidArgument);
}

// RFC 4648 section 10.
TEST(Base64Test, PublishedVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [raw, text] : vectors) {
    EXPECT_EQ(Base64Encode(raw), text);
    EXPECT_EQ(*Base64Decode(text), raw);
  }
}

TEST(Base64Test, IsStrict) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg==\n", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Z g=", "Zm-_"}) {
    EXPECT_EQ(Base64Decode(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(HashTest, EncodingsGoThereAndBack) {
  EXPECT_TRUE(rc::check("hex and base64 of any bytes", [](const std::string& raw) {
    RC_ASSERT(*HexDecode(HexEncode(raw)) == raw);
    RC_ASSERT(*Base64Decode(Base64Encode(raw)) == raw);
  }));
}

}  // namespace
}  // namespace ledgerline
