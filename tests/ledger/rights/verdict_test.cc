// Each way in which a generation is not authorised, and that it stays in the ledger all the same.
#include <gtest/gtest.h>

#include "tests/ledger/rights/demo_catalogue.h"

namespace ledgerline {
namespace {

using rights::VerdictReason;

class VerdictTest : public ::testing::Test {
 protected:
  VerdictTest() {
    AddDemoCatalogue(ledger_);
    for (const char* party : {"label", "pub", "ben"}) grants_.push_back(ledger_.Consent(party, "*"));
  }
  const rights::GenerationRecord& Generation(uint64_t entry) {
    const auto* record = ledger_.rights().Generation(EntryIndex{entry});
    EXPECT_NE(record, nullptr);
    return *record;
  }
  // Only this reason, so that no test passes for another one.
  void ExpectOnly(uint64_t entry, VerdictReason reason) {
    const auto& verdict = Generation(entry).verdict;
    ASSERT_FALSE(verdict.findings.empty());
    for (const auto& finding : verdict.findings) EXPECT_EQ(finding.reason, reason) << verdict.ToString();
  }
  template <typename Change>
  uint64_t Changed(const std::string& id, Change change) {
    const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec(id)));
    v1::Payload payload = ledger_.GenerationFor(Spec(id), permit);
    change(*payload.mutable_generation());
    return ledger_.Add(payload);
  }
  LedgerBuilder ledger_;
  std::vector<uint64_t> grants_;
};

TEST_F(VerdictTest, AuthorisedAndARecording) {
  const uint64_t entry = ledger_.Cover(Spec("cov-1"));
  EXPECT_EQ(Generation(entry).verdict.ToString(), "AUTHORISED");
  EXPECT_EQ(Generation(entry).verdict.relied.size(), 3u);
  EXPECT_EQ(ledger_.rights().Recording(Rec("cov-1"), ledger_.fold.size()).cover, &Generation(entry));
  EXPECT_EQ(ledger_.rights().Recording(Rec("cov-1"), TreeSize{entry}).cover, nullptr);
  EXPECT_EQ(ledger_.FaultsText(), "");
}

TEST_F(VerdictTest, RevokedBetweenPermitAndGenerationStaysAuthorised) {
  const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec("cov-1")));
  const v1::Payload made = ledger_.GenerationFor(Spec("cov-1"), permit);
  ledger_.Revoke("ben", grants_[2]);
  EXPECT_TRUE(Generation(ledger_.Add(made)).verdict.authorised());
  // The next permit is without leave, and so is what is made under it.
  const uint64_t entry = ledger_.Cover(Spec("cov-2"));
  ExpectOnly(entry, VerdictReason::kMissingConsent);
  EXPECT_NE(Generation(entry).verdict.ToString().find("party ben, work:work-1: consent of entry " +
                                                      std::to_string(grants_[2]) + " was revoked"),
            std::string::npos);
  EXPECT_NE(ledger_.FaultsText().find("permit without the leave that it needs: party ben"), std::string::npos);
}

TEST_F(VerdictTest, ConsentAfterThePermitComesTooLate) {
  ledger_.Revoke("ben", grants_[2]);
  const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec("cov-1")));
  ledger_.Consent("ben", "*");
  ExpectOnly(ledger_.Add(ledger_.GenerationFor(Spec("cov-1"), permit)), VerdictReason::kMissingConsent);
}

TEST_F(VerdictTest, WithoutAPermit) {
  ExpectOnly(ledger_.Add(ledger_.GenerationFor(Spec("cov-1"), grants_[0])), VerdictReason::kNoPermit);
  ExpectOnly(ledger_.Add(ledger_.GenerationFor(Spec("cov-2"), ledger_.next() + 5)), VerdictReason::kNoPermit);
}

TEST_F(VerdictTest, OutsideThePermitsTime) {
  const auto at = [&](const std::string& id, int64_t after_permit_us) {
    return Changed(id, [&](v1::Generation& made) { made.set_generated_at_us(ledger_.now.us + after_permit_us); });
  };
  // Permits end an hour after the moment before them, which is one second after they are recorded less.
  const int64_t end = int64_t{3600} * 1'000'000 - 1'000'000;
  EXPECT_TRUE(Generation(at("cov-1", end - 1)).verdict.authorised());
  ExpectOnly(at("cov-2", end), VerdictReason::kPermitExpired);
  EXPECT_TRUE(Generation(at("cov-3", 0)).verdict.authorised());
  ExpectOnly(at("cov-4", -1), VerdictReason::kPermitMismatch);
}

TEST_F(VerdictTest, APermitForYearsEndsAfterADay) {
  v1::Payload payload = ledger_.PermitFor(Spec("cov-1"));
  payload.mutable_permit()->set_valid_until_us(ledger_.now.us * 2);
  const uint64_t permit = ledger_.Add(payload);
  v1::Payload made = ledger_.GenerationFor(Spec("cov-1"), permit);
  made.mutable_generation()->set_generated_at_us(ledger_.now.us + rights::kPermitLifetimeUsMax);
  ExpectOnly(ledger_.Add(made), VerdictReason::kPermitExpired);
}

TEST_F(VerdictTest, OtherThanPermitted) {
  ExpectOnly(Changed("cov-1", [](v1::Generation& made) { made.set_style("rock"); }), VerdictReason::kPermitMismatch);
  ExpectOnly(Changed("cov-2", [](v1::Generation& made) { made.set_territory("FR"); }), VerdictReason::kPermitMismatch);
  ExpectOnly(Changed("cov-3", [](v1::Generation& made) { made.set_tier("free"); }), VerdictReason::kPermitMismatch);
  ExpectOnly(Changed("cov-4", [](v1::Generation& made) { made.set_requester(std::string(16, 'x')); }),
             VerdictReason::kPermitMismatch);
  const uint64_t remix = Changed("cov-5", [](v1::Generation& made) { made.set_use(v1::USE_REMIX); });
  EXPECT_TRUE(HasReason(Generation(remix).verdict, VerdictReason::kPermitMismatch));
  EXPECT_TRUE(HasReason(Generation(remix).verdict, VerdictReason::kMissingConsent));
}

TEST_F(VerdictTest, OnePermitOneGeneration) {
  const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec("cov-1")));
  EXPECT_TRUE(Generation(ledger_.Add(ledger_.GenerationFor(Spec("cov-1"), permit))).verdict.authorised());
  ExpectOnly(ledger_.Add(ledger_.GenerationFor(Spec("cov-2"), permit)), VerdictReason::kPermitReused);
}

TEST_F(VerdictTest, SourcesMustBeKnownWholeAndOnce) {
  const uint64_t unknown = Changed("cov-1", [](v1::Generation& made) {
    made.mutable_sources(0)->set_weight_ppm(500'000);
    auto& second = *made.add_sources();
    second.set_recording_id("rec-9");
    second.set_weight_ppm(500'000);
  });
  ExpectOnly(unknown, VerdictReason::kUnknownSource);
  ExpectOnly(Changed("cov-2", [](v1::Generation& made) { made.mutable_sources(0)->set_weight_ppm(999'999); }),
             VerdictReason::kBadSources);
  const uint64_t twice = Changed("cov-3", [](v1::Generation& made) {
    made.mutable_sources(0)->set_weight_ppm(500'000);
    *made.add_sources() = made.sources(0);
  });
  ExpectOnly(twice, VerdictReason::kBadSources);
  const uint64_t none = Changed("cov-4", [](v1::Generation& made) { made.clear_sources(); });
  EXPECT_TRUE(HasReason(Generation(none).verdict, VerdictReason::kBadSources));
  EXPECT_TRUE(HasReason(Generation(none).verdict, VerdictReason::kPermitMismatch));
}

TEST_F(VerdictTest, IdsAreTakenOnce) {
  ExpectOnly(ledger_.Cover(Spec("rec-1")), VerdictReason::kCoverIdTaken);
  EXPECT_NE(ledger_.rights().Recording(Rec("rec-1"), ledger_.fold.size()).original, nullptr);
  ledger_.Cover(Spec("cov-1"));
  const uint64_t again = ledger_.Cover(Spec("cov-1"));
  ExpectOnly(again, VerdictReason::kCoverIdTaken);
  EXPECT_FALSE(Generation(again).is_recording);
  // Nor can a file take a cover's id.
  ledger_.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\ncov-1,First,Band,,work-1,1000000\n");
  EXPECT_EQ(ledger_.rights().Recording(Rec("cov-1"), ledger_.fold.size()).original, nullptr);
  EXPECT_NE(ledger_.FaultsText().find("recording cov-1 is a cover"), std::string::npos);
}

TEST_F(VerdictTest, ByAnotherKeyThanAnOperators) {
  const auto ben = TestKey(2);
  ledger_.Enrol("ben", ben);
  const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec("cov-1")));
  ExpectOnly(ledger_.Add(ledger_.GenerationFor(Spec("cov-1"), permit), ben), VerdictReason::kNotByOperator);
  // And a party's permit is none.
  const uint64_t forged = ledger_.Add(ledger_.PermitFor(Spec("cov-2")), ben);
  EXPECT_EQ(ledger_.rights().Permit(EntryIndex{forged}), nullptr);
}

TEST_F(VerdictTest, CoversOfCoversAskTheOriginalsAndInheritTheirSins) {
  ledger_.Cover(Spec("cov-1"));
  const uint64_t second = ledger_.Cover(Spec("cov-2", "cov-1"));
  EXPECT_TRUE(Generation(second).verdict.authorised());
  EXPECT_EQ(Generation(second).verdict.relied.size(), 3u);
  EXPECT_EQ(Generation(second).depth, 2);
  Changed("cov-3", [](v1::Generation& made) { made.set_style("rock"); });
  ExpectOnly(ledger_.Cover(Spec("cov-4", "cov-3")), VerdictReason::kUnauthorisedSource);
}

TEST_F(VerdictTest, DepthHasABound) {
  std::string source = "rec-1";
  for (int depth = 1; depth <= rights::kSourceDepthMax + 1; ++depth) {
    const std::string id = "deep-" + std::to_string(depth);
    const uint64_t entry = ledger_.Cover(Spec(id, source));
    if (depth <= rights::kSourceDepthMax) {
      EXPECT_TRUE(Generation(entry).verdict.authorised()) << depth << Generation(entry).verdict.ToString();
    } else {
      ExpectOnly(entry, VerdictReason::kBadSources);
    }
    source = id;
  }
  // What comes after is refused without walking the chain.
  EXPECT_FALSE(ledger_.rights().CheckConsent(Question(ledger_, source)).allowed);
}

TEST_F(VerdictTest, PathsHaveABound) {
  ledger_.Cover(Spec("a0"));
  ledger_.Cover(Spec("b0"));
  bool refused = false;
  for (int level = 1; level <= 11; ++level) {
    const std::string below = std::to_string(level - 1), here = std::to_string(level);
    for (const char* side : {"a", "b"}) {
      const uint64_t entry = ledger_.Cover({side + here, {{"a" + below, 500'000}, {"b" + below, 500'000}}});
      // 2^level paths: 1024 are allowed.
      EXPECT_EQ(Generation(entry).verdict.authorised(), level <= 10) << level;
      refused |= !Generation(entry).verdict.authorised();
    }
  }
  EXPECT_TRUE(refused);
}

TEST_F(VerdictTest, AServicesPermitsAndGenerationsCountAndAnAuditorsDoNot) {
  const auto enrol = [&](const crypto::PrivateKey& key, v1::KeyRole role, const std::string& name) {
    v1::Payload payload;
    v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
    enrolment.set_public_key(key.public_key().ToBytes());
    enrolment.set_role(role);
    enrolment.set_name(name);
    enrolment.set_possession_signature(
        key.Sign(journal::EnrolmentText(LedgerBuilder::kOrigin, "", role, key.public_key(), name)).value().ToBytes());
    ledger_.Add(payload);
  };
  const auto service = TestKey(40), auditor = TestKey(41);
  enrol(service, v1::KEY_ROLE_SERVICE, "play.example");
  enrol(auditor, v1::KEY_ROLE_AUDITOR, "auditor.example");
  const uint64_t permit = ledger_.Add(ledger_.PermitFor(Spec("cov-s")), service);
  const uint64_t made = ledger_.Add(ledger_.GenerationFor(Spec("cov-s"), permit), service);
  EXPECT_TRUE(ledger_.rights().Generation(EntryIndex{made})->verdict.authorised()) << ledger_.FaultsText();
  const uint64_t ignored = ledger_.Add(ledger_.PermitFor(Spec("cov-a")), auditor);
  EXPECT_EQ(ledger_.rights().Permit(EntryIndex{ignored}), nullptr);
  EXPECT_NE(ledger_.FaultsText().find("neither by an operator's key nor by a service's"), std::string::npos);
}

}  // namespace
}  // namespace ledgerline
