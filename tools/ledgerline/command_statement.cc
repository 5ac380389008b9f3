// ledgerline statement and ledgerline explain: what a party earned in a closed period, and why.
#include <map>
#include <nlohmann/json.hpp>

#include "ledger/royalty/close.h"
#include "ledger/royalty/explain.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {
namespace {

struct StatementFlags {
  std::string directory;
  std::string party;
  std::string period;
  std::string format = "text";
  uint64_t line = 0;
};

Result<const royalty::CloseItem*> FindClose(const royalty::LedgerFold& fold, const std::string& text) {
  ASSIGN_OR_RETURN(const Period period, Period::Parse(text));
  std::string closed;
  for (const royalty::CloseItem& close : fold.closes()) {
    if (close.period == period) return &close;
    closed += (closed.empty() ? "" : ", ") + close.period.ToString();
  }
  return NotFound("--period " + text + " is not closed" +
                  (closed.empty() ? std::string("; no period is") : "; closed are " + closed));
}

// Every statement's sum, and their sum, which must be the pool: added up here from the lines, not copied from the
// totals.
Status PrintSums(Context& context, const royalty::Statements& statements) {
  auto json = nlohmann::ordered_json::array();
  for (const royalty::Totals& totals : statements.totals) {
    const Currency currency = totals.pool.currency();
    std::map<std::string, Money> sums;
    Money sum = Money::Zero(currency);
    for (const royalty::StatementLine& line : statements.lines) {
      if (line.amount.currency() != currency) continue;
      const std::string whose =
          line.account == royalty::Account::kParty ? line.party : std::string(AccountName(line.account));
      const auto [at, is_new] = sums.try_emplace(whose, Money::Zero(currency));
      ASSIGN_OR_RETURN(at->second, at->second.Plus(line.amount));
      ASSIGN_OR_RETURN(sum, sum.Plus(line.amount));
    }
    std::vector<std::vector<std::string>> rows{{"STATEMENT OF", currency.ToString()}};
    auto statements_json = nlohmann::ordered_json::object();
    for (const auto& [whose, amount] : sums) {
      rows.push_back({whose, amount.ToNanoDecimal()});
      statements_json[whose] = amount.ToDecimal();
    }
    rows.push_back({"sum of all statements", sum.ToNanoDecimal()});
    rows.push_back({"pool", totals.pool.ToNanoDecimal()});
    context.console.Say(FormatTable(rows, {1}) + (sum == totals.pool ? "They are equal to the nano-unit.\n" : ""));
    json.push_back({{"currency", currency.ToString()},
                    {"statements", statements_json},
                    {"sum", sum.ToDecimal()},
                    {"pool", totals.pool.ToDecimal()},
                    {"equal", sum == totals.pool}});
    if (sum != totals.pool)
      return DataLoss("the statements add up to " + sum.ToString() + ", the pool is " + totals.pool.ToString());
  }
  context.console.PrintJson(json.dump(2));
  return Status::Ok();
}

Status RunStatement(Context& context, const StatementFlags& flags) {
  ASSIGN_OR_RETURN(const royalty::StatementFormat format,
                   royalty::ParseStatementFormat(context.console.json() ? "json" : flags.format));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  ASSIGN_OR_RETURN(const royalty::CloseItem* close, FindClose(*fold, flags.period));
  ASSIGN_OR_RETURN(const Hash256 digest, Hash256::FromBytes(close->close.statements_sha256()));
  ASSIGN_OR_RETURN(const std::string blob, session->journal().ReadBlob(digest));
  ASSIGN_OR_RETURN(const royalty::Statements statements, royalty::ParseStatements(blob));
  if (flags.party.empty()) return PrintSums(context, statements);
  ASSIGN_OR_RETURN(const std::string text, royalty::RenderStatement(statements, flags.party, format));
  context.console.Say(text);
  context.console.PrintJson(text);
  return Status::Ok();
}

Status RunExplain(Context& context, const StatementFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  ASSIGN_OR_RETURN(const royalty::CloseItem* close, FindClose(*fold, flags.period));
  ASSIGN_OR_RETURN(const royalty::CloseResult result, royalty::RecomputeClose(*fold, close->entry));
  std::vector<std::string> lines;
  for (const royalty::StatementLine* line : result.statements.LinesOf(flags.party)) {
    if (flags.line == 0 || std::stoull(line->id.substr(1)) == flags.line) lines.push_back(line->id);
  }
  if (lines.empty() && flags.line == 0) {
    // The same words as `statement` has for a party without lines.
    return royalty::RenderStatement(result.statements, flags.party, royalty::StatementFormat::kText).status();
  }
  if (lines.empty()) lines.push_back(std::to_string(flags.line));  // ExplainLine names the lines that there are
  auto json = nlohmann::ordered_json::array();
  for (size_t i = 0; i < lines.size(); ++i) {
    ASSIGN_OR_RETURN(const royalty::Explanation explanation,
                     royalty::ExplainLine(*fold, result, flags.party, lines[i]));
    context.console.Say((i > 0 ? "\n" : "") + explanation.ToText());
    json.push_back(nlohmann::ordered_json::parse(explanation.ToJson()));
  }
  context.console.PrintJson(json.dump(2));
  return Status::Ok();
}

constexpr char kPartyHelp[] = "The party, or ~held, ~unmatched, ~unclaimed or ~platform";
constexpr char kPeriodHelp[] = "A closed month, such as 2026-10";

}  // namespace

void AddStatement(CLI::App& app, Action& action) {
  auto flags = std::make_shared<StatementFlags>();
  CLI::App* command =
      app.add_subcommand("statement", "A party's statement for a closed period, or the sum of all of them");
  AddDirectory(*command, flags->directory);
  command->add_option("--party", flags->party,
                      std::string(kPartyHelp) + " (default: every statement's sum, beside the pool)");
  command->add_option("--period", flags->period, kPeriodHelp)->required();
  command->add_option("--format", flags->format, "text, csv or json")->capture_default_str();
  command->callback([flags, &action] { action = [flags](Context& context) { return RunStatement(context, *flags); }; });
}

void AddExplain(CLI::App& app, Action& action) {
  auto flags = std::make_shared<StatementFlags>();
  CLI::App* command =
      app.add_subcommand("explain", "Why a line is what it is: events, shares, rates, and every division and rounding");
  AddDirectory(*command, flags->directory);
  command->add_option("--party", flags->party, kPartyHelp)->required();
  command->add_option("--period", flags->period, kPeriodHelp)->required();
  command->add_option("--line", flags->line, "Only this line (default: all)")->check(CLI::PositiveNumber);
  command->callback([flags, &action] { action = [flags](Context& context) { return RunExplain(context, *flags); }; });
}

}  // namespace ledgerline::tool
