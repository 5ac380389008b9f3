// Statements for people (text), spreadsheets (CSV) and programs (JSON).
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/exchange/csv.h"
#include "ledger/royalty/statement.h"
#include "ledger/royalty/text_table.h"

namespace ledgerline::royalty {
namespace {

using Json = nlohmann::ordered_json;

// 123456 ppm -> "12.3456 %".
std::string Percent(uint32_t ppm) {
  std::string decimals = std::to_string(ppm % 10'000);
  decimals.insert(0, 4 - decimals.size(), '0');
  return std::to_string(ppm / 10'000) + "." + decimals + " %";
}

std::string Joined(const std::vector<std::string>& parts, const std::string& with) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : with) + part;
  return text;
}

std::vector<const Balance*> BalancesOf(const Statements& statements, std::string_view party) {
  std::vector<const Balance*> found;
  for (const Balance& balance : statements.balances) {
    if (balance.party == party) found.push_back(&balance);
  }
  return found;
}

std::string Text(const Statements& statements, std::string_view owner, const std::vector<const StatementLine*>& lines,
                 const std::vector<const Balance*>& balances) {
  std::string text = "Statement of " + std::string(owner) + " for " + statements.period.ToString() + "\n(" +
                     statements.rules_version + ", from the ledger's first " + std::to_string(statements.prefix_size) +
                     " entries)\n";
  std::set<Currency> currencies;
  for (const auto* line : lines) currencies.insert(line->amount.currency());
  for (const auto* balance : balances) currencies.insert(balance->closing.currency());
  if (currencies.empty()) text += "\nNothing: no line, and no balance from before.\n";
  for (const Currency currency : currencies) {
    text += "\n" + currency.ToString() + "\n";
    for (const auto* balance : balances) {
      if (balance->closing.currency() != currency) continue;
      TextTable sums({{"", false}, {"", true}});
      sums.Add({"opening", balance->opening.ToNanoDecimal()});
      sums.Add({"allocated", balance->allocated.ToNanoDecimal()});
      sums.Add({"closing", balance->closing.ToNanoDecimal()});
      text += sums.ToText(2).substr(1) + "\n";
    }
    TextTable table({{"line", false},
                     {"usage", false},
                     {"cover", false},
                     {"source", false},
                     {"what", false},
                     {"share", true},
                     {"where", false},
                     {"amount", true}});
    bool any = false;
    std::string reasons;
    for (const auto* line : lines) {
      if (line->amount.currency() != currency) continue;
      any = true;
      const bool late = line->period != statements.period;
      table.Add({line->id, line->period.ToString() + (late ? " (prior)" : ""),
                 line->cover.empty() ? "all" : line->cover, line->path.empty() ? "-" : Joined(line->path, " > "),
                 line->right.empty() ? "-" : line->right + " " + line->asset,
                 line->share_set.empty() ? "-" : Percent(line->share_ppm), line->territory + " " + line->tier,
                 line->amount.ToNanoDecimal()});
      if (!line->reason.empty())
        reasons += "  " + line->id + ": " + line->reason + ": " + ReasonText(line->reason) + "\n";
    }
    if (any) text += table.ToText(2);
    if (!reasons.empty()) text += "\n" + reasons;
  }
  return text;
}

std::string Csv(const std::vector<const StatementLine*>& lines) {
  std::string text =
      "line,currency,amount,period,territory,tier,rate,cover,source,branch,asset,right,share_set,share_entry,share_ppm,"
      "reason\n";
  for (const auto* line : lines) {
    const bool shared = !line->share_set.empty();
    const std::string cells[] = {line->id,
                                 line->amount.currency().ToString(),
                                 line->amount.ToDecimal(),
                                 line->period.ToString(),
                                 line->territory,
                                 line->tier,
                                 line->rate_id,
                                 line->cover,
                                 Joined(line->path, " > "),
                                 line->branch,
                                 line->asset,
                                 line->right,
                                 line->share_set,
                                 shared ? std::to_string(line->share_entry) : "",
                                 shared ? std::to_string(line->share_ppm) : "",
                                 line->reason};
    bool first = true;
    for (const std::string& cell : cells) {
      text += (first ? "" : ",") + exchange::CsvField(cell);
      first = false;
    }
    text += "\n";
  }
  return text;
}

std::string JsonText(const Statements& statements, std::string_view owner,
                     const std::vector<const StatementLine*>& lines, const std::vector<const Balance*>& balances) {
  Json json;
  json["party"] = owner;
  json["period"] = statements.period.ToString();
  json["rules"] = statements.rules_version;
  json["prefix_size"] = statements.prefix_size;
  json["balances"] = Json::array();
  for (const auto* balance : balances) {
    Json entry;
    entry["currency"] = balance->closing.currency().ToString();
    entry["opening"] = balance->opening.ToDecimal();
    entry["allocated"] = balance->allocated.ToDecimal();
    entry["closing"] = balance->closing.ToDecimal();
    json["balances"].push_back(std::move(entry));
  }
  json["lines"] = Json::array();
  for (const auto* line : lines) {
    Json entry;
    entry["line"] = line->id;
    entry["currency"] = line->amount.currency().ToString();
    entry["amount"] = line->amount.ToDecimal();
    entry["period"] = line->period.ToString();
    entry["territory"] = line->territory;
    entry["tier"] = line->tier;
    entry["rate"] = line->rate_id;
    entry["cover"] = line->cover;
    entry["source"] = line->path;
    entry["branch"] = line->branch;
    entry["asset"] = line->asset;
    entry["right"] = line->right;
    entry["share_set"] = line->share_set;
    entry["share_entry"] = line->share_entry;
    entry["share_ppm"] = line->share_ppm;
    entry["reason"] = line->reason;
    json["lines"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace

std::string ReasonText(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"SHARES_MISSING", "no accepted share set says whose it is"},
      {"SHARES_DISPUTED", "the shares are in dispute"},
      {"SHARES_CONTESTED", "more than one accepted share set claims it"},
      {"UNKNOWN_PARTY", "the party of this share is in no parties file"},
      {"UNKNOWN_RECORDING", "the recording is not in the ledger"},
      {"NOT_A_COVER", "the recording is an original, not a cover"},
      {"NO_RATE_CARD", "no rate card fits"},
      {"AMBIGUOUS_RATE_CARD", "more than one rate card fits"},
      {"MORE_DUE_THAN_REVENUE", "more is due than the pool brought in"},
  };
  for (const auto& [known, text] : kTexts) {
    if (known == code) return std::string(text);
  }
  if (code.starts_with("UNAUTHORISED")) return "the cover was made without the leave that it needs";
  return std::string(code);
}

Result<StatementFormat> ParseStatementFormat(std::string_view name) {
  if (name == "text") return StatementFormat::kText;
  if (name == "csv") return StatementFormat::kCsv;
  if (name == "json") return StatementFormat::kJson;
  return InvalidArgument("format '" + std::string(name.substr(0, 40)) + "': expected text, csv or json");
}

Result<std::string> RenderStatement(const Statements& statements, std::string_view party_or_account,
                                    StatementFormat format, bool known_to_exist) {
  const auto lines = statements.LinesOf(party_or_account);
  const auto balances = BalancesOf(statements, party_or_account);
  if (lines.empty() && balances.empty() && !known_to_exist) {
    std::set<std::string> known;
    for (const Balance& balance : statements.balances) known.insert(balance.party);
    for (const StatementLine& line : statements.lines) {
      if (line.account != Account::kParty) known.insert(std::string(AccountName(line.account)));
    }
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    return NotFound("no statement of '" + std::string(party_or_account.substr(0, 80)) + "' for " +
                    statements.period.ToString() +
                    (list.empty() ? "; there is none at all" : "; there are those of " + list));
  }
  switch (format) {
    case StatementFormat::kText:
      return Text(statements, party_or_account, lines, balances);
    case StatementFormat::kCsv:
      return Csv(lines);
    case StatementFormat::kJson:
      return JsonText(statements, party_or_account, lines, balances);
  }
  return Internal("unknown statement format");
}

std::string RenderTotals(const Statements& statements) {
  std::string text = "Close of " + statements.period.ToString() + " (" + statements.rules_version + ")\n";
  if (statements.totals.empty()) text += "\n  nothing was used\n";
  for (const Totals& totals : statements.totals) {
    TextTable table({{"", false}, {"", true}});
    table.Add({"allocated", totals.allocated.ToNanoDecimal()});
    table.Add({"held", totals.held.ToNanoDecimal()});
    table.Add({"unmatched", totals.unmatched.ToNanoDecimal()});
    table.Add({"unclaimed", totals.unclaimed.ToNanoDecimal()});
    table.Add({"platform", totals.platform.ToNanoDecimal()});
    table.Add({"= pool", totals.pool.ToNanoDecimal()});
    text += "\n" + totals.pool.currency().ToString() + table.ToText(2);
  }
  return text;
}

}  // namespace ledgerline::royalty
