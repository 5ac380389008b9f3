// A small ledger with everything that a cover rests on: catalogue, an enrolled party, a consent signed with its key, a
// consent attested by the operator, a permit and a generation.
#ifndef LEDGERLINE_TESTS_LEDGER_AUDIT_AUDIT_FIXTURE_H_
#define LEDGERLINE_TESTS_LEDGER_AUDIT_AUDIT_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/audit/journal_fold.h"
#include "ledger/audit/make_receipt.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/audit/verify_receipt.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/royalty/close.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::audit {

inline std::unique_ptr<journal::Storage> NewStorage() {
  return std::make_unique<journal::MemoryStorage>(std::make_shared<journal::MemoryRecords>());
}

inline constexpr char kMelody[] = "melodic fingerprint";
inline constexpr char kConditioning[] = "conditioning";

class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    auto created = journal::Journal::Create(NewStorage(), journal::kTestOrigin, operator_, clock_);
    ASSERT_TRUE(created.ok()) << created.status().ToString();
    journal_ = *std::move(created);
    File("party_id,role,commitment\nlabel-a,label," + std::string(64, 'a') + "\nwriter-b,writer," +
         std::string(64, 'b') + "\n");
    File("work_id,title,iswc,creators,version_of\nwork-1,One,,Trad.,\n");
    File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-1,One,Band,,work-1,1000000\n");
    File(
        "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
        "ss-master,recording:rec-1,MASTER,WW,2020-01-01,,ACCEPTED,label-a,1000000,\n"
        "ss-work,work:work-1,MECHANICAL,WW,2020-01-01,,ACCEPTED,writer-b,700000,\n");
    File(
        "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
        "from,valid_to\n"
        "rate-1,PRO_RATA,COVER,premium,WW,EUR,600000,300000,,,,2020-01-01,\n");
    Submit(journal::EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "label-a"), operator_);
    party_consent_ = Grant("label-a", party_);
    attested_consent_ = Grant("writer-b", operator_);
    permit_ = Submit(PermitPayload().SerializeAsString(), operator_);
    generation_ = Submit(GenerationPayload().SerializeAsString(), operator_, {kMelody, kConditioning});
    ASSERT_TRUE(journal_->SignCheckpoint().ok());
  }

  EntryIndex Submit(const std::string& payload, const crypto::Signer& signer, std::vector<std::string> blobs = {}) {
    auto committed =
        journal_->Submit(journal::Request(signer, "key " + std::to_string(++submissions_), payload, std::move(blobs)));
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? committed->index : EntryIndex();
  }
  void File(const std::string& bytes) {
    auto file = exchange::ParseCatalogueFile(bytes);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    v1::Payload payload;
    *payload.mutable_catalogue_file() = file->ToPayload();
    Submit(payload.SerializeAsString(), operator_, {bytes});
  }
  EntryIndex Grant(const std::string& party, const crypto::Signer& signer) {
    v1::Payload payload;
    v1::ConsentGrant& grant = *payload.mutable_consent_grant();
    grant.set_party_id(party);
    grant.set_asset("*");
    grant.add_uses(v1::USE_COVER);
    grant.set_territories("EU");
    grant.add_tiers("premium");
    return Submit(payload.SerializeAsString(), signer);
  }
  v1::Payload PermitPayload() const {
    v1::Payload payload;
    v1::Permit& permit = *payload.mutable_permit();
    permit.set_recording_id("rec-1");
    permit.set_use(v1::USE_COVER);
    permit.set_territory("DE");
    permit.set_tier("premium");
    permit.set_style("hymn");
    permit.set_requester(std::string(16, 'r'));
    permit.set_valid_until_us(clock_.now_us.load() + 60'000'000);
    AddConsents(*permit.mutable_consents());
    return payload;
  }
  v1::Payload GenerationPayload() const {
    v1::Payload payload;
    v1::Generation& made = *payload.mutable_generation();
    made.set_cover_recording_id("cover-1");
    made.set_permit_index(permit_.value);
    made.set_use(v1::USE_COVER);
    v1::SourceUse& source = *made.add_sources();
    source.set_recording_id("rec-1");
    source.add_work_ids("work-1");
    source.set_weight_ppm(1'000'000);
    AddConsents(*made.mutable_consents());
    made.set_style("hymn");
    made.set_model_sha256(std::string(32, 'm'));
    made.set_conditioning_sha256(crypto::Sha256(kConditioning).ToBytes());
    v1::Fingerprints& prints = *made.mutable_fingerprints();
    prints.set_midi_sha256(std::string(32, '1'));
    prints.set_pcm_sha256(std::string(32, '2'));
    prints.set_source_midi_sha256(std::string(32, '3'));
    made.set_soundfont_sha256(std::string(32, '4'));
    prints.set_melodic_sha256(crypto::Sha256(kMelody).ToBytes());
    made.set_requester(std::string(16, 'r'));
    made.set_territory("DE");
    made.set_tier("premium");
    made.set_generated_at_us(clock_.now_us.load());
    return payload;
  }
  template <typename Repeated>
  void AddConsents(Repeated& references) const {
    for (const auto& [party, entry] :
         {std::pair{"label-a", party_consent_}, std::pair{"writer-b", attested_consent_}}) {
      auto& reference = *references.Add();
      reference.set_party_id(party);
      reference.set_entry_index(entry.value);
    }
  }
  royalty::LedgerFold Fold() const {
    royalty::LedgerFold fold;
    EXPECT_EQ(FoldJournal(*journal_, fold).ToString(), "ok");
    return fold;
  }
  Receipt MakeReceiptOf(EntryIndex index) {
    auto receipt = MakeReceipt(*journal_, index);
    EXPECT_TRUE(receipt.ok()) << receipt.status().ToString();
    return receipt.ok() ? *receipt : Receipt{};
  }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  const crypto::KeySigner party_ = journal::TestSigner('p');
  journal::TestClock clock_;
  std::unique_ptr<journal::Journal> journal_;
  int submissions_ = 0;
  EntryIndex party_consent_, attested_consent_, permit_, generation_;
};

// "name: detail" of everything that failed, a line each.
inline std::string Failures(const Report& report) {
  std::string all;
  for (const Finding& finding : report.findings()) {
    if (!finding.passed) all += finding.name + ": " + finding.detail + "\n";
  }
  return all;
}

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_TESTS_LEDGER_AUDIT_AUDIT_FIXTURE_H_
