// Roles, rotation and revocation: what the registry takes in and what it refuses, and which keys sign checkpoints.
#include "ledger/journal/key_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/key_payloads.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

TEST(KeyRoleTest, WhoMaySubmitWhat) {
  constexpr v1::KeyRole kRoles[] = {v1::KEY_ROLE_OPERATOR, v1::KEY_ROLE_PARTY, v1::KEY_ROLE_SERVICE,
                                    v1::KEY_ROLE_WITNESS, v1::KEY_ROLE_AUDITOR};
  // O, P, S, W, A: operator, party, service, witness, auditor.
  const std::pair<v1::PayloadType, const char*> table[] = {
      {v1::PAYLOAD_TYPE_GENESIS, ""},
      {v1::PAYLOAD_TYPE_KEY_ENROLMENT, "O"},
      {v1::PAYLOAD_TYPE_BATCH_HEADER, "OS"},
      {v1::PAYLOAD_TYPE_KEY_ROTATION, "OPSWA"},
      {v1::PAYLOAD_TYPE_KEY_REVOCATION, "OPSWA"},
      {v1::PAYLOAD_TYPE_CATALOGUE_FILE, "O"},
      {v1::PAYLOAD_TYPE_CONSENT_GRANT, "OP"},
      {v1::PAYLOAD_TYPE_CONSENT_REVOCATION, "OP"},
      {v1::PAYLOAD_TYPE_PERMIT, "OS"},
      {v1::PAYLOAD_TYPE_GENERATION, "OS"},
      {v1::PAYLOAD_TYPE_REJECTED_CANDIDATES, "OS"},
      {v1::PAYLOAD_TYPE_RATING, "OS"},
      {v1::PAYLOAD_TYPE_TRAINING_SHARES, "O"},
      {v1::PAYLOAD_TYPE_USAGE_FILE, "OS"},
      {v1::PAYLOAD_TYPE_PERIOD_CLOSE, "O"},
      {v1::PAYLOAD_TYPE_AUDIT_ATTESTATION, "OA"},
      {v1::PAYLOAD_TYPE_ERASURE, "O"},
  };
  EXPECT_EQ(std::size(table) + 1, static_cast<size_t>(v1::PayloadType_descriptor()->value_count()))
      << "a payload type without a line here";
  for (const auto& [type, who] : table) {
    std::string may;
    for (const v1::KeyRole role : kRoles) {
      EnrolledKey key;
      key.role = role;
      if (CheckRole(key, type).ok()) may.push_back(KeyRoleName(role)[0]);
    }
    EXPECT_EQ(may, who) << PayloadTypeName(type);
  }
  EnrolledKey witness;
  witness.role = v1::KEY_ROLE_WITNESS;
  witness.name = "label.example/w";
  EXPECT_EQ(CheckRole(witness, v1::PAYLOAD_TYPE_RATING).message(),
            "the key of witness label.example/w may submit nothing but the rotation and revocation of itself, not a "
            "rating");
}

class KeyRegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    journal_ = Journal::Create(std::make_unique<MemoryStorage>(held_), kTestOrigin, operator_, clock_).value();
    Must(Request(operator_, "party", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-1")));                // 1
    Must(Request(operator_, "service", NamedEnrolment(service_, v1::KEY_ROLE_SERVICE, "play.example")));       // 2
    Must(Request(operator_, "auditor", NamedEnrolment(auditor_, v1::KEY_ROLE_AUDITOR, "auditor.example/a")));  // 3
  }
  EntryIndex Must(SubmissionRequest request) {
    const auto committed = journal_->Submit(std::move(request));
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? committed->index : EntryIndex{};
  }
  Status Try(SubmissionRequest request) { return journal_->Submit(std::move(request)).status(); }
  EntryIndex RotateOperator() {
    journal_->AddOperatorSigner(next_);
    return Must(Request(operator_, "rotate", RotationPayload(operator_, next_)));
  }
  VerifyReport Verify(const crypto::Signer& anchor) {
    VerifyOptions options;
    options.checkpoint_key = crypto::VerifierKey::Create(kTestOrigin, anchor.public_key()).value();
    return VerifyJournal(MemoryStorage(held_), options);
  }
  static size_t Signatures(const std::string& note) { return crypto::SignedNote::Parse(note)->signatures.size(); }

  const crypto::KeySigner operator_ = TestSigner('o'), next_ = TestSigner('n'), third_ = TestSigner('t');
  const crypto::KeySigner party_ = TestSigner('p'), service_ = TestSigner('s'), auditor_ = TestSigner('a');
  TestClock clock_;
  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  std::unique_ptr<Journal> journal_;
};

TEST_F(KeyRegistryTest, ANamedRoleProvesPossessionOfKeyAndName) {
  Must(RatingRequest(service_, "1"));
  EXPECT_EQ(journal_->keys().Find(KeyId(service_.public_key()))->name, "play.example");
  // The name is signed: the operator cannot enrol the key under another.
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(NamedEnrolment(next_, v1::KEY_ROLE_SERVICE, "play.example")));
  payload.mutable_key_enrolment()->set_name("other.example");
  EXPECT_THAT(Try(Request(operator_, "x", payload.SerializeAsString())).message(), HasSubstr("possession_signature"));
  payload.mutable_key_enrolment()->set_name("two words");
  EXPECT_THAT(Try(Request(operator_, "x", payload.SerializeAsString())).message(), HasSubstr("key_enrolment.name"));
  payload.mutable_key_enrolment()->clear_name();
  EXPECT_THAT(Try(Request(operator_, "x", payload.SerializeAsString())).message(), HasSubstr("key name is empty"));
  // The text of operators' and parties' keys is as it was.
  EXPECT_EQ(EnrolmentText("o", "p", v1::KEY_ROLE_PARTY, party_.public_key(), "n"),
            EnrolmentText("o", "p", v1::KEY_ROLE_PARTY, party_.public_key()));
}

TEST_F(KeyRegistryTest, ARotationIsSignedByOldAndNewAndBothAreAcceptedAfter) {
  EXPECT_THAT(Try(Request(service_, "x", RotationPayload(party_, next_))).message(),
              HasSubstr("is not the submitter's key"));
  EXPECT_THAT(Try(Request(party_, "x", RotationPayload(party_, next_, third_))).message(),
              HasSubstr("key_rotation.new_signature is not that of the new key"));
  EXPECT_EQ(Try(Request(party_, "x", RotationPayload(party_, service_))).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Try(Request(next_, "early", ConsentPayload("party-1"))).code(), StatusCode::kPermissionDenied);
  Must(Request(party_, "rotate", RotationPayload(party_, next_)));
  Must(Request(party_, "old", ConsentPayload("party-1")));
  Must(Request(next_, "new", ConsentPayload("party-1")));
  const EnrolledKey key = journal_->keys().Find(KeyId(next_.public_key())).value();
  EXPECT_EQ(key.role, v1::KEY_ROLE_PARTY);
  EXPECT_EQ(key.party_id, "party-1");
  EXPECT_THAT(Try(Request(party_, "again", RotationPayload(party_, third_))).message(), HasSubstr("rotate that one"));
  // Its own key ends the overlap; the new key may not speak of the old one's end, nor anybody else's.
  EXPECT_THAT(Try(Request(next_, "x", RevocationPayload(party_, 0))).message(),
              HasSubstr("revoked by itself or by the operator"));
  const EntryIndex end = Must(Request(party_, "end", RevocationPayload(party_, 0, v1::KEY_REVOCATION_REASON_ROTATED)));
  EXPECT_EQ(Try(Request(party_, "late", ConsentPayload("party-1"))).message(),
            "key " + KeyId(party_.public_key()).Short() + " of party party-1 was revoked by entry " +
                std::to_string(end.value) + " (ROTATED)");
  // What was recorded before is answered as before.
  EXPECT_TRUE(journal_->Submit(Request(party_, "old", ConsentPayload("party-1")))->already_existed);
  Must(Request(next_, "rotate 2", RotationPayload(next_, third_)));
  Must(Request(third_, "third", ConsentPayload("party-1")));
}

TEST_F(KeyRegistryTest, RevocationsAreBounded) {
  EXPECT_EQ(Try(Request(operator_, "x", RevocationPayload(next_, 0))).code(), StatusCode::kNotFound);
  const Status future = Try(Request(operator_, "x", RevocationPayload(party_, 5)));
  EXPECT_EQ(future.code(), StatusCode::kOutOfRange);
  EXPECT_THAT(future.message(), HasSubstr("effective_size 5 is above the entry's own index, 4"));
  Must(Request(operator_, "revoke", RevocationPayload(party_, 4)));
  EXPECT_EQ(Try(Request(operator_, "again", RevocationPayload(party_, 0))).code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Try(Request(operator_, "last", RevocationPayload(operator_, 0))).message(),
              HasSubstr("is the last that signs checkpoints"));
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(RotationPayload(operator_, next_)));
  payload.mutable_key_rotation()->set_new_valid_to_us(1);
  EXPECT_THAT(Try(Request(operator_, "x", payload.SerializeAsString())).message(), HasSubstr("must be 0, open"));
}

TEST_F(KeyRegistryTest, CheckpointsOfTheOverlapCarryBothSignatures) {
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  EXPECT_EQ(Signatures(journal_->LatestCheckpoint()), 1u);
  // Without the new key's signer nobody can sign after the rotation.
  Must(Request(operator_, "rotate", RotationPayload(operator_, next_)));
  const Status missing = journal_->SignCheckpoint().status();
  EXPECT_EQ(missing.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(missing.message(), HasSubstr(crypto::VerifierKey::Create(kTestOrigin, next_.public_key())->ToString()));
  journal_->AddOperatorSigner(next_);
  const std::string overlap = journal_->SignCheckpoint().value();
  EXPECT_EQ(Signatures(overlap), 2u);
  EXPECT_EQ(journal_->checkpoint_key().public_key(), next_.public_key());
  // Opening asks for both.
  journal_.reset();
  for (const crypto::KeySigner* one : {&operator_, &next_}) {
    EXPECT_EQ(Journal::Open(std::make_unique<MemoryStorage>(held_), *one, clock_).status().code(),
              StatusCode::kPermissionDenied);
  }
  journal_ =
      Journal::Open(std::make_unique<MemoryStorage>(held_), OperatorSigners({&next_, &operator_}), clock_).value();
  Must(Request(next_, "end", RevocationPayload(operator_, 5, v1::KEY_REVOCATION_REASON_ROTATED)));
  EXPECT_EQ(Signatures(journal_->SignCheckpoint().value()), 1u);
  journal_.reset();
  EXPECT_THAT(Journal::Open(std::make_unique<MemoryStorage>(held_), operator_, clock_).status().message(),
              HasSubstr("not this journal's operator key, which is " +
                        crypto::VerifierKey::Create(kTestOrigin, next_.public_key())->ToString()));
  journal_ = Journal::Open(std::make_unique<MemoryStorage>(held_), next_, clock_).value();
  Must(RatingRequest(next_, "after"));
  ASSERT_TRUE(journal_->SignCheckpoint().ok());

  // Either key is an anchor; the newer one says what it does not vouch for.
  const VerifyReport by_old = Verify(operator_), by_new = Verify(next_);
  EXPECT_TRUE(by_old.passed()) << FailedChecks(by_old);
  EXPECT_TRUE(by_new.passed()) << FailedChecks(by_new);
  EXPECT_THAT(by_new.taken_on_trust, testing::Contains(HasSubstr("the log itself says so")));
  EXPECT_THAT(by_old.taken_on_trust, testing::Not(testing::Contains(HasSubstr("the log itself says so"))));
  EXPECT_THAT(FailuresOf(Verify(party_), "keys"), HasSubstr("is none of those that may sign here"));

  // A checkpoint of the overlap with one signature taken away.
  for (const size_t kept : {0u, 1u}) {
    crypto::SignedNote note = crypto::SignedNote::Parse(overlap).value();
    note.signatures = {note.signatures[kept]};
    std::string& stored = held_->records.at(keyspace::CheckpointKey(TreeSize{5}));
    stored = note.Serialize();
    EXPECT_THAT(FailuresOf(Verify(operator_), "checkpoints"), HasSubstr("must be signed by every key of the overlap"));
    stored = overlap;
  }
  // The old key's after the overlap counts for nothing.
  const auto published = held_->published;
  const crypto::Checkpoint last = crypto::Checkpoint::Parse(crypto::SignedNote::Parse(*published)->text).value();
  held_->published = crypto::SignCheckpoint(last, operator_).value();
  EXPECT_THAT(FailuresOf(Verify(operator_), "checkpoints"), HasSubstr("no signature by a known key"));
}

TEST_F(KeyRegistryTest, AChainOfTwoRotations) {
  RotateOperator();
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  journal_->AddOperatorSigner(third_);
  const EntryIndex second = Must(Request(next_, "rotate 2", RotationPayload(next_, third_)));
  EXPECT_EQ(Signatures(journal_->SignCheckpoint().value()), 3u) << "nobody has ended an overlap";
  Must(Request(third_, "end 1", RevocationPayload(operator_, 6, v1::KEY_REVOCATION_REASON_ROTATED)));
  Must(Request(third_, "end 2", RevocationPayload(next_, 6, v1::KEY_REVOCATION_REASON_ROTATED)));
  EXPECT_EQ(Signatures(journal_->SignCheckpoint().value()), 1u);
  for (const crypto::KeySigner* anchor : {&operator_, &next_, &third_})
    EXPECT_TRUE(Verify(*anchor).passed()) << FailedChecks(Verify(*anchor));
  const KeyRegistry keys = journal_->keys();
  const auto anchor = crypto::VerifierKey::Create(kTestOrigin, operator_.public_key()).value();
  const ChainedCheckpoint opened = keys.operator_keys().OpenUnder(anchor, journal_->LatestCheckpoint()).value();
  EXPECT_THAT(opened.signed_by, HasSubstr("leads by the rotation of entry 4, " + std::to_string(second.value)));
  // A successor that turned out bad is revoked by the one before it, which may then choose another.
  EXPECT_EQ(keys.EntriesBehindOperator(journal_->size()).size(), 5u) << "genesis, two rotations, two revocations";
}

TEST_F(KeyRegistryTest, ASuccessorThatTurnedOutBadIsReplacedAndLeadsNowhere) {
  RotateOperator();
  Must(Request(operator_, "bad", RevocationPayload(next_, 4, v1::KEY_REVOCATION_REASON_COMPROMISED)));
  journal_->AddOperatorSigner(third_);
  Must(Request(operator_, "rotate 2", RotationPayload(operator_, third_)));
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  EXPECT_TRUE(Verify(operator_).passed());
  EXPECT_THAT(FailuresOf(Verify(next_), "keys"), HasSubstr("no rotation leads from it"));
}

TEST_F(KeyRegistryTest, WhatARevokedKeySignedSinceIsNamedAndIsNoFailure) {
  Must(Request(party_, "before", ConsentPayload("party-1")));  // 4
  Must(Request(party_, "stolen", ConsentPayload("party-1")));  // 5
  Must(RatingRequest(operator_, "6"));
  Must(Request(operator_, "revoke", RevocationPayload(party_, 5)));  // 7
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  const VerifyReport report = Verify(operator_);
  EXPECT_TRUE(report.passed()) << FailedChecks(report);
  EXPECT_THAT(
      report.taken_on_trust,
      testing::Contains(testing::AllOf(HasSubstr("(1). They stay"),
                                       HasSubstr("entry 5, a consent grant of party party-1, by entry 7 (COMPROMISED)"),
                                       testing::Not(HasSubstr("entry 4,")))));
}

TEST_F(KeyRegistryTest, AnAnchorThatWasInOtherHandsBeforeItsRotationIsSaid) {
  Must(RatingRequest(operator_, "4"));
  RotateOperator();                                                 // 5
  Must(Request(next_, "stolen", RevocationPayload(operator_, 4)));  // 6
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  EXPECT_THAT(Verify(operator_).taken_on_trust,
              testing::Contains(HasSubstr("Ask the operator for the new key by another way")));
  EXPECT_THAT(Verify(next_).taken_on_trust, testing::Not(testing::Contains(HasSubstr("by another way"))));
}

}  // namespace
}  // namespace ledgerline::journal
