// Default deny, who is asked, and consents by asset, use, territory, tier and time.
#include <gtest/gtest.h>

#include "tests/ledger/rights/demo_catalogue.h"

namespace ledgerline {
namespace {

class ConsentTest : public ::testing::Test {
 protected:
  ConsentTest() { AddDemoCatalogue(ledger_); }
  std::string Missing(const rights::ConsentQuestion& question) {
    std::string text;
    for (const auto& problem : ledger_.rights().CheckConsent(question).missing) text += problem.ToString() + "\n";
    return text;
  }
  std::string Missing() { return Missing(Question(ledger_)); }
  LedgerBuilder ledger_;
};

// A rotation and a revocation as payloads, for the ledger of these tests.
v1::Payload Rotation(const crypto::PrivateKey& old_key, const crypto::PrivateKey& new_key) {
  v1::Payload payload;
  v1::KeyRotation& rotation = *payload.mutable_key_rotation();
  const Hash256 old_id = journal::KeyId(old_key.public_key());
  rotation.set_old_key_id(old_id.ToBytes());
  rotation.set_new_public_key(new_key.public_key().ToBytes());
  rotation.set_new_signature(
      new_key.Sign(journal::RotationText(LedgerBuilder::kOrigin, old_id, new_key.public_key())).value().ToBytes());
  return payload;
}
v1::Payload Revocation(const crypto::PrivateKey& key, uint64_t effective_size) {
  v1::Payload payload;
  payload.mutable_key_revocation()->set_key_id(journal::KeyId(key.public_key()).ToBytes());
  payload.mutable_key_revocation()->set_effective_size(effective_size);
  payload.mutable_key_revocation()->set_reason(v1::KEY_REVOCATION_REASON_COMPROMISED);
  return payload;
}

TEST_F(ConsentTest, EveryControllerIsAskedAndNamed) {
  const auto requirement = ledger_.rights().RequiredControllers(Question(ledger_));
  std::vector<std::string> asked;
  for (const auto& controller : requirement.controllers) {
    asked.push_back(controller.party.text() + " " + controller.asset.ToString() + " " +
                    controller.named_by.at(0).set.text());
  }
  // pub speaks for ann's line; ann herself is not asked.
  EXPECT_EQ(asked, (std::vector<std::string>{"label recording:rec-1 set-m", "ben work:work-1 set-p",
                                             "pub work:work-1 set-p"}));
  EXPECT_TRUE(requirement.problems.empty());
  EXPECT_EQ(Missing(),
            "party label, recording:rec-1: no consent was ever given\nparty ben, work:work-1: no consent was ever "
            "given\nparty pub, work:work-1: no consent was ever given\n");
}

TEST_F(ConsentTest, AllMustAgree) {
  ledger_.Consent("label", "recording:rec-1");
  ledger_.Consent("pub", "*");
  EXPECT_FALSE(ledger_.rights().CheckConsent(Question(ledger_)).allowed);
  const uint64_t last = ledger_.Consent("ben", "recording:rec-1");  // for the work as it is used in this recording
  const auto answer = ledger_.rights().CheckConsent(Question(ledger_));
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.relied.size(), 3u);
  EXPECT_EQ(answer.ConsentReferences().size(), 3u);
  EXPECT_EQ(answer.ShareSetReferences().size(), 2u);
  // As of the last grant's own index it was not there yet.
  auto before = Question(ledger_);
  before.as_of = TreeSize{last};
  EXPECT_EQ(Missing(before), "party ben, work:work-1: no consent was ever given\n");
}

TEST_F(ConsentTest, PerformanceControllersAreAskedToo) {
  ledger_.File(Shares("set-perf,work:work-1,PERFORMANCE,WW,2020-01-01,,ACCEPTED,ann,1000000,\n"));
  ledger_.Consent("label", "*");
  ledger_.Consent("pub", "*");
  ledger_.Consent("ben", "*");
  EXPECT_EQ(Missing(), "party ann, work:work-1: no consent was ever given\n");
}

TEST_F(ConsentTest, ConsentReachesOnlyWhatItSays) {
  ledger_.Consent("label", "*");
  ledger_.Consent("pub", "*");
  auto payload = ledger_.Grant("ben", "work:work-1", "EU -FR");
  payload.mutable_consent_grant()->add_tiers("premium");
  payload.mutable_consent_grant()->set_valid_from_us(At("2026-10-01").us);
  payload.mutable_consent_grant()->set_valid_to_us(At("2026-11-01").us);
  const uint64_t grant = ledger_.Add(payload);
  const std::string name = "party ben, work:work-1: consent of entry " + std::to_string(grant);
  auto question = Question(ledger_);
  question.at = At("2026-10-01");
  EXPECT_EQ(Missing(question), "");
  question.at = At("2026-09-30T23:59:59.999999Z");
  EXPECT_EQ(Missing(question), name + " begins at 2026-10-01T00:00:00Z\n");
  question.at = At("2026-11-01");
  EXPECT_EQ(Missing(question), name + " ended at 2026-11-01T00:00:00Z\n");
  question.at = At("2026-10-15");
  question.territory = "FR";
  EXPECT_EQ(Missing(question), name + " does not reach FR\n");
  question.territory = "DE";
  question.tier = "free";
  EXPECT_EQ(Missing(question), name + " does not allow the tier free\n");
  question.tier = "premium";
  question.use = v1::USE_REMIX;
  EXPECT_NE(Missing(question).find(name + " does not allow the use REMIX\n"), std::string::npos);
}

TEST_F(ConsentTest, AnotherAssetIsNotThisOne) {
  ledger_.Consent("label", "recording:rec-9");
  EXPECT_NE(Missing().find("party label, recording:rec-1: no consent was ever given"), std::string::npos);
}

TEST_F(ConsentTest, RevocationCountsFromItsOwnIndexOn) {
  for (const char* party : {"label", "pub", "ben"}) ledger_.Consent(party, "*");
  const uint64_t grant = ledger_.next() - 1;
  const TreeSize before = ledger_.fold.size();
  const uint64_t revocation = ledger_.Revoke("ben", grant);
  EXPECT_EQ(Missing(), "party ben, work:work-1: consent of entry " + std::to_string(grant) + " was revoked by entry " +
                           std::to_string(revocation) + "\n");
  auto question = Question(ledger_);
  question.as_of = before;
  EXPECT_EQ(Missing(question), "");
  const auto* record = ledger_.rights().consents().Grant(EntryIndex{grant});
  EXPECT_EQ(rights::StatusOf(*record, ledger_.now, before), rights::ConsentStatus::kActive);
  EXPECT_EQ(rights::StatusOf(*record, ledger_.now, ledger_.fold.size()), rights::ConsentStatus::kRevoked);
  // A new grant restores it.
  ledger_.Consent("ben", "*");
  EXPECT_EQ(Missing(), "");
}

TEST_F(ConsentTest, OnlyThePartyOrTheOperatorMaySpeak) {
  const auto ben = TestKey(2), label = TestKey(3), stranger = TestKey(4);
  ledger_.Enrol("ben", ben);
  ledger_.Enrol("label", label);
  const uint64_t own = ledger_.Add(ledger_.Grant("ben", "*"), ben);
  const uint64_t attested = ledger_.Consent("pub", "*");
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{own})->attested_by, rights::Attestation::kParty);
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{attested})->attested_by, rights::Attestation::kOperator);
  const uint64_t forged = ledger_.Add(ledger_.Grant("label", "*"), ben);
  const uint64_t unknown = ledger_.Add(ledger_.Grant("label", "*"), stranger);
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{forged}), nullptr);
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{unknown}), nullptr);
  EXPECT_EQ(ledger_.rights().faults().size(), 2u);
  // Nor may one party end another's consent.
  v1::Payload revoke;
  revoke.mutable_consent_revocation()->set_party_id("ben");
  revoke.mutable_consent_revocation()->set_grant_index(own);
  ledger_.Add(revoke, label);
  EXPECT_FALSE(ledger_.rights().consents().Grant(EntryIndex{own})->revoked_by);
  ledger_.Add(revoke, ben);
  EXPECT_TRUE(ledger_.rights().consents().Grant(EntryIndex{own})->revoked_by);
}

TEST_F(ConsentTest, BadGrantsAndRevocationsAreNamedFaults) {
  const auto fault_of = [&](const v1::Payload& payload) {
    ledger_.Add(payload);
    return ledger_.rights().faults().empty() ? std::string() : ledger_.rights().faults().back().text;
  };
  auto grant = ledger_.Grant("ben", "song:1");
  EXPECT_NE(fault_of(grant).find("asset 'song:1'"), std::string::npos);
  grant = ledger_.Grant("ben", "*", "nowhere");
  EXPECT_NE(fault_of(grant).find("'nowhere'"), std::string::npos);
  grant = ledger_.Grant("ben", "*");
  grant.mutable_consent_grant()->clear_uses();
  EXPECT_NE(fault_of(grant).find("uses is empty"), std::string::npos);
  grant = ledger_.Grant("ben", "*");
  grant.mutable_consent_grant()->add_uses(static_cast<v1::Use>(9));
  EXPECT_NE(fault_of(grant).find("use 9"), std::string::npos);
  grant = ledger_.Grant("ben", "*");
  grant.mutable_consent_grant()->set_valid_from_us(5);
  grant.mutable_consent_grant()->set_valid_to_us(5);
  EXPECT_NE(fault_of(grant).find("valid_to is not after valid_from"), std::string::npos);
  ledger_.Revoke("ben", 1);
  EXPECT_NE(ledger_.rights().faults().back().text.find("party ben has no consent of entry 1"), std::string::npos);
  const uint64_t good = ledger_.Consent("ben", "*");
  ledger_.Revoke("ben", good);
  ledger_.Revoke("ben", good);
  EXPECT_NE(ledger_.rights().faults().back().text.find("was revoked already"), std::string::npos);
}

TEST_F(ConsentTest, NobodyToAskIsRefused) {
  EXPECT_NE(Missing(Question(ledger_, "rec-9")).find("recording rec-9 is not in the catalogue"), std::string::npos);
  ledger_.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-2,Second,Band,,work-2,1000000\n");
  EXPECT_EQ(Missing(Question(ledger_, "rec-2")),
            "recording:rec-2: no accepted share set for MASTER of recording:rec-2 in DE at " + ledger_.now.ToString() +
                ": nobody can be asked, so it is refused\n"
                "work:work-2: no accepted share set for MECHANICAL of work:work-2 in DE at " +
                ledger_.now.ToString() + "; no accepted share set for PERFORMANCE of work:work-2 in DE at " +
                ledger_.now.ToString() + ": nobody can be asked, so it is refused\n");
  auto question = Question(ledger_);
  question.use = v1::USE_UNSPECIFIED;
  EXPECT_FALSE(ledger_.rights().CheckConsent(question).allowed);
  // A dispute refuses, whoever consented.
  for (const char* party : {"label", "pub", "ben"}) ledger_.Consent(party, "*");
  EXPECT_TRUE(ledger_.rights().CheckConsent(Question(ledger_)).allowed);
  ledger_.File(Shares("set-x,work:work-1,MECHANICAL,DE,2020-01-01,,DISPUTED,ann,1000000,\n"));
  EXPECT_NE(Missing().find("work:work-1: MECHANICAL of work:work-1 in DE at"), std::string::npos);
}

TEST_F(ConsentTest, ARotatedKeySpeaksAndARevokedOneNoLonger) {
  const auto old_key = TestKey(7), new_key = TestKey(8);
  ledger_.Enrol("label", old_key);
  EXPECT_NE(ledger_.rights().keys().Find(journal::KeyId(old_key.public_key()), ledger_.fold.size()), nullptr);
  ledger_.Add(Rotation(old_key, new_key), old_key);
  const uint64_t by_old = ledger_.Add(ledger_.Grant("label", "*"), old_key);
  const uint64_t by_new = ledger_.Add(ledger_.Grant("label", "*"), new_key);
  for (const uint64_t grant : {by_old, by_new}) {
    EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{grant})->attested_by, rights::Attestation::kParty);
  }
  ledger_.Add(Revocation(old_key, ledger_.next()), old_key);
  const uint64_t late = ledger_.Add(ledger_.Grant("label", "*"), old_key);
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{late}), nullptr);
  EXPECT_NE(ledger_.FaultsText().find("signed neither by its own key"), std::string::npos);
  EXPECT_EQ(ledger_.rights().faults().size(), 1u) << ledger_.FaultsText();
  // Nobody but itself and the operator may revoke a key.
  ledger_.Add(Revocation(new_key, 0), TestKey(9));
  EXPECT_FALSE(ledger_.rights().keys().Find(journal::KeyId(new_key.public_key()), ledger_.fold.size())->revoked_by);
}

TEST_F(ConsentTest, ARepudiatedConsentCarriesNoNewPermitAndTheHistoryStays) {
  const auto stolen = TestKey(7);
  ledger_.Enrol("label", stolen);
  ledger_.Consent("ben", "*");
  ledger_.Consent("pub", "*");
  const uint64_t consent = ledger_.Add(ledger_.Grant("label", "*"), stolen);
  const uint64_t made = ledger_.Cover({.id = "cov-1", .sources = {{"rec-1", 1'000'000}}});
  EXPECT_TRUE(ledger_.rights().Generation(EntryIndex{made})->verdict.authorised()) << ledger_.FaultsText();
  const uint64_t permit = ledger_.Add(ledger_.PermitFor({.id = "cov-2", .sources = {{"rec-1", 1'000'000}}}));
  const auto known_before = Question(ledger_);
  const uint64_t revocation = ledger_.Add(Revocation(stolen, consent));
  // As of before, all is as it was; what was permitted then may still be made.
  EXPECT_TRUE(ledger_.rights().CheckConsent(known_before).allowed);
  EXPECT_TRUE(ledger_.rights().Generation(EntryIndex{made})->verdict.authorised());
  const uint64_t late = ledger_.Add(ledger_.GenerationFor({.id = "cov-2", .sources = {{"rec-1", 1'000'000}}}, permit));
  EXPECT_TRUE(ledger_.rights().Generation(EntryIndex{late})->verdict.authorised()) << ledger_.FaultsText();
  // From the revocation on it is no leave.
  EXPECT_NE(Missing().find("consent of entry " + std::to_string(consent) + " is repudiated: entry " +
                           std::to_string(revocation)),
            std::string::npos)
      << Missing();
  const uint64_t after = ledger_.Cover({.id = "cov-3", .sources = {{"rec-1", 1'000'000}}});
  EXPECT_FALSE(ledger_.rights().Generation(EntryIndex{after})->verdict.authorised());
  // A consent from before the theft stands.
  const auto careful = TestKey(8);
  ledger_.Enrol("label", careful);
  ledger_.Add(ledger_.Grant("label", "*"), careful);
  ledger_.Add(Revocation(careful, ledger_.next()));
  EXPECT_EQ(Missing(), "");
}

}  // namespace
}  // namespace ledgerline
