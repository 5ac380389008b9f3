// Receipts from before, in and after the overlap of an operator's rotation, under the old and the new key.
#include <gmock/gmock.h>

#include "tests/ledger/audit/audit_fixture.h"
#include "tests/ledger/journal/key_payloads.h"

namespace ledgerline::audit {
namespace {

using testing::HasSubstr;

class RotatedReceiptTest : public AuditTest {
 protected:
  void SetUp() override {
    AuditTest::SetUp();
    before_ = MakeReceiptOf(generation_);
    journal_->AddOperatorSigner(next_);
    Submit(journal::RotationPayload(operator_, next_), operator_);
    ASSERT_TRUE(journal_->SignCheckpoint().ok());
    overlap_ = MakeReceiptOf(generation_);
    Submit(journal::RevocationPayload(operator_, journal_->size().value, v1::KEY_REVOCATION_REASON_ROTATED), next_);
    ASSERT_TRUE(journal_->SignCheckpoint().ok());
    after_ = MakeReceiptOf(generation_);
  }
  static std::string FailuresUnder(const crypto::Signer& anchor, const Receipt& receipt) {
    const auto parsed = ParseReceipt(FormatReceipt(receipt, "{}").value());
    return Failures(
        VerifyReceipt(*parsed, crypto::VerifierKey::Create(journal::kTestOrigin, anchor.public_key()).value()));
  }
  // The receipt without its supporting entry of one type.
  static Receipt Without(Receipt receipt, v1::PayloadType type) {
    std::erase_if(receipt.supporting,
                  [&](const ProvedEntry& entry) { return journal::ParseEntry(entry.bytes)->type == type; });
    return receipt;
  }

  const crypto::KeySigner next_ = journal::TestSigner('n');
  Receipt before_, overlap_, after_;
};

TEST_F(RotatedReceiptTest, EitherKeyIsAnAnchorWhereTheLogReachesIt) {
  for (const Receipt* receipt : {&before_, &overlap_, &after_}) EXPECT_EQ(FailuresUnder(operator_, *receipt), "");
  for (const Receipt* receipt : {&overlap_, &after_}) EXPECT_EQ(FailuresUnder(next_, *receipt), "");
  EXPECT_THAT(FailuresUnder(next_, before_), HasSubstr("get a proof under a newer checkpoint"));
  EXPECT_THAT(FailuresUnder(party_, after_), HasSubstr("is none of those that may sign here"));
}

TEST_F(RotatedReceiptTest, WhatLeadsFromKeyToKeyCannotBeLeftOut) {
  EXPECT_THAT(FailuresUnder(operator_, Without(after_, v1::PAYLOAD_TYPE_KEY_ROTATION)),
              HasSubstr("no signature by a known key"));
  EXPECT_THAT(FailuresUnder(next_, Without(after_, v1::PAYLOAD_TYPE_KEY_ROTATION)),
              HasSubstr("is none of those that may sign here"));
  EXPECT_THAT(FailuresUnder(operator_, Without(after_, v1::PAYLOAD_TYPE_KEY_REVOCATION)),
              HasSubstr("must be signed by every key of the overlap"));
  Receipt one_signature = overlap_;
  crypto::SignedNote note = crypto::SignedNote::Parse(overlap_.checkpoint).value();
  ASSERT_EQ(note.signatures.size(), 2u);
  note.signatures.pop_back();
  one_signature.checkpoint = note.Serialize();
  EXPECT_THAT(FailuresUnder(operator_, one_signature), HasSubstr("must be signed by every key of the overlap"));
}

TEST_F(RotatedReceiptTest, APartysRotatedAndRevokedKeyComesWithItsHistory) {
  const crypto::KeySigner party_next = journal::TestSigner('q');
  Submit(journal::RotationPayload(party_, party_next), party_);
  const EntryIndex consent = Grant("label-a", party_next);
  Submit(journal::RevocationPayload(party_next, consent.value), next_);
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  const Receipt receipt = MakeReceiptOf(consent);
  EXPECT_EQ(FailuresUnder(next_, receipt), "");
  const Report report = VerifyReceipt(receipt, journal_->checkpoint_key());
  EXPECT_THAT(report.trusted(), testing::Contains(HasSubstr("which repudiates what it signed from size")));
  EXPECT_THAT(report.trusted(), testing::Contains(HasSubstr("it follows, by entry")));
}

TEST_F(RotatedReceiptTest, AKeptCheckpointOfTheOldKeyStillHoldsTheLogToIt) {
  Report report;
  VerifyExtends(*journal_, before_.checkpoint, journal_->checkpoint_key(), report);
  EXPECT_EQ(Failures(report), "");
  EXPECT_THAT(report.trusted(), testing::Contains(HasSubstr("the log itself says so")));
}

}  // namespace
}  // namespace ledgerline::audit
