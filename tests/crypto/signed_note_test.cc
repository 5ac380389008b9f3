// C2SP signed-note. The golden note and key are the example of the Go package golang.org/x/mod/sumdb/note.
#include "crypto/signed_note.h"

#include <gtest/gtest.h>

#include <array>

namespace ledgerline::crypto {
namespace {

constexpr char kGoKey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kGoNote[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

KeySigner SignerOf(char fill) { return KeySigner(PrivateKey::FromSeed(std::string(32, fill)).value()); }
VerifierKey KeyOf(const std::string& name, const Signer& signer) {
  return VerifierKey::Create(name, signer.public_key()).value();
}

TEST(SignedNoteTest, TheNoteOfAnotherImplementationVerifies) {
  const VerifierKey key = VerifierKey::Parse(kGoKey).value();
  EXPECT_EQ(key.ToString(), kGoKey);
  EXPECT_EQ(key.name(), "PeterNeumann");
  EXPECT_EQ(key.key_id(), 0xc74f20a3u);
  const SignedNote note = SignedNote::Parse(kGoNote).value();
  EXPECT_EQ(note.Serialize(), kGoNote);
  EXPECT_EQ(note.Verify(std::span(&key, 1)).value(), std::vector<size_t>{0});
}

TEST(SignedNoteTest, EveryChangedByteIsRefused) {
  const VerifierKey key = VerifierKey::Parse(kGoKey).value();
  const std::string good = kGoNote;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const Result<SignedNote> note = SignedNote::Parse(bad);
    EXPECT_FALSE(note.ok() && note->Verify(std::span(&key, 1)).ok()) << "byte " << i;
  }
}

TEST(SignedNoteTest, SeveralSignersAndUnknownOnes) {
  const KeySigner a = SignerOf('a'), b = SignerOf('b'), c = SignerOf('c');
  SignedNote note = MakeNote("text\n\nwith an empty line\n").value();
  ASSERT_TRUE(note.Sign("log.example/a", a).ok());
  ASSERT_TRUE(note.Sign("log.example/b", b).ok());
  note.signatures.push_back({"witness.example", 7, "a type that is not known here"});
  note = SignedNote::Parse(note.Serialize()).value();
  EXPECT_EQ(note.text, "text\n\nwith an empty line\n");
  ASSERT_EQ(note.signatures.size(), 3u);
  const std::array keys = {KeyOf("log.example/c", c), KeyOf("log.example/b", b), KeyOf("log.example/a", a)};
  EXPECT_EQ(note.Verify(keys).value(), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(note.Verify(std::span(keys).first(1)).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(note.Verify({}).status().code(), StatusCode::kPermissionDenied);
  // Same name, other key: unknown, hence ignored.
  const VerifierKey other = KeyOf("log.example/a", c);
  EXPECT_EQ(note.Verify(std::span(&other, 1)).status().code(), StatusCode::kPermissionDenied);
  // One false signature of a known key refuses the note, whoever else signed.
  note.signatures[0].signature[5] = static_cast<char>(note.signatures[0].signature[5] ^ 1);
  EXPECT_EQ(note.Verify(keys).status().code(), StatusCode::kPermissionDenied);
}

TEST(SignedNoteTest, MalformedNotesAreRefused) {
  const std::string signature = "\xE2\x80\x94 a AAAAAAAA\n";  // six bytes
  EXPECT_TRUE(SignedNote::Parse("t\n\n" + signature).ok());
  const std::string cases[] = {
      "",
      "t\n",
      "t\n\n",
      "t\n" + signature,                                    // no empty line
      "t\n\n" + signature + "\n",                           // ends in an empty line
      "t\n\n" + signature.substr(0, signature.size() - 1),  // no newline at the end
      "t\n\n- a AAAAAAAA\n",                                // a hyphen
      "t\n\n\xE2\x80\x94 AAAAAAAA\n",                       // no name
      "t\n\n\xE2\x80\x94  AAAAAAAA\n",                      // an empty name
      "t\n\n\xE2\x80\x94 a+b AAAAAAAA\n",                   // a plus
      "t\n\n\xE2\x80\x94 a\xC2\xA0"
      "b AAAAAAAA\n",                         // a no-break space
      "t\n\n\xE2\x80\x94 a AAAA\n",           // three bytes
      "t\n\n\xE2\x80\x94 a AAAAAA==\n",       // four bytes: a key id and nothing
      "t\n\n\xE2\x80\x94 a AAAAAAA\n",        // not base64
      "t\n\n\xE2\x80\x94 a AAAAAAAA \n",      // a trailing space
      "t\r\n\n" + signature,                  // a control character
      std::string("t\0\n\n", 4) + signature,  // a zero byte
      "t\xFF\n\n" + signature,                // not UTF-8
      "t\xC0\x80\n\n" + signature,            // an overlong form
      "t\xED\xA0\x80\n\n" + signature,        // a surrogate
      "t\xF4\x90\x80\x80\n\n" + signature,    // above U+10FFFF
      "t\xE2\x80",                            // cut short
  };
  for (const std::string& bad : cases) {
    EXPECT_EQ(SignedNote::Parse(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(SignedNoteTest, BoundsOnBothSides) {
  const std::string signature = "\xE2\x80\x94 a AAAAAAAA\n";
  std::string note = "t\n\n";
  for (size_t i = 0; i < kNoteSignaturesMax; ++i) note += signature;
  EXPECT_EQ(SignedNote::Parse(note)->signatures.size(), kNoteSignaturesMax);
  EXPECT_EQ(SignedNote::Parse(note + signature).status().message(), "note has more than 100 signatures");
  const std::string end = "\n\n" + signature;
  EXPECT_TRUE(SignedNote::Parse(std::string(kNoteBytesMax - end.size(), 't') + end).ok());
  EXPECT_FALSE(SignedNote::Parse(std::string(kNoteBytesMax - end.size() + 1, 't') + end).ok());
  EXPECT_FALSE(MakeNote("no newline").ok());
  EXPECT_FALSE(MakeNote("\tcontrol\n").ok());
  EXPECT_TRUE(CheckKeyName(std::string(255, 'k')).ok());
  EXPECT_FALSE(CheckKeyName(std::string(256, 'k')).ok());
}

TEST(SignedNoteTest, MalformedVerifierKeysAreRefused) {
  const std::string good = kGoKey;
  EXPECT_TRUE(VerifierKey::Parse(good).ok());
  for (const std::string& bad :
       {std::string(), std::string("name"), std::string("name+c74f20a3"), "X" + good,
        std::string("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        std::string("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        std::string("PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), good + "A", good + "\n",
        std::string("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")}) {
    EXPECT_EQ(VerifierKey::Parse(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace ledgerline::crypto
