// ledgerline statement and ledgerline explain: what a party earned in a closed period, and why.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "ledger/royalty/close.h"
#include "ledger/royalty/explain.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

struct StatementFlags {
  std::string directory;
  std::string party;
  std::string period;
  std::string format = "text";
  std::string line;
};

Result<const royalty::CloseItem*> FindClose(const royalty::LedgerFold& fold, const std::string& text) {
  ASSIGN_OR_RETURN(const Period period, Named("--period", Period::Parse(text)));
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
struct Sums {
  Money pool;
  Money sum;
  std::map<std::string, Money> of;  // party or account
};

Result<Sums> SumsOf(const royalty::Statements& statements, const royalty::Totals& totals) {
  const Currency currency = totals.pool.currency();
  Sums sums{totals.pool, Money::Zero(currency), {}};
  for (const royalty::StatementLine& line : statements.lines) {
    if (line.amount.currency() != currency) continue;
    const std::string whose =
        line.account == royalty::Account::kParty ? line.party : std::string(AccountName(line.account));
    const auto [at, is_new] = sums.of.try_emplace(whose, Money::Zero(currency));
    ASSIGN_OR_RETURN(at->second, at->second.Plus(line.amount));
    ASSIGN_OR_RETURN(sums.sum, sums.sum.Plus(line.amount));
  }
  return sums;
}

Status PrintSums(Context& context, const royalty::Statements& statements, royalty::StatementFormat format) {
  auto json = nlohmann::ordered_json::array();
  std::string text, csv = "currency,statement_of,amount\n";
  if (statements.totals.empty())
    text = "Nothing was used in " + statements.period.ToString() + ": no pool, and no statement.\n";
  for (const royalty::Totals& totals : statements.totals) {
    ASSIGN_OR_RETURN(const Sums sums, SumsOf(statements, totals));
    const std::string currency = totals.pool.currency().ToString();
    std::vector<std::vector<std::string>> rows{{"STATEMENT OF", currency}};
    auto statements_json = nlohmann::ordered_json::object();
    for (const auto& [whose, amount] : sums.of) {
      rows.push_back({whose, amount.ToNanoDecimal()});
      csv += currency + "," + whose + "," + amount.ToDecimal() + "\n";
      statements_json[whose] = amount.ToDecimal();
    }
    rows.push_back({"sum of all statements", sums.sum.ToNanoDecimal()});
    rows.push_back({"pool", sums.pool.ToNanoDecimal()});
    const bool equal = sums.sum == sums.pool;
    text += (text.empty() ? "" : "\n") + FormatTable(rows, {1}) + (equal ? "They are equal to the nano-unit.\n" : "");
    json.push_back({{"currency", currency},
                    {"statements", statements_json},
                    {"sum", sums.sum.ToDecimal()},
                    {"pool", sums.pool.ToDecimal()},
                    {"equal", equal}});
    if (!equal)
      return DataLoss("the statements add up to " + sums.sum.ToString() + ", the pool is " + sums.pool.ToString());
  }
  context.console.PrintJson(json);
  context.console.Say(format == royalty::StatementFormat::kCsv    ? csv
                      : format == royalty::StatementFormat::kJson ? json.dump(2)
                                                                  : text);
  return Status::Ok();
}

// A party of the catalogue, or an account: its statement may be empty, but is no mistake.
bool IsKnown(const royalty::LedgerFold& fold, const std::string& name) {
  for (const royalty::Account account : {royalty::Account::kHeld, royalty::Account::kUnmatched,
                                         royalty::Account::kUnclaimed, royalty::Account::kPlatform}) {
    if (name == AccountName(account)) return true;
  }
  const auto party = PartyId::Parse(name);
  return party.ok() && fold.rights().Party(*party, fold.size()) != nullptr;
}

Status RunStatement(Context& context, const StatementFlags& flags) {
  ASSIGN_OR_RETURN(const royalty::StatementFormat format,
                   Named("--format", royalty::ParseStatementFormat(context.console.json() ? "json" : flags.format)));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  ASSIGN_OR_RETURN(const royalty::CloseItem* close, FindClose(*fold, flags.period));
  ASSIGN_OR_RETURN(const Hash256 digest, Hash256::FromBytes(close->close.statements_sha256()));
  ASSIGN_OR_RETURN(const std::string blob, session->journal().ReadBlob(digest));
  ASSIGN_OR_RETURN(const royalty::Statements statements, royalty::ParseStatements(blob));
  if (flags.party.empty()) return PrintSums(context, statements, format);
  ASSIGN_OR_RETURN(const std::string text,
                   royalty::RenderStatement(statements, flags.party, format, IsKnown(*fold, flags.party)));
  context.console.Say(text);
  if (context.console.json()) context.console.PrintJson(nlohmann::ordered_json::parse(text));
  return Status::Ok();
}

// "3", or "L0003" as a statement has it.
bool IsLine(std::string_view id, std::string_view wanted) {
  if (id == wanted) return true;
  const auto without_zeros = [](std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  };
  return without_zeros(id.substr(1)) == without_zeros(wanted);
}

Status RunExplain(Context& context, const StatementFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  ASSIGN_OR_RETURN(const royalty::CloseItem* close, FindClose(*fold, flags.period));
  ASSIGN_OR_RETURN(const royalty::CloseResult result, royalty::RecomputeClose(*fold, close->entry));
  std::vector<std::string> lines;
  for (const royalty::StatementLine* line : result.statements.LinesOf(flags.party)) {
    if (flags.line.empty() || IsLine(line->id, flags.line)) lines.push_back(line->id);
  }
  auto json = nlohmann::ordered_json::array();
  if (lines.empty() && flags.line.empty()) {
    // The same words as `statement` has for a party without lines.
    ASSIGN_OR_RETURN(const std::string text,
                     royalty::RenderStatement(result.statements, flags.party, royalty::StatementFormat::kText,
                                              IsKnown(*fold, flags.party)));
    context.console.Say(text);
  }
  if (lines.empty() && !flags.line.empty()) lines.push_back(flags.line);  // ExplainLine names the lines that there are
  for (size_t i = 0; i < lines.size(); ++i) {
    ASSIGN_OR_RETURN(const royalty::Explanation explanation,
                     royalty::ExplainLine(*fold, result, flags.party, lines[i]));
    context.console.Say((i > 0 ? "\n" : "") + explanation.ToText());
    json.push_back(nlohmann::ordered_json::parse(explanation.ToJson()));
  }
  context.console.PrintJson(json);
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
  command->add_option("--line", flags->line, "Only this line, such as 3 or L0003 (default: all)");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunExplain(context, *flags); }; });
}

}  // namespace ledgerline::tool
