#include "ledger/royalty/statement.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline::royalty {
namespace {

CloseResult DemoClose(const std::string& rates = kProRata) {
  LedgerBuilder ledger;
  AddDemo(ledger, rates);
  ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\nnobody,2026-10,DE,premium,1,1,EUR\n"));
  return ledger.Close("2026-10");
}

TEST(StatementBlobTest, GoesThereAndBack) {
  for (const char* rates : {kProRata, kPerGeneration}) {
    const auto result = DemoClose(rates);
    const auto parsed = ParseStatements(result.blob);
    ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
    EXPECT_EQ(SerializeStatements(*parsed), result.blob);
    EXPECT_TRUE(CheckStatements(*parsed).ok());
    EXPECT_EQ(parsed->lines.size(), result.statements.lines.size());
  }
}

// ledgerline-rules/1 stays what it is: a close of long ago must come out the same for ever. Never change these files;
// new rules get new ones.
TEST(StatementBlobTest, GoldenClosesOfRulesOne) {
  const std::pair<const char*, const char*> closes[] = {
      {"tests/golden/closes/rules_1_pro_rata.jsonl", kProRata},
      {"tests/golden/closes/rules_1_per_generation.jsonl", kPerGeneration}};
  for (const auto& [path, rates] : closes) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(DemoClose(rates).blob, golden.str()) << path;
  }
}

TEST(StatementBlobTest, RefusesWhatIsNotWritten) {
  const std::string blob = DemoClose().blob;
  const auto expect = [](const std::string& bytes, const std::string& part) {
    const auto parsed = ParseStatements(bytes);
    ASSERT_FALSE(parsed.ok()) << part;
    EXPECT_NE(parsed.status().message().find(part), std::string::npos) << parsed.status().message();
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string bytes = blob;
    const size_t at = bytes.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return bytes.replace(at, from.size(), to);
  };
  expect("", "no end");
  expect(blob.substr(0, blob.size() - 1), "no end");
  expect("\n", "not a JSON object");
  expect(blob + "\n", "not a JSON object");
  expect(blob + "[]\n", "not a JSON object");
  expect(blob.substr(blob.find('\n') + 1), "line 1: the header is the first line");
  expect(blob + blob.substr(0, blob.find('\n') + 1), "the header is the first line, and only that");
  expect(changed("ledgerline-statements/1", "ledgerline-statements/2"), "is not ledgerline-statements/1");
  expect(changed("\"type\":\"balance\"", "\"type\":\"debt\""), "type 'debt'");
  expect(changed("\"prefix_size\":", "\"prefix_size\": "), "not in the form that is written");
  expect(changed("\"opening\":\"0\"", "\"opening\":\"-0\""), "not in the form that is written");
  expect(changed("\"opening\":\"0\"", "\"opening\":0"), "field 'opening' is not a text");
  expect(changed("\"opening\":\"0\"", "\"opening\":\"x\""), "line 3: opening: amount 'x'");
  expect(changed("\"account\":\"party\"", "\"account\":\"mine\""), "field 'account' is 'mine'");
  expect(changed("\"weight\":\"650000\"", "\"weight\":\"-1\""), "weight: number '-1'");
  expect(changed("\"level\":\"pool\",", ""), "field 'level' is missing");
  expect(std::string(100, '[') + "\n", "not a line that is written");
  expect("{\"type\":\"\xff\"}\n", "not a line that is written");
  expect(std::string(kStatementLineBytesMax + 1, ' ') + "\n", "longer than");
}

TEST(StatementCheckTest, EveryAlteredNumberOfALineIsFound) {
  for (const char* rates : {kProRata, kPerGeneration}) {
    const auto result = DemoClose(rates);
    const Money one(1, *Currency::Parse("EUR"));
    for (const StatementLine& line : result.statements.lines) {
      ASSERT_TRUE(CheckLine(line).ok());
      if (line.account == Account::kUnmatched) continue;  // its rows' revenue; checked by the close
      const auto altered = [&](auto change) {
        StatementLine other = line;
        change(other);
        const Status status = CheckLine(other);
        EXPECT_EQ(status.code(), StatusCode::kDataLoss);
        EXPECT_NE(status.message().find(line.id), std::string::npos) << status.message();
      };
      altered([&](StatementLine& l) { l.amount = *l.amount.Plus(one); });
      for (size_t i = 0; i < line.steps.size(); ++i) {
        altered([&](StatementLine& l) { l.steps[i].amount = *l.steps[i].amount.Plus(one); });
        altered([&](StatementLine& l) { l.steps[i].total_weight += 1'000'000; });
        if (i > 0 || line.due) altered([&](StatementLine& l) { l.steps[i].gross = *l.steps[i].gross.Plus(one); });
      }
      if (line.due) {
        altered([&](StatementLine& l) { l.due->amount = *l.due->amount.Plus(one); });
        altered([&](StatementLine& l) { l.due->by_rate = *l.due->by_rate.Plus(one); });
        altered([&](StatementLine& l) { l.due->rate_ppm += 1000; });
      }
      altered([](StatementLine& l) {
        l.steps.clear();
        l.due.reset();
        l.pool_revenue.reset();
        l.pool_due.reset();
      });
    }
  }
}

TEST(StatementCheckTest, SumsAreChecked) {
  const auto result = DemoClose();
  const Money one(1, *Currency::Parse("EUR"));
  const auto altered = [&](auto change, const std::string& part) {
    Statements other = result.statements;
    change(other);
    const Status status = CheckStatements(other);
    EXPECT_EQ(status.code(), StatusCode::kDataLoss);
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
  };
  altered([&](Statements& s) { s.balances[0].allocated = *s.balances[0].allocated.Plus(one); },
          "balance of ann in EUR: allocated");
  altered([&](Statements& s) { s.balances[0].closing = *s.balances[0].closing.Plus(one); },
          "opening and allocated do not make closing");
  altered([&](Statements& s) { s.balances.clear(); }, "has lines and no balance");
  altered([&](Statements& s) { s.totals.clear(); }, "no total");
  altered([&](Statements& s) { s.totals.push_back(s.totals[0]); }, "stands twice");
  altered([&](Statements& s) { s.totals[0].pool = *s.totals[0].pool.Plus(one); }, "its parts sum to");
  altered([&](Statements& s) { s.totals[0].platform = *s.totals[0].platform.Plus(one); }, "~platform says");
  altered([&](Statements& s) { s.lines.pop_back(); }, "~platform says");
}

TEST(StatementTextTest, IsReadable) {
  const auto result = DemoClose();
  EXPECT_EQ(*RenderStatement(result.statements, "ann", StatementFormat::kText),
            "Statement of ann for 2026-10\n"
            "(ledgerline-rules/1, from the ledger's first 11 entries)\n"
            "\n"
            "EUR\n"
            "  opening     0.000000000\n"
            "  allocated  19.500000000\n"
            "  closing    19.500000000\n"
            "\n"
            "  line   usage    cover  source  what                        share  where             amount\n"
            "  L0001  2026-10  cov-1  rec-1   MECHANICAL work:work-1  60.0000 %  DE premium  19.500000000\n");
  EXPECT_EQ(*RenderStatement(result.statements, "~unmatched", StatementFormat::kCsv),
            "line,currency,amount,period,territory,tier,rate,cover,source,branch,asset,right,share_set,share_entry,"
            "share_ppm,reason\n"
            "M0001,EUR,1,2026-10,DE,premium,,nobody,,,,,,,,UNKNOWN_RECORDING\n");
  const std::string json = *RenderStatement(result.statements, "label", StatementFormat::kJson);
  EXPECT_NE(json.find("\"closing\": \"32.5\""), std::string::npos) << json;
  EXPECT_EQ(RenderTotals(result.statements),
            "Close of 2026-10 (ledgerline-rules/1)\n"
            "\n"
            "EUR\n"
            "  allocated   52.000000000\n"
            "  held         0.000000000\n"
            "  unmatched    1.000000000\n"
            "  unclaimed   13.000000000\n"
            "  platform    35.000000000\n"
            "  = pool     101.000000000\n");
}

TEST(StatementTextTest, UnknownPartiesAreToldWhoIsKnown) {
  const auto result = DemoClose();
  const auto missing = RenderStatement(result.statements, "bob", StatementFormat::kText);
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("there are those of ann, label, ~platform, ~unclaimed, ~unmatched"),
            std::string::npos)
      << missing.status().message();
  EXPECT_EQ(ParseStatementFormat("pdf").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(*ParseStatementFormat("csv"), StatementFormat::kCsv);
}

}  // namespace
}  // namespace ledgerline::royalty
