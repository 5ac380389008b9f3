// A journal in memory that says what a LedgerBuilder said, entry by entry and at the same times, so that what the folds
// were tested with can be proved and packed.
#ifndef LEDGERLINE_TESTS_LEDGER_AUDIT_RECORDED_LEDGER_H_
#define LEDGERLINE_TESTS_LEDGER_AUDIT_RECORDED_LEDGER_H_

#include <memory>

#include "ledger/audit/journal_fold.h"
#include "ledger/audit/make_audit_pack.h"
#include "ledger/audit/verify_pack.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"
#include "tests/ledger/ledger_builder.h"

namespace ledgerline::audit {

class RecordedLedger {
 public:
  RecordedLedger() : operator_(TestKey(1)) {
    clock_.now_us = At("2026-09-01T00:00:01Z").us;
    auto created =
        journal::Journal::Create(std::make_unique<journal::MemoryStorage>(std::make_shared<journal::MemoryRecords>()),
                                 LedgerBuilder::kOrigin, operator_, clock_);
    EXPECT_TRUE(created.ok()) << created.status().ToString();
    journal = *std::move(created);
  }

  // Adds what `builder` has beyond what is here, and signs a checkpoint. Closes are left out: the journal's own prefix
  // root belongs into them.
  void Follow(const LedgerBuilder& builder) {
    for (; followed_ < builder.history.size(); ++followed_) {
      const LedgerBuilder::Event& event = builder.history[followed_];
      if (event.payload.has_genesis() || event.payload.has_period_close()) continue;
      clock_.now_us = std::max(clock_.now_us.load(), event.at.us);
      std::vector<std::string> named;
      for (const Hash256& hash : journal::ReferencedBlobs(event.payload)) named.push_back(builder.blobs.blobs.at(hash));
      Submit(event.payload, crypto::KeySigner(event.key), std::move(named));
    }
    EXPECT_TRUE(journal->SignCheckpoint().ok());
  }
  EntryIndex Submit(const v1::Payload& payload, const crypto::Signer& signer, std::vector<std::string> blobs = {}) {
    auto request = journal::SignSubmission(LedgerBuilder::kOrigin, "key " + std::to_string(++submissions_),
                                           payload.SerializeAsString(), signer);
    EXPECT_TRUE(request.ok());
    auto committed = journal->Submit({*std::move(request), std::move(blobs)});
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? committed->index : EntryIndex();
  }
  // Closes and records it. Returns the close's entry.
  EntryIndex Close(const std::string& period) {
    const royalty::LedgerFold fold = Fold();
    const auto head = journal->head();
    auto result = royalty::ClosePeriod({*Period::Parse(period), head.size, head.root, fold, secret});
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (!result.ok()) return EntryIndex();
    v1::Payload payload;
    *payload.mutable_period_close() = result->close;
    const EntryIndex index = Submit(payload, operator_, {result->blob});
    EXPECT_TRUE(journal->SignCheckpoint().ok());
    return index;
  }
  royalty::LedgerFold Fold() const {
    royalty::LedgerFold fold;
    EXPECT_EQ(FoldJournal(*journal, fold).ToString(), "ok");
    return fold;
  }
  AuditPack Pack(const std::string& party, const std::string& period) const {
    auto pack = MakeAuditPack(*journal, Fold(), *PartyId::Parse(party), *Period::Parse(period));
    EXPECT_TRUE(pack.ok()) << pack.status().ToString();
    return pack.ok() ? *std::move(pack) : AuditPack{};
  }
  crypto::TrustAnchor Anchor() const { return crypto::TrustAnchor::FromKey(journal->checkpoint_key()); }
  const crypto::Signer& operator_signer() const { return operator_; }

  std::unique_ptr<journal::Journal> journal;
  std::optional<Hash256> secret = *Hash256::FromBytes(std::string(32, '\x07'));

 private:
  const crypto::KeySigner operator_;
  journal::TestClock clock_;
  size_t followed_ = 0;
  int submissions_ = 0;
};

// "name: detail" of everything that failed, a line each.
inline std::string FailuresOf(const Report& report) {
  std::string all;
  for (const Finding& finding : report.findings()) {
    if (!finding.passed) all += finding.name + ": " + finding.detail + "\n";
  }
  return all;
}

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_TESTS_LEDGER_AUDIT_RECORDED_LEDGER_H_
