#include "ledger/royalty/explain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline::royalty {
namespace {

TEST(ExplainTest, ProRataFromLineToUsage) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.Cover({"cov-2", {{"rec-1", kWholePpm}}});
  ledger.File(Usage("cov-1,2026-10,DE,premium,2,60.00,EUR\ncov-2,2026-10,DE,premium,1,40.000,EUR\n"));
  const auto result = ledger.Close("2026-10");
  const auto explained = ExplainLine(ledger.fold, result, "ann", "1");
  ASSERT_TRUE(explained.ok()) << explained.status().ToString();
  const std::string text = explained->ToText();
  for (const char* part : {
           "Line L0001 of ann: 13.00 EUR",
           "cover      cov-1: COVER in style jazz, seed 7",
           "recorded as entry 9",
           "verdict    AUTHORISED",
           "permit     entry 8, given",
           "consent    entry 6: ann for work:work-1, attested by OPERATOR",
           "consent    entry 7: label for recording:rec-1, attested by OPERATOR",
           "source     rec-1: \"First\", works work-1 1000000 ppm (entry 3)",
           "share set  set-p (entry 4): MECHANICAL of work:work-1 in WW from 2020-01-01T00:00:00Z to open: ann 600000 "
           "ppm",
           "rate card  rate-1 (entry 5): PRO_RATA, rights holders 650000 ppm of the pool, publishing 500000 ppm",
           "usage row  entry 12, row 0 (line 2 of the file): cov-1, 2 plays, revenue 60.00 EUR, DE premium, used on "
           "2026-10-01",
           "pool       2026-10 DE premium: 2 usage rows, 3 plays, revenue 100.00 EUR",
           "1. The rights holders' part of the pool\n       100 x 650000 / 1000000 = 65\n       -> 65.00 EUR",
           "2. The part of cover cov-1, by plays\n       65 x 2 / 3 = 43.333333333 and 1 / 3 of 0.000000001, cut",
           "what was cut on this level leaves 1 x 0.000000001 for the largest remainders; the last of them is 2 / 3, "
           "of 'cov-2'",
           "this part has the same remainder and the later id, so it gets none",
           "this part is among them: +0.000000001",
           "'cov-2'",
           "this part's remainder is smaller, so it gets none",
           "5. The part of work work-1, by weight\n",
       }) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
  EXPECT_EQ(explained->steps.back().result, explained->amount);
  const auto json = nlohmann::json::parse(explained->ToJson());
  EXPECT_EQ(json["amount"], explained->amount.ToDecimal());
  EXPECT_EQ(json["steps"].size(), explained->steps.size());
}

TEST(ExplainTest, PerGenerationAndThePlatform) {
  LedgerBuilder ledger;
  AddDemo(ledger, kPerGeneration);
  ledger.File(Usage("cov-1,2026-10,DE,premium,2,0.10,EUR\n"));
  const auto result = ledger.Close("2026-10");
  const auto explained = ExplainLine(ledger.fold, result, "label", "L0001");
  ASSERT_TRUE(explained.ok());
  const std::string text = explained->ToText();
  for (const char* part :
       {"revenue 0.1 x 200000 / 1000000 = 0.02", "fee 0.05 x 1 generation = 0.05", "floor 0.01", "-> 0.05 EUR"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
  EXPECT_NE(ExplainLine(ledger.fold, result, "~platform", "P1")->ToText().find("0.1 - 0.05 = 0.05"), std::string::npos);
}

TEST(ExplainTest, LinesShareTheRowsOfTheirPool) {
  // Copies would need lines x rows of memory: 200 GB at 60,000 lines on half a million rows.
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,2,1,EUR\n"));
  const auto result = ledger.Close("2026-10");
  ASSERT_GT(result.traces.size(), 2u);
  for (const LineTrace& trace : result.traces) {
    ASSERT_NE(trace.rows, nullptr);
    EXPECT_EQ(trace.pool_rows, result.traces[0].pool_rows);
  }
}

TEST(ExplainTest, UnknownLinesAreToldWhatThereIs) {
  LedgerBuilder ledger;
  AddDemo(ledger, kProRata);
  ledger.File(Usage("cov-1,2026-10,DE,premium,2,1,EUR\n"));
  const auto result = ledger.Close("2026-10");
  EXPECT_NE(ExplainLine(ledger.fold, result, "ann", "2").status().message().find("its lines go up to L0001"),
            std::string::npos);
  EXPECT_NE(ExplainLine(ledger.fold, result, "bob", "1").status().message().find("'bob' has no line"),
            std::string::npos);
  for (const char* line : {"", "L", "0", "x1", "L0002", "P0001", "1 "})
    EXPECT_EQ(ExplainLine(ledger.fold, result, "ann", line).status().code(), StatusCode::kNotFound) << line;
  for (const char* line : {"1", "L1", "01", "L0001"})
    EXPECT_TRUE(ExplainLine(ledger.fold, result, "ann", line).ok()) << line;
}

}  // namespace
}  // namespace ledgerline::royalty
