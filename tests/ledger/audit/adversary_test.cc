// What a dishonest submitter, operator or courier might try, against receipts and against the ledger.
#include <random>

#include "tests/ledger/audit/audit_fixture.h"

namespace ledgerline::audit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class AdversaryTest : public AuditTest {
 protected:
  std::string FailuresOf(const Receipt& receipt) const {
    return Failures(VerifyReceipt(receipt, journal_->checkpoint_key()));
  }
  // A generation that rests on these consents, after a permit for the same.
  EntryIndex GenerationOn(const std::vector<std::pair<std::string, EntryIndex>>& consents) {
    const auto name = [&](auto& references) {
      references.Clear();
      for (const auto& [party, entry] : consents) {
        auto& reference = *references.Add();
        reference.set_party_id(party);
        reference.set_entry_index(entry.value);
      }
    };
    v1::Payload permit = PermitPayload();
    name(*permit.mutable_permit()->mutable_consents());
    v1::Payload made = GenerationPayload();
    made.mutable_generation()->set_permit_index(Submit(permit.SerializeAsString(), operator_).value);
    made.mutable_generation()->set_cover_recording_id("cover-of-the-adversary");
    name(*made.mutable_generation()->mutable_consents());
    const EntryIndex index = Submit(made.SerializeAsString(), operator_, {kMelody, kConditioning});
    EXPECT_TRUE(journal_->SignCheckpoint().ok());
    return index;
  }
  EntryIndex GrantOf(const std::string& party, const std::string& asset, const crypto::Signer& signer) {
    v1::Payload payload;
    v1::ConsentGrant& grant = *payload.mutable_consent_grant();
    grant.set_party_id(party);
    grant.set_asset(asset);
    grant.add_uses(v1::USE_COVER);
    grant.set_territories("WW");
    return Submit(payload.SerializeAsString(), signer);
  }
};

// Every byte of every entry and of the checkpoint, each changed in a way drawn at random; every hash of every proof.
TEST_F(AdversaryTest, NoByteOfAReceiptsProofCanBeChanged) {
  const Receipt whole = MakeReceiptOf(generation_);
  std::mt19937 random(7);
  const auto other = [&](char& byte) { byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255)); };
  size_t tried = 0;
  const auto expect_caught = [&](const Receipt& altered, const std::string& what) {
    ++tried;
    EXPECT_NE(FailuresOf(altered), "") << what;
  };
  for (size_t at = 0; at < whole.checkpoint.size(); ++at) {
    Receipt altered = whole;
    other(altered.checkpoint[at]);
    expect_caught(altered, "byte " + std::to_string(at) + " of the checkpoint");
  }
  for (size_t entry = 0; entry <= whole.supporting.size(); ++entry) {
    const auto of = [&](Receipt& receipt) -> ProvedEntry& {
      return entry == 0 ? receipt.subject : receipt.supporting[entry - 1];
    };
    Receipt altered = whole;
    ProvedEntry& proved = of(altered);
    for (size_t at = 0; at < proved.bytes.size(); ++at) {
      const char kept = proved.bytes[at];
      other(proved.bytes[at]);
      expect_caught(altered, "byte " + std::to_string(at) + " of entry " + std::to_string(proved.index.value));
      proved.bytes[at] = kept;
    }
    for (Hash256& hash : proved.proof) {
      const Hash256 kept = hash;
      hash.bytes[random() % Hash256::kSize] ^= static_cast<uint8_t>(1 + random() % 255);
      expect_caught(altered, "a hash of the proof of entry " + std::to_string(proved.index.value));
      hash = kept;
    }
  }
  EXPECT_GT(tried, 1000u);
}

// The text around it: whatever is changed, a receipt that still verifies proves the very same thing.
TEST_F(AdversaryTest, AChangedFileVerifiesOnlyIfItProvesTheSame) {
  const Receipt whole = MakeReceiptOf(generation_);
  const std::string text = FormatReceipt(whole, R"({"for": "people"})").value();
  std::mt19937 random(11);
  size_t refused = 0, failed = 0, same = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string altered = text;
    switch (random() % 3) {
      case 0:
        altered[random() % altered.size()] = static_cast<char>(random());
        break;
      case 1:
        altered.erase(random() % altered.size(), 1 + random() % 40);
        break;
      default:
        altered.resize(random() % altered.size());
    }
    const auto parsed = ParseReceipt(altered);
    if (!parsed.ok()) {
      ++refused;
      continue;
    }
    if (!FailuresOf(*parsed).empty()) {
      ++failed;
      continue;
    }
    ++same;
    EXPECT_EQ(FormatReceipt(*parsed, "{}").value(), FormatReceipt(whole, "{}").value()) << altered;
  }
  EXPECT_GT(refused, 100u);
  EXPECT_GT(failed, 100u);
  EXPECT_GT(same, 0u) << "people's part may say anything";
}

TEST_F(AdversaryTest, APartysKeySubmitsNothingButConsents) {
  v1::Payload close;
  close.mutable_period_close()->set_period("2026-09");
  close.mutable_period_close()->set_prefix_root(std::string(32, '0'));
  close.mutable_period_close()->set_statements_sha256(crypto::Sha256("s").ToBytes());
  close.mutable_period_close()->set_lines_root(std::string(32, '0'));
  v1::Payload rejected;
  rejected.mutable_rejected_candidates()->set_model_sha256(std::string(32, 'm'));
  v1::Payload catalogue;
  catalogue.mutable_catalogue_file()->mutable_file()->set_blob_sha256(crypto::Sha256("c").ToBytes());
  catalogue.mutable_catalogue_file()->mutable_file()->set_rows_root(std::string(32, '0'));
  const crypto::KeySigner friend_of_party = journal::TestSigner('f');
  const struct {
    const char* what;
    std::string payload;
    std::vector<std::string> blobs;
  } kRefused[] = {
      {"usage", journal::UsagePayload("u"), {"u"}},
      {"permit", PermitPayload().SerializeAsString(), {}},
      {"generation", GenerationPayload().SerializeAsString(), {kMelody, kConditioning}},
      {"catalogue", catalogue.SerializeAsString(), {"c"}},
      {"close", close.SerializeAsString(), {"s"}},
      {"rejected candidates", rejected.SerializeAsString(), {}},
      {"a key of its own", journal::EnrolmentPayload(friend_of_party, v1::KEY_ROLE_PARTY, "writer-b"), {}},
      {"a key for the operator", journal::EnrolmentPayload(friend_of_party, v1::KEY_ROLE_OPERATOR, ""), {}},
  };
  const TreeSize before = journal_->size();
  for (const auto& test : kRefused) {
    const auto result = journal_->Submit(journal::Request(party_, test.what, test.payload, test.blobs));
    EXPECT_EQ(result.status().code(), StatusCode::kPermissionDenied) << test.what << ": " << result.status().ToString();
  }
  EXPECT_EQ(journal_->size(), before);
}

// Admission does not know for whom a consent speaks: the fold does, and so must a receipt.
TEST_F(AdversaryTest, AConsentSignedByAnotherPartyCountsForNothing) {
  const EntryIndex false_consent = GrantOf("writer-b", "*", party_);  // label-a's key
  const EntryIndex index = GenerationOn({{"label-a", party_consent_}, {"writer-b", false_consent}});
  EXPECT_THAT(FailuresOf(MakeReceiptOf(index)), HasSubstr("it was signed by label-a, who does not speak for writer-b"));
  Report report;
  VerifyMeaning(*journal_, report);
  std::string faults;
  for (const Finding& finding : report.findings()) faults += finding.name == "faults in data" ? finding.detail : "";
  EXPECT_THAT(faults, HasSubstr("entry " + std::to_string(false_consent.value) + " does not count"));
  EXPECT_EQ(Fold().rights().consents().Grant(false_consent), nullptr);
}

TEST_F(AdversaryTest, AConsentForSomethingElseIsNamed) {
  const EntryIndex other_recording = GrantOf("label-a", "recording:rec-9", party_);
  const EntryIndex this_recording = GrantOf("label-a", "recording:rec-1", party_);
  const EntryIndex this_work = GrantOf("writer-b", "work:work-1", operator_);
  const EntryIndex wrong = GenerationOn({{"label-a", other_recording}, {"writer-b", attested_consent_}});
  EXPECT_THAT(FailuresOf(MakeReceiptOf(wrong)), HasSubstr("it is for recording:rec-9"));
  const EntryIndex right = GenerationOn({{"label-a", this_recording}, {"writer-b", this_work}});
  EXPECT_EQ(FailuresOf(MakeReceiptOf(right)), "");
}

TEST_F(AdversaryTest, WhoseWordIsTakenIsSaid) {
  const Report receipt = VerifyReceipt(MakeReceiptOf(generation_), journal_->checkpoint_key());
  EXPECT_THAT(receipt.trusted(), Contains(StartsWith("That the key which speaks for label-a is its own")));
  Report ledger;
  VerifyMeaning(*journal_, ledger);
  EXPECT_THAT(ledger.trusted(),
              Contains(HasSubstr("entry " + std::to_string(attested_consent_.value) + " of writer-b")));
  EXPECT_THAT(ledger.trusted(), Contains(HasSubstr("label-a (entry 6)")));
  EXPECT_THAT(ledger.trusted(), Contains(StartsWith("What the 5 catalogue and usage files say")));
}

TEST_F(AdversaryTest, AnotherOperatorsGenesisIsNotThisOnes) {
  // The verifier key has the right name and is the one that signed the checkpoint, but genesis names another key.
  const crypto::KeySigner second = journal::TestSigner('2');
  auto named = crypto::VerifierKey::Create(journal::kTestOrigin, second.public_key());
  ASSERT_TRUE(named.ok());
  Receipt receipt = MakeReceiptOf(generation_);
  const auto checkpoint = crypto::OpenCheckpoint(receipt.checkpoint, journal_->checkpoint_key());
  ASSERT_TRUE(checkpoint.ok());
  auto signed_anew = crypto::SignCheckpoint(*checkpoint, second);
  ASSERT_TRUE(signed_anew.ok()) << signed_anew.status().ToString();
  receipt.checkpoint = *signed_anew;
  EXPECT_THAT(Failures(VerifyReceipt(receipt, *named)), HasSubstr("is none of those that may sign here"));
}

}  // namespace
}  // namespace ledgerline::audit
