// Items of signed batches, as the folds and receipts see them: an event counts the same alone and in a batch, and its
// receipt leads to the signature of the batch header.
#include "ledger/journal/signed_batch.h"
#include "tests/ledger/audit/audit_fixture.h"

namespace ledgerline::audit {
namespace {

using testing::HasSubstr;

class BatchTest : public AuditTest {
 protected:
  struct Event {
    std::string payload;
    std::vector<std::string> blobs;
  };
  // Consent, permit, cover, plays: what a close needs. The first of them will stand at index `first`.
  std::vector<Event> Events(uint64_t first) {
    std::vector<Event> events;
    v1::Payload grant;
    grant.mutable_consent_grant()->set_party_id("writer-b");
    grant.mutable_consent_grant()->set_asset("*");
    grant.mutable_consent_grant()->add_uses(v1::USE_COVER);
    grant.mutable_consent_grant()->set_territories("WW");
    events.push_back({grant.SerializeAsString(), {}});
    attested_consent_ = EntryIndex(first);
    events.push_back({PermitPayload().SerializeAsString(), {}});
    permit_ = EntryIndex(first + 1);
    v1::Payload made = GenerationPayload();
    made.mutable_generation()->set_cover_recording_id("cover-2");
    events.push_back({made.SerializeAsString(), {kMelody, kConditioning}});
    generation_ = EntryIndex(first + 2);
    const std::string rows =
        "recording_id,period,territory,tier,plays,revenue,currency\ncover-1,2026-09,DE,premium,10,100.01,EUR\n"
        "cover-2,2026-09,DE,premium,20,30.50,EUR\n";
    v1::Payload usage;
    *usage.mutable_usage_file() = exchange::ParseUsageFile(rows)->ToPayload(v1::USAGE_KIND_COVERS);
    events.push_back({usage.SerializeAsString(), {rows}});
    return events;
  }
  void SubmitBatch(const std::vector<Event>& events) {
    std::vector<journal::ItemContent> items;
    std::vector<std::string> blobs;
    for (const Event& event : events) {
      items.push_back({"item " + std::to_string(items.size()), event.payload});
      blobs.insert(blobs.end(), event.blobs.begin(), event.blobs.end());
    }
    const auto batch = journal::SignBatch(journal::kTestOrigin, "header", items, operator_);
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    const auto committed = journal_->SubmitBatch({*batch, blobs});
    ASSERT_TRUE(committed.ok()) << committed.status().ToString();
    EXPECT_EQ(committed->items.at(2).index, generation_);
    ASSERT_TRUE(journal_->SignCheckpoint().ok());
  }
  void InBatch() {
    const std::vector<Event> events = Events(journal_->size().value + 1);
    SubmitBatch(events);
  }
  void Alone() {
    const std::vector<Event> events = Events(journal_->size().value + 1);
    Submit(journal::RatingPayload("rec-1"), operator_);  // where the other ledger has the header
    for (const Event& event : events) Submit(event.payload, operator_, event.blobs);
  }
  // What the fold makes of all entries: verdicts and money.
  std::string Folded() {
    const royalty::LedgerFold fold = Fold();
    std::string all;
    for (const auto* generation : fold.rights().Generations(fold.size()))
      all += std::to_string(generation->entry.value) + " " + generation->verdict.ToString() + "\n";
    for (const rights::Fault& fault : fold.AllFaults()) all += fault.text + "\n";
    const auto close = royalty::ClosePeriod({*Period::Parse("2026-09"), journal_->size(), Hash256{}, fold});
    EXPECT_TRUE(close.ok()) << close.status().ToString();
    return all + (close.ok() ? close->blob : "");
  }
  std::string FailuresOf(const Receipt& receipt) {
    return Failures(VerifyReceipt(receipt, journal_->checkpoint_key()));
  }
};

TEST_F(BatchTest, AnEventCountsTheSameAloneAndInABatch) {
  InBatch();
  const std::string in_batch = Folded();
  SetUp();
  Alone();
  EXPECT_EQ(in_batch, Folded());
  EXPECT_THAT(in_batch, HasSubstr("cover-2"));
}

TEST_F(BatchTest, VerifyReadsTheMeaningOfItems) {
  InBatch();
  Report report;
  VerifyMeaning(*journal_, report);
  EXPECT_EQ(Failures(report), "");
}

TEST_F(BatchTest, TheReceiptOfAnItemLeadsToTheHeadersSignature) {
  InBatch();
  const Receipt made = MakeReceiptOf(generation_);
  ASSERT_TRUE(made.subject.batch_path.has_value());
  EXPECT_EQ(made.subject.batch_path->size(), 2u);  // four items
  const std::string text = FormatReceipt(made, "{}").value();
  const Receipt receipt = ParseReceipt(text).value();
  EXPECT_EQ(FormatReceipt(receipt, "{}").value(), text);
  const Report report = VerifyReceipt(receipt, journal_->checkpoint_key());
  EXPECT_EQ(Failures(report), "");
  const EntryIndex header(generation_.value - 3);
  bool said = false;
  for (const Finding& finding : report.findings())
    said = said || finding.detail.find("over the batch in entry " + std::to_string(header.value)) != std::string::npos;
  EXPECT_TRUE(said);

  const std::string signature = "signature of entry " + std::to_string(generation_.value) + ": ";
  const struct {
    std::string what;
    std::function<void(Receipt&)> alter;
    std::string caught_by;
  } kCases[] = {
      {"a hash of the path", [](Receipt& r) { r.subject.batch_path->at(1).bytes[3] ^= 1; }, "its path leads to"},
      {"a shorter path", [](Receipt& r) { r.subject.batch_path->pop_back(); }, "path to the batch header"},
      {"no path", [](Receipt& r) { r.subject.batch_path.reset(); }, "or the path to it is not in this receipt"},
      {"no header",
       [&](Receipt& r) { std::erase_if(r.supporting, [&](const ProvedEntry& e) { return e.index == header; }); },
       "or the path to it is not in this receipt"},
      {"another item's path",
       [&](Receipt& r) {
         for (ProvedEntry& entry : r.supporting) {
           if (entry.index == permit_) r.subject.batch_path = entry.batch_path;
         }
       },
       "its path leads to"},
  };
  for (const auto& test : kCases) {
    Receipt altered = receipt;
    test.alter(altered);
    EXPECT_THAT(FailuresOf(altered), HasSubstr(signature)) << test.what;
    EXPECT_THAT(FailuresOf(altered), HasSubstr(test.caught_by)) << test.what;
  }
}

// An operator who writes the log may put an item behind any header, with any offset: the tree then proves it, and the
// path does not.
TEST_F(BatchTest, AnItemBehindAnotherHeaderOrAtAnotherOffsetIsRefused) {
  InBatch();
  const auto parsed = [&](EntryIndex index) { return journal::ParseEntry(journal_->ReadEntry(index).value()).value(); };
  const EntryIndex header(generation_.value - 3);
  const journal::ParsedEntry item = parsed(generation_);
  const crypto::Proof path = *MakeReceiptOf(generation_).subject.batch_path;
  EXPECT_EQ(journal::VerifyItem(item, parsed(header), path).ToString(), "ok");
  journal::ParsedEntry moved = item;
  moved.batch_offset = 2;
  moved.index = EntryIndex(header.value + 2);
  EXPECT_THAT(journal::VerifyItem(moved, parsed(header), path).message(), HasSubstr("its path leads to"));
  moved.batch_offset = 9;
  moved.index = EntryIndex(header.value + 9);
  EXPECT_THAT(journal::VerifyItem(moved, parsed(header), path).message(), HasSubstr("of which this is none"));
  const auto other =
      journal::SignBatch(journal::kTestOrigin, "other header",
                         std::vector<journal::ItemContent>(1, {"other", journal::RatingPayload("x")}), operator_);
  const auto committed = journal_->SubmitBatch({*other, {}});
  ASSERT_TRUE(committed.ok());
  journal::ParsedEntry behind = item;
  behind.batch_offset = 1;
  behind.index = EntryIndex(committed->header.index.value + 1);
  EXPECT_THAT(journal::VerifyItem(behind, parsed(committed->header.index), {}).message(),
              HasSubstr("its path leads to"));
}

}  // namespace
}  // namespace ledgerline::audit
