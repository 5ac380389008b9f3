// Runs every tests/scenarios/*.scenario: tables that an accountant can read, with statements worked out by hand.
//
//   # a comment                              a file begins with what it shows
//   file                                     a CSV file follows, up to the next empty line
//   consent PARTY ASSET [TERRITORIES]        attested by the operator
//   revoke PARTY ASSET                       the party's latest consent for the asset
//   cover ID of REC[=PPM] ... in CC TIER on DATE
//   close PERIOD
//   totals CUR pool=A allocated=A held=A unmatched=A unclaimed=A platform=A
//   balance PARTY CUR opening=A closing=A
//   lines PARTY                              its lines follow, each "ID, AMOUNT, WHAT"; WHAT is part of what the line
//   says
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/royalty/explain.h"
#include "tests/ledger/ledger_builder.h"

namespace ledgerline {
namespace {

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string Trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::map<std::string, std::string> Settings(const std::vector<std::string>& words, size_t from) {
  std::map<std::string, std::string> settings;
  for (size_t i = from; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    settings[words[i].substr(0, equals)] = words[i].substr(std::min(equals, words[i].size() - 1) + 1);
  }
  return settings;
}

// Everything that the third column of an expected line may quote.
std::string Said(const royalty::CloseResult& result, const royalty::StatementLine& line) {
  const royalty::LineTrace& trace = result.traces[static_cast<size_t>(&line - result.statements.lines.data())];
  std::string path;
  for (const std::string& step : line.path) path += (path.empty() ? "" : " > ") + step;
  return line.period.ToString() + " " + line.territory + " " + line.tier + " | " + line.cover + " | " + path + " | " +
         line.right + " " + line.asset + " | " + line.share_set + " | " + line.reason + " " +
         royalty::ReasonText(line.reason) + " " + trace.detail;
}

class ScenarioRunner {
 public:
  explicit ScenarioRunner(const std::string& path) : in_(path) {}

  void Run() {
    for (std::string text; std::getline(in_, text);) {
      ++number_;
      const auto words = Words(text);
      if (words.empty() || words[0][0] == '#') continue;
      SCOPED_TRACE("line " + std::to_string(number_) + ": " + text);
      if (words[0] == "file")
        File();
      else if (words[0] == "consent")
        consents_[{words[1], words[2]}] = ledger_.Consent(words[1], words[2], words.size() > 3 ? words[3] : "WW");
      else if (words[0] == "revoke")
        ledger_.Revoke(words[1], consents_.at({words[1], words[2]}));
      else if (words[0] == "cover")
        Cover(words);
      else if (words[0] == "close")
        Close(words[1]);
      else if (words[0] == "totals")
        ExpectTotals(words);
      else if (words[0] == "balance")
        ExpectBalance(words);
      else if (words[0] == "lines")
        ExpectLines(words[1]);
      else
        ADD_FAILURE() << "unknown word " << words[0];
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(closes_, 0) << "the scenario closes nothing";
  }

 private:
  void File() {
    std::string csv;
    for (std::string text; std::getline(in_, text) && !text.empty(); ++number_) csv += text + "\n";
    ++number_;
    ledger_.File(csv);
  }

  void Cover(const std::vector<std::string>& words) {
    CoverSpec spec;
    spec.id = words[1];
    size_t at = 3;
    for (; words[at] != "in"; ++at) {
      const size_t equals = words[at].find('=');
      spec.sources.emplace_back(
          words[at].substr(0, equals),
          equals == std::string::npos ? kWholePpm : static_cast<uint32_t>(std::stoul(words[at].substr(equals + 1))));
    }
    spec.territory = words[at + 1];
    spec.tier = words[at + 2];
    spec.at = words[at + 4] + "T10:00:00Z";
    ledger_.Cover(spec);
  }

  void Close(const std::string& period) {
    ++closes_;
    result_ = ledger_.Close(period);
    const Status checked = royalty::CheckStatements(result_.statements);
    EXPECT_TRUE(checked.ok()) << checked.ToString();
    const auto parsed = royalty::ParseStatements(result_.blob);
    EXPECT_TRUE(parsed.ok()) << parsed.status().ToString();
    // Every line can be explained, and the explanation ends at its amount.
    for (const royalty::StatementLine& line : result_.statements.lines) {
      const std::string owner =
          line.account == royalty::Account::kParty ? line.party : std::string(royalty::AccountName(line.account));
      const auto explained = royalty::ExplainLine(ledger_.fold, result_, owner, line.id);
      ASSERT_TRUE(explained.ok()) << explained.status().ToString();
      EXPECT_EQ(explained->steps.back().result, line.amount);
    }
    // A fold that has read on computes the same again.
    const auto again = royalty::RecomputeClose(ledger_.fold, EntryIndex{ledger_.next() - 1});
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(again->blob, result_.blob);
  }

  void ExpectTotals(const std::vector<std::string>& words) {
    for (const royalty::Totals& totals : result_.statements.totals) {
      if (totals.pool.currency().ToString() != words[1]) continue;
      const std::map<std::string, std::string> is = {
          {"pool", totals.pool.ToDecimal()},           {"allocated", totals.allocated.ToDecimal()},
          {"held", totals.held.ToDecimal()},           {"unmatched", totals.unmatched.ToDecimal()},
          {"unclaimed", totals.unclaimed.ToDecimal()}, {"platform", totals.platform.ToDecimal()}};
      EXPECT_EQ(is, Settings(words, 2));
      return;
    }
    ADD_FAILURE() << "no totals in " << words[1];
  }

  void ExpectBalance(const std::vector<std::string>& words) {
    for (const royalty::Balance& balance : result_.statements.balances) {
      if (balance.party != words[1] || balance.closing.currency().ToString() != words[2]) continue;
      const std::map<std::string, std::string> is = {{"opening", balance.opening.ToDecimal()},
                                                     {"closing", balance.closing.ToDecimal()}};
      EXPECT_EQ(is, Settings(words, 3));
      return;
    }
    ADD_FAILURE() << "no balance of " << words[1];
  }

  void ExpectLines(const std::string& owner) {
    const auto lines = result_.statements.LinesOf(owner);
    size_t at = 0;
    for (std::string text; std::getline(in_, text) && !text.empty(); ++at) {
      ++number_;
      SCOPED_TRACE("line " + std::to_string(number_) + ": " + text);
      const size_t first = text.find(','), second = text.find(',', first + 1);
      if (at >= lines.size()) {
        ADD_FAILURE() << "there are only " << lines.size() << " lines";
        continue;
      }
      EXPECT_EQ(lines[at]->id, Trimmed(text.substr(0, first)));
      EXPECT_EQ(lines[at]->amount.ToDecimal(), Trimmed(text.substr(first + 1, second - first - 1)));
      EXPECT_NE(Said(result_, *lines[at]).find(Trimmed(text.substr(second + 1))), std::string::npos)
          << Said(result_, *lines[at]);
    }
    ++number_;
    EXPECT_EQ(at, lines.size()) << (lines.size() > at
                                        ? "unexpected: " + lines[at]->id + " " + lines[at]->amount.ToString() + " " +
                                              Said(result_, *lines[at])
                                        : "");
  }

  std::ifstream in_;
  int number_ = 0;
  int closes_ = 0;
  LedgerBuilder ledger_;
  std::map<std::pair<std::string, std::string>, uint64_t> consents_;
  royalty::CloseResult result_;
};

std::vector<std::string> Scenarios() {
  std::vector<std::string> paths;
  for (const auto& file : std::filesystem::directory_iterator("tests/scenarios")) {
    if (file.path().extension() == ".scenario") paths.push_back(file.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(ScenarioTest, EveryScenarioComesOutAsWorkedByHand) {
  const auto paths = Scenarios();
  ASSERT_GE(paths.size(), 9u);
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    ScenarioRunner(path).Run();
  }
}

}  // namespace
}  // namespace ledgerline
