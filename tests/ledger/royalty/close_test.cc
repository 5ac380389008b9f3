// Closing: what is settled when, what is refused, what is a fault, and that altered closes are found.
#include "ledger/royalty/close.h"

#include <gtest/gtest.h>

#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline {
namespace {

using royalty::Account;

std::string AccountSum(const royalty::CloseResult& result, Account account) {
  Money sum = Money::Zero(*Currency::Parse("EUR"));
  for (const auto& line : result.statements.lines) {
    if (line.account == account) sum = *sum.Plus(line.amount);
  }
  return sum.ToDecimal();
}

TEST(CloseTest, TheEntryCommitsToTheBlob) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  const uint64_t prefix = ledger.next();
  const auto result = ledger.Close("2026-10");
  EXPECT_EQ(result.close.prefix_size(), prefix);
  EXPECT_EQ(result.close.rules_version(), "ledgerline-rules/1");
  EXPECT_EQ(result.close.statements_sha256(), crypto::Sha256(result.blob).ToBytes());
  EXPECT_EQ(result.close.line_count(), static_cast<uint64_t>(std::count(result.blob.begin(), result.blob.end(), '\n')));
  EXPECT_EQ(result.close.lines_root(), royalty::RootOfLines(result.blob).root.ToBytes());
  ASSERT_EQ(result.close.totals_size(), 1);
  EXPECT_EQ(result.close.totals(0).pool().units(), 100);
  // 65: master 32.5, publishing 32.5 of which 40 % is claimed by nobody.
  EXPECT_EQ(AccountSum(result, Account::kParty), "52");
  EXPECT_EQ(AccountSum(result, Account::kUnclaimed), "13");
  EXPECT_EQ(AccountSum(result, Account::kPlatform), "35");
}

TEST(CloseTest, ASecondCloseOfAPeriodOrAnEarlierOneIsRefused) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  ledger.Close("2026-10");
  const auto again = ledger.Compute("2026-10");
  EXPECT_EQ(again.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(again.status().message().find("goes into the next close"), std::string::npos);
  EXPECT_EQ(ledger.Compute("2026-09").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(ledger.Compute("2026-11").ok());
  // An entry that says so all the same is a fault, and counts for nothing.
  v1::Payload payload;
  *payload.mutable_period_close() = ledger.fold.closes()[0].close;
  ledger.Add(payload);
  EXPECT_EQ(ledger.fold.closes().size(), 1u);
  EXPECT_NE(ledger.FaultsText().find("period 2026-10 is closed already"), std::string::npos);
}

TEST(CloseTest, AnEmptyPeriodClosesAndCarriesBalancesOn) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  ledger.Close("2026-10");
  const auto result = ledger.Close("2026-11");
  EXPECT_TRUE(result.statements.lines.empty());
  EXPECT_TRUE(result.statements.totals.empty());
  ASSERT_EQ(result.statements.balances.size(), 2u);
  EXPECT_EQ(result.statements.balances[0].party, "ann");
  EXPECT_EQ(result.statements.balances[0].opening.ToDecimal(), "19.5");
  EXPECT_EQ(result.statements.balances[0].closing.ToDecimal(), "19.5");
}

TEST(CloseTest, EveryRowIsSettledExactlyOnce) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  // November comes first, October late, September is never closed, and December is not yet due.
  ledger.File(Usage("cov-1,2026-11,DE,premium,1,11,EUR\ncov-1,2026-12,DE,premium,1,12,EUR\n"));
  ledger.File(Usage("cov-1,2026-10,DE,premium,1,10,EUR\n"));
  EXPECT_EQ(ledger.Close("2026-10").statements.totals[0].pool.ToDecimal(), "10");
  ledger.File(Usage("cov-1,2026-09,DE,premium,1,9,EUR\ncov-1,2026-10,DE,premium,2,0.5,EUR\n"));
  const auto november = ledger.Close("2026-11");
  EXPECT_EQ(november.statements.totals[0].pool.ToDecimal(), "20.5");  // 11 + 9 + 0.5
  EXPECT_EQ(november.statements.lines.front().period.ToString(), "2026-09");
  EXPECT_EQ(ledger.Close("2026-12").statements.totals[0].pool.ToDecimal(), "12");
  EXPECT_TRUE(ledger.Close("2027-01").statements.totals.empty());
}

TEST(CloseTest, UsageBetweenThePrefixAndTheCloseIsSettledByTheNext) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,1,10,EUR\n"));
  const auto frozen = ledger.Compute("2026-10");
  ASSERT_TRUE(frozen.ok());
  // Others go on writing while the close is computed: this entry's index is the prefix's size.
  EXPECT_EQ(ledger.File(Usage("cov-1,2026-10,DE,premium,1,7,EUR\n")), frozen->close.prefix_size());
  ledger.blobs.Put(frozen->blob);
  v1::Payload payload;
  *payload.mutable_period_close() = frozen->close;
  const uint64_t close = ledger.Add(payload);
  const auto again = royalty::RecomputeClose(ledger.fold, EntryIndex{close});
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again->blob, frozen->blob);
  EXPECT_EQ(ledger.Close("2026-11").statements.totals[0].pool.ToDecimal(), "7");
}

TEST(CloseTest, AUsageFileCountsOnce) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  const std::string usage = Usage("cov-1,2026-10,DE,premium,10,100,EUR\n");
  ledger.File(usage);
  ledger.File(usage);
  EXPECT_NE(ledger.FaultsText().find("the same file is entry"), std::string::npos);
  EXPECT_EQ(ledger.Close("2026-10").statements.totals[0].pool.ToDecimal(), "100");
}

TEST(CloseTest, UsageOfOriginalsIsRecordedAndInNoPool) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("rec-1,2026-10,DE,premium,10,100,EUR\n"), v1::USAGE_KIND_ORIGINALS);
  EXPECT_EQ(ledger.fold.original_usage().size(), 1u);
  EXPECT_TRUE(ledger.Close("2026-10").statements.totals.empty());
}

TEST(CloseTest, UsageThatIsNotWhatItsEntrySaysIsAFault) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  const std::string csv = Usage("cov-1,2026-10,DE,premium,10,100,EUR\n");
  ledger.blobs.Put(csv);
  const auto file = exchange::ParseUsageFile(csv);
  const auto with = [&](auto change) {
    v1::Payload payload;
    *payload.mutable_usage_file() = file->ToPayload(v1::USAGE_KIND_COVERS);
    change(*payload.mutable_usage_file());
    ledger.Add(payload);
    return ledger.fold.faults().back().text;
  };
  EXPECT_NE(with([](v1::UsageFile& p) { p.set_kind(v1::USAGE_KIND_UNSPECIFIED); }).find("kind 0"), std::string::npos);
  EXPECT_NE(with([](v1::UsageFile& p) { p.mutable_totals(0)->set_plays(11); }).find("totals"), std::string::npos);
  EXPECT_NE(with([](v1::UsageFile& p) { p.mutable_totals(0)->mutable_revenue()->set_nanos(1); }).find("totals"),
            std::string::npos);
  EXPECT_NE(with([](v1::UsageFile& p) { p.set_periods(0, "2026-11"); }).find("periods"), std::string::npos);
  EXPECT_NE(with([](v1::UsageFile& p) { p.mutable_file()->set_row_count(2); }).find("row count"), std::string::npos);
  EXPECT_TRUE(ledger.fold.cover_usage().empty());
  v1::Payload payload;
  *payload.mutable_usage_file() = file->ToPayload(v1::USAGE_KIND_COVERS);
  ledger.Add(payload, TestKey(9));
  EXPECT_NE(ledger.fold.faults().back().text.find("operator's key"), std::string::npos);
}

TEST(CloseTest, AmbiguousRateCardsPayNobody) {
  LedgerBuilder ledger;
  AddDemo(ledger, std::string(kProRata) + "rate-2,PRO_RATA,COVER,,DE,EUR,1,1,,,,2026-01-01,\n");
  ledger.File(Usage("cov-1,2026-10,DE,premium,1,1,EUR\ncov-1,2026-10,FR,premium,1,2,EUR\n"));
  const auto result = ledger.Close("2026-10");
  EXPECT_EQ(AccountSum(result, Account::kUnmatched), "1");
  EXPECT_EQ(result.statements.LinesOf("~unmatched").at(0)->reason, "AMBIGUOUS_RATE_CARD");
}

TEST(CloseTest, ACardForTheTierGoesBeforeOneForAll) {
  LedgerBuilder ledger;
  AddDemo(ledger, std::string(kProRata) + "rate-2,PRO_RATA,COVER,premium,WW,EUR,1000000,0,,,,2026-01-01,\n");
  ledger.File(Usage("cov-1,2026-10,DE,premium,1,1,EUR\ncov-1,2026-10,DE,free,1,2,EUR\n"));
  const auto result = ledger.Close("2026-10");
  for (const auto& line : result.statements.lines)
    EXPECT_EQ(line.rate_id, line.tier == "premium" ? "rate-2" : "rate-1");
}

TEST(CloseTest, RateCardsAreByUsageDate) {
  LedgerBuilder ledger;
  AddDemo(ledger,
          "rate-1,PRO_RATA,COVER,,WW,EUR,1000000,0,,,,2026-01-01,2026-10-15\nrate-2,PRO_RATA,COVER,,WW,EUR,500000,0,,,,"
          "2026-10-15,\n");
  ledger.File(
      "recording_id,period,territory,tier,plays,revenue,currency,used_on\ncov-1,2026-10,DE,premium,1,10,EUR,2026-10-"
      "14\ncov-1,2026-10,DE,premium,1,10,EUR,2026-10-15\n");
  const auto result = ledger.Close("2026-10");
  EXPECT_EQ(AccountSum(result, Account::kParty), "15");
  EXPECT_EQ(AccountSum(result, Account::kPlatform), "5");
}

TEST(CloseTest, RevenueWithoutPlaysStaysWithItsOwnCover) {
  LedgerBuilder ledger;
  AddDemo(ledger, "rate-1,PRO_RATA,COVER,,WW,EUR,500000,0,,,,2026-01-01,\n");
  ledger.Cover({"cov-2", {{"rec-1", kWholePpm}}});
  ledger.File(
      Usage("cov-1,2026-10,DE,premium,0,-3,EUR\ncov-2,2026-10,DE,premium,0,1,EUR\ncov-1,2026-10,DE,premium,0,1,EUR\n"));
  const auto result = ledger.Close("2026-10");
  const auto lines = result.statements.LinesOf("label");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]->cover + " " + lines[0]->amount.ToDecimal(), "cov-1 -1");
  EXPECT_EQ(lines[1]->cover + " " + lines[1]->amount.ToDecimal(), "cov-2 0.5");
}

TEST(CloseTest, PerGenerationChargesTheFeeAndTheFloorOnce) {
  LedgerBuilder ledger;
  AddDemo(ledger, kPerGeneration);
  ledger.File(Usage("cov-1,2026-10,DE,premium,1,0.10,EUR\ncov-1,2026-10,FR,premium,1,0.01,EUR\n"));
  const auto october = ledger.Close("2026-10");
  // DE: the fee 0.05. FR: the floor 0.01. The pool of FR is used up, that of DE keeps 0.05.
  EXPECT_EQ(AccountSum(october, Account::kPlatform), "0.05");
  ledger.File(Usage("cov-1,2026-10,DE,premium,2,0.10,EUR\ncov-1,2026-10,FR,premium,1,-0.01,EUR\n"));
  const auto november = ledger.Close("2026-11");
  // Late rows: by rate only: 0.02 in DE, -0.002 in FR.
  EXPECT_EQ(AccountSum(november, Account::kParty), "0.0144");  // 0.018 less the unclaimed 20 %
  EXPECT_EQ(AccountSum(november, Account::kUnclaimed), "0.0036");
  EXPECT_EQ(AccountSum(november, Account::kPlatform), "0.072");
}

TEST(CloseTest, AnUnauthorisedCoverOwesAsMuchAndIsHeld) {
  LedgerBuilder ledger;
  AddDemo(ledger, kPerGeneration);
  ledger.Revoke("ann", 6);
  ledger.Cover({"cov-2", {{"rec-1", kWholePpm}}});
  ledger.File(Usage("cov-2,2026-10,DE,premium,1,1,EUR\n"));
  const auto result = ledger.Close("2026-10");
  EXPECT_EQ(AccountSum(result, Account::kHeld), "0.2");
  EXPECT_NE(result.statements.LinesOf("~held").at(0)->reason.find("MISSING_CONSENT"), std::string::npos);
}

TEST(CloseTest, AFoldThatHasReadFurtherComputesTheSame) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  const auto result = ledger.Close("2026-10");
  const EntryIndex close{ledger.next() - 1};
  // Everything that could change it, after it.
  ledger.File(
      "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\nset-m,recording:"
      "rec-1,MASTER,WW,2020-01-01,,DISPUTED,label,1000000,\n");
  ledger.File(Rates("rate-1,PRO_RATA,COVER,,WW,EUR,1,500000,,,,2026-01-01,\n"));
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,50,EUR\n"));
  ledger.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-1,First,Band,,work-2,1000000\n");
  ledger.Revoke("ann", 6);
  ledger.Close("2026-11");
  const auto again = royalty::RecomputeClose(ledger.fold, close);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again->blob, result.blob);
  EXPECT_EQ(again->close.SerializeAsString(), result.close.SerializeAsString());
  EXPECT_TRUE(royalty::CompareClose(*again, result.close, result.blob).ok());
  EXPECT_EQ(royalty::RecomputeClose(ledger.fold, EntryIndex{1}).status().code(), StatusCode::kNotFound);
}

TEST(CloseTest, EveryAlteredFieldIsFoundAndNamed) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  const auto result = ledger.Close("2026-10");
  const auto with = [&](auto change) {
    v1::PeriodClose close = result.close;
    change(close);
    const Status status = royalty::CompareClose(result, close, result.blob);
    EXPECT_EQ(status.code(), StatusCode::kDataLoss);
    return status.message();
  };
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_period("2026-11"); }).find("period"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_prefix_size(1); }).find("prefix_size"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_prefix_root("x"); }).find("prefix_root"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_rules_version("x"); }).find("rules_version"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_line_count(1); }).find("line_count"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_lines_root("x"); }).find("lines_root"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_statements_sha256("x"); }).find("statements_sha256"),
            std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) {
              c.mutable_totals(0)->mutable_held()->set_nanos(1);
            }).find("held is 0 units 1 nanos EUR, computed 0 units 0 nanos EUR"),
            std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.clear_totals(); }).find("totals"), std::string::npos);
  std::string blob = result.blob;
  const size_t at = blob.find("\"amount\":\"19.5\"");
  ASSERT_NE(at, std::string::npos);
  blob.replace(at, 15, "\"amount\":\"99.5\"");
  const Status status = royalty::CompareClose(result, result.close, blob);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("99.5"), std::string::npos) << status.message();
}

TEST(CloseTest, FalseClosesAreFaults) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  const auto result = ledger.Compute("2026-10");
  ASSERT_TRUE(result.ok());
  ledger.blobs.Put(result->blob);
  const auto with = [&](auto change) {
    v1::Payload payload;
    *payload.mutable_period_close() = result->close;
    change(*payload.mutable_period_close());
    ledger.Add(payload);
    return ledger.fold.faults().back().text;
  };
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_period("October"); }).find("period 'October'"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_rules_version("mine"); }).find("rules_version 'mine'"),
            std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_prefix_size(1000); }).find("beyond its own entry"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_prefix_size(3); }).find("another period or prefix"), std::string::npos);
  EXPECT_NE(with([](v1::PeriodClose& c) { c.set_statements_sha256("x"); }).find("not 32 bytes"), std::string::npos);
  EXPECT_NE(
      with([&](v1::PeriodClose& c) { c.set_statements_sha256(ledger.blobs.Put("nonsense\n")); }).find("its statements"),
      std::string::npos);
  EXPECT_TRUE(ledger.fold.closes().empty());
}

TEST(CloseTest, TheLargestRowsAddUpExactly) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  std::string rows;
  for (int i = 0; i < 200; ++i) rows += "cov-1,2026-10,DE,premium,1,1000000000000,EUR\n";
  ledger.File(Usage(rows));
  const auto result = ledger.Close("2026-10");
  EXPECT_EQ(result.statements.totals[0].pool.ToDecimal(), "200000000000000");
}

}  // namespace
}  // namespace ledgerline
