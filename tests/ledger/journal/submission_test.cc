#include "ledger/journal/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

// The signed text, byte for byte, as docs/formats/entry.md gives it.
TEST(SubmissionTest, TheSignedTextIsTheDocumentedOne) {
  const std::string payload = "payload";
  EXPECT_EQ(HexEncode(SubmissionText("log.example", "key-1", payload)),
            HexEncode("ledgerline/submission/v1\n") + "0000000b" + HexEncode("log.example") + "00000005" +
                HexEncode("key-1") + crypto::Sha256(payload).ToHex());
  const crypto::KeySigner key = TestSigner('k');
  EXPECT_EQ(HexEncode(EnrolmentText("log.example", "party-1", v1::KEY_ROLE_PARTY, key.public_key())),
            HexEncode("ledgerline/enrolment/v1\n") + "0000000b" + HexEncode("log.example") + "00000007" +
                HexEncode("party-1") + "00000002" + key.public_key().ToHex());
  EXPECT_EQ(KeyId(key.public_key()), crypto::Sha256("ledgerline/key/v1\n" + key.public_key().ToBytes()));
}

TEST(SubmissionTest, OriginAndKeyCannotBeShiftedIntoEachOther) {
  EXPECT_NE(SubmissionText("ab", "c", "p"), SubmissionText("a", "bc", "p"));
}

TEST(SubmissionTest, SignedAndParsed) {
  const crypto::KeySigner signer = TestSigner('s');
  const std::string bytes = SignSubmission(kTestOrigin, "k", RatingPayload("r", 4), signer).value();
  const ParsedSubmission parsed = ParseSubmission(bytes).value();
  EXPECT_EQ(parsed.type, v1::PAYLOAD_TYPE_RATING);
  EXPECT_EQ(parsed.payload.rating().score(), 4u);
  EXPECT_EQ(parsed.key_id, KeyId(signer.public_key()));
  EXPECT_EQ(parsed.submission.origin(), kTestOrigin);
  EXPECT_EQ(SignSubmission("", "k", "p", signer).status().message(), "submission.origin has 0 bytes, needs 1 to 255");
  EXPECT_TRUE(SignSubmission(std::string(255, 'o'), std::string(64, 'k'), "p", signer).ok());
  EXPECT_FALSE(SignSubmission(std::string(256, 'o'), "k", "p", signer).ok());
  EXPECT_EQ(SignSubmission("o", std::string(65, 'k'), "p", signer).status().message(),
            "submission.idempotency_key has 65 bytes, needs 1 to 64");
  EXPECT_FALSE(SignSubmission("o", "", "p", signer).ok());
}

// Every payload kind's number is its type's number.
TEST(SubmissionTest, PayloadCasesAreTypes) {
  const auto* descriptor = v1::Payload::descriptor()->FindOneofByName("kind");
  ASSERT_NE(descriptor, nullptr);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    EXPECT_TRUE(v1::PayloadType_IsValid(descriptor->field(i)->number())) << descriptor->field(i)->name();
  }
  EXPECT_EQ(descriptor->field_count() + 1, v1::PayloadType_descriptor()->value_count());
  EXPECT_EQ(PayloadTypeName(v1::PAYLOAD_TYPE_CATALOGUE_FILE), "catalogue file");
  EXPECT_EQ(PayloadTypeName(static_cast<v1::PayloadType>(99)), "type 99");
}

TEST(SubmissionTest, FormIsCheckedFieldByField) {
  const crypto::KeySigner signer = TestSigner('s');
  v1::Submission good;
  ASSERT_TRUE(good.ParseFromString(SignSubmission(kTestOrigin, "k", RatingPayload("r"), signer).value()));
  const auto refused = [&](const std::function<void(v1::Submission&)>& change) {
    v1::Submission changed = good;
    change(changed);
    const Status status = ParseSubmission(changed.SerializeAsString()).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.message();
  };
  const auto payload = [&](const std::function<void(v1::Payload&)>& fill) {
    v1::Payload changed;
    fill(changed);
    return refused([&](v1::Submission& s) { s.set_payload(changed.SerializeAsString()); });
  };
  EXPECT_EQ(refused([](v1::Submission& s) { s.clear_origin(); }), "submission.origin has 0 bytes, needs 1 to 255");
  EXPECT_EQ(refused([](v1::Submission& s) { s.clear_idempotency_key(); }),
            "submission.idempotency_key has 0 bytes, needs 1 to 64");
  EXPECT_EQ(refused([](v1::Submission& s) { s.set_key_id("short"); }), "submission.key_id has 5 bytes, needs 32");
  EXPECT_EQ(refused([](v1::Submission& s) { s.set_signature("short"); }), "submission.signature has 5 bytes, needs 64");
  EXPECT_EQ(refused([](v1::Submission& s) { s.clear_payload(); }), "payload has no kind that this version knows");
  EXPECT_EQ(refused([](v1::Submission& s) { s.set_payload("\xff"); }),
            "submission.payload is not a serialised Payload message");
  EXPECT_EQ(ParseSubmission("\xff").status().message(), "submission is not a serialised Submission message");
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_usage_file(); }),
              HasSubstr("file.blob_sha256 has 0 bytes, needs 32"));
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_period_close(); }), HasSubstr("period_close.prefix_root"));
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_generation(); }), HasSubstr("generation.model_sha256"));
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_rating()->set_requester("x"); }), HasSubstr("rating.requester"));
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_key_enrolment(); }), HasSubstr("key_enrolment.public_key"));
  EXPECT_THAT(payload([](v1::Payload& p) { p.mutable_genesis()->set_origin("a b"); }), HasSubstr("genesis.origin"));
  // A field from the future, at the top and deep inside: signed by someone, understood by nobody here.
  const std::string future("\xf8\x3f\x01", 3);  // field 1023, varint 1
  EXPECT_EQ(ParseSubmission(good.SerializeAsString() + future).status().message(),
            "Submission has field 1023, which this version does not know");
  v1::Payload inner;
  inner.mutable_rating()->GetReflection()->MutableUnknownFields(inner.mutable_rating())->AddVarint(1023, 1);
  EXPECT_EQ(refused([&](v1::Submission& s) { s.set_payload(inner.SerializeAsString()); }),
            "Rating has field 1023, which this version does not know");
}

TEST(SubmissionTest, EnrolmentsNameARoleAndAParty) {
  const crypto::KeySigner signer = TestSigner('s'), key = TestSigner('k');
  const auto parse = [&](v1::KeyRole role, const std::string& party, int64_t from = 0, int64_t to = 0) {
    return ParseSubmission(
               SignSubmission(kTestOrigin, "k", EnrolmentPayload(key, role, party, from, to), signer).value())
        .status();
  };
  EXPECT_TRUE(parse(v1::KEY_ROLE_PARTY, "party-1").ok());
  EXPECT_TRUE(parse(v1::KEY_ROLE_OPERATOR, "").ok());
  EXPECT_FALSE(parse(v1::KEY_ROLE_PARTY, "").ok());
  EXPECT_FALSE(parse(v1::KEY_ROLE_OPERATOR, "party-1").ok());
  EXPECT_FALSE(parse(v1::KEY_ROLE_UNSPECIFIED, "").ok());
  EXPECT_TRUE(parse(v1::KEY_ROLE_PARTY, "party-1", 5, 6).ok());
  EXPECT_FALSE(parse(v1::KEY_ROLE_PARTY, "party-1", 5, 5).ok());
}

TEST(SubmissionTest, ReferencedBlobs) {
  v1::Payload payload;
  const std::string a = crypto::Sha256("a").ToBytes(), b = crypto::Sha256("b").ToBytes();
  payload.mutable_generation()->mutable_fingerprints()->set_melodic_sha256(a);
  payload.mutable_generation()->set_conditioning_sha256(b);
  payload.mutable_generation()->set_model_sha256(crypto::Sha256("model").ToBytes());
  EXPECT_EQ(ReferencedBlobs(payload), (std::vector<Hash256>{crypto::Sha256("a"), crypto::Sha256("b")}));
  payload.mutable_generation()->set_conditioning_sha256(a);
  EXPECT_EQ(ReferencedBlobs(payload), std::vector<Hash256>{crypto::Sha256("a")});
  payload.mutable_period_close()->set_statements_sha256(b);
  EXPECT_EQ(ReferencedBlobs(payload), std::vector<Hash256>{crypto::Sha256("b")});
  payload.mutable_rating();
  EXPECT_TRUE(ReferencedBlobs(payload).empty());
}

TEST(EntryTest, BytesReadBackAndAnEntryIsCheckedAgainstItself) {
  const crypto::KeySigner signer = TestSigner('s');
  const std::string submission = SignSubmission(kTestOrigin, "k", RatingPayload("r"), signer).value();
  const ParsedSubmission parsed = ParseSubmission(submission).value();
  const Hash256 previous = crypto::Sha256("previous");
  const std::string bytes =
      EncodeEntry(EntryIndex{7}, 1234, previous, {parsed.type, parsed.key_id, submission}).value();
  const ParsedEntry entry = ParseEntry(bytes).value();
  EXPECT_EQ(entry.index, EntryIndex{7});
  EXPECT_EQ(entry.recorded_at_us, 1234);
  EXPECT_EQ(entry.previous_leaf_hash, previous);
  EXPECT_EQ(entry.submission_bytes, submission);
  const auto refused = [&](const std::function<void(v1::Entry&)>& change) {
    v1::Entry changed;
    EXPECT_TRUE(changed.ParseFromString(bytes));
    change(changed);
    return ParseEntry(changed.SerializeAsString()).status().message();
  };
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_type(v1::PAYLOAD_TYPE_PERMIT); }), HasSubstr("entry.type"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_submitter_key_id(Hash256{}.ToBytes()); }),
              HasSubstr("submitter_key_id"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_previous_leaf_hash("x"); }), HasSubstr("previous_leaf_hash"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.clear_evidence(); }), HasSubstr("evidence"));
  EXPECT_EQ(ParseEntry(bytes + std::string("\xf8\x3f\x01", 3)).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseEntry(std::string(65'536, 'x')).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ParseEntry("").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::journal
