#include "ledger/audit/verify_ledger.h"

#include "tests/ledger/audit/audit_fixture.h"

namespace ledgerline::audit {
namespace {

using testing::HasSubstr;

class VerifyLedgerTest : public AuditTest {
 protected:
  royalty::CloseResult Compute() {
    const royalty::LedgerFold fold = Fold();
    auto result = royalty::ClosePeriod({*Period::Parse("2026-09"), journal_->size(), journal_->root(), fold});
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    return result.ok() ? *std::move(result) : royalty::CloseResult{};
  }
  void Usage() {
    const std::string rows =
        "recording_id,period,territory,tier,plays,revenue,currency\ncover-1,2026-09,DE,premium,10,100.01,EUR\n";
    auto file = exchange::ParseUsageFile(rows);
    ASSERT_TRUE(file.ok());
    v1::Payload payload;
    *payload.mutable_usage_file() = file->ToPayload(v1::USAGE_KIND_COVERS);
    Submit(payload.SerializeAsString(), operator_, {rows});
  }
  EntryIndex Record(const v1::PeriodClose& close, const std::string& blob) {
    v1::Payload payload;
    *payload.mutable_period_close() = close;
    return Submit(payload.SerializeAsString(), operator_, {blob});
  }
  std::string Meaning() {
    Report report;
    VerifyMeaning(*journal_, report);
    return Failures(report);
  }
};

TEST_F(VerifyLedgerTest, AHonestCloseIsComputedAgainAndEqual) {
  Usage();
  const royalty::CloseResult result = Compute();
  Record(result.close, result.blob);
  EXPECT_EQ(Meaning(), "");
}

// An operator with its own key can sign any close; whoever has the entries computes it again.
TEST_F(VerifyLedgerTest, ACloseWithAnotherAmountIsNamed) {
  Usage();
  royalty::CloseResult result = Compute();
  v1::PeriodTotals& totals = *result.close.mutable_totals(0);
  totals.mutable_allocated()->set_units(totals.allocated().units() - 1);
  totals.mutable_platform()->set_units(totals.platform().units() + 1);
  const EntryIndex index = Record(result.close, result.blob);
  EXPECT_THAT(Meaning(), HasSubstr("close in entry " + std::to_string(index.value)));
}

TEST_F(VerifyLedgerTest, ACloseOverAnotherPrefixRootIsNamed) {
  Usage();
  royalty::CloseResult result = Compute();
  std::string root = result.close.prefix_root();
  root[0] ^= 1;
  result.close.set_prefix_root(root);
  Record(result.close, result.blob);
  EXPECT_THAT(Meaning(), HasSubstr("the prefix root is not the tree's root"));
}

// A file's entry that says more than the file: rows that are not there.
TEST_F(VerifyLedgerTest, AFileWhoseEntrySaysOtherwiseIsNamed) {
  const std::string rows =
      "recording_id,period,territory,tier,plays,revenue,currency\ncover-1,2026-09,DE,premium,10,100.01,EUR\n";
  v1::Payload payload;
  *payload.mutable_usage_file() = exchange::ParseUsageFile(rows)->ToPayload(v1::USAGE_KIND_COVERS);
  payload.mutable_usage_file()->mutable_totals(0)->set_plays(11);
  const EntryIndex index = Submit(payload.SerializeAsString(), operator_, {rows});
  EXPECT_THAT(Meaning(), HasSubstr("files: entry " + std::to_string(index.value)));
}

TEST_F(VerifyLedgerTest, AnUnauthorisedGenerationIsNamedButIsNoFailure) {
  v1::Payload payload = GenerationPayload();
  payload.mutable_generation()->set_cover_recording_id("cover-2");
  payload.mutable_generation()->set_permit_index(0);
  const EntryIndex index = Submit(payload.SerializeAsString(), operator_, {kMelody, kConditioning});
  Report report;
  VerifyMeaning(*journal_, report);
  EXPECT_EQ(Failures(report), "");
  std::string verdicts;
  for (const Finding& finding : report.findings()) verdicts += finding.name == "verdicts" ? finding.detail : "";
  EXPECT_THAT(verdicts, HasSubstr("2 generations judged, 1 unauthorised"));
  EXPECT_THAT(verdicts, HasSubstr("entry " + std::to_string(index.value) + " is UNAUTHORISED"));
}

TEST_F(VerifyLedgerTest, TheLedgerMustExtendAKeptCheckpoint) {
  const std::string kept = journal_->LatestCheckpoint();
  Usage();
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  Report extends;
  VerifyExtends(*journal_, kept, journal_->checkpoint_key(), extends);
  EXPECT_EQ(Failures(extends), "");

  // Two histories, both signed: the other one has another entry at the end.
  auto other = journal::Journal::Create(NewStorage(), journal::kTestOrigin, operator_, clock_);
  ASSERT_TRUE(other.ok());
  Report shorter;
  VerifyExtends(**other, kept, journal_->checkpoint_key(), shorter);
  EXPECT_THAT(Failures(shorter), HasSubstr("entries were removed"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE((*other)->Submit(journal::RatingRequest(operator_, std::to_string(i))).ok());
  }
  Report forked;
  VerifyExtends(**other, kept, journal_->checkpoint_key(), forked);
  EXPECT_THAT(Failures(forked), HasSubstr("history was rewritten"));
}

}  // namespace
}  // namespace ledgerline::audit
