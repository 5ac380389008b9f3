// The statements' blob, written: one order of lines and fields, and no other.
#include <nlohmann/json.hpp>

#include "crypto/merkle.h"
#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

using Json = nlohmann::ordered_json;

Json SplitJson(const SplitStep& step) {
  Json json;
  json["level"] = step.level;
  json["id"] = step.id;
  json["gross"] = step.gross.ToDecimal();
  json["weight"] = Int128ToString(step.weight);
  json["total"] = Int128ToString(step.total_weight);
  json["leftover"] = step.leftover_nanos;
  if (step.cutoff) json["cutoff"] = {Int128ToString(step.cutoff->remainder), step.cutoff->id};
  json["amount"] = step.amount.ToDecimal();
  return json;
}

Json DueJson(const DueStep& due) {
  Json json;
  json["revenue"] = due.revenue.ToDecimal();
  json["rate_ppm"] = due.rate_ppm;
  json["by_rate"] = due.by_rate.ToDecimal();
  json["generations"] = due.generations;
  json["fee"] = due.fee.ToDecimal();
  json["by_fee"] = due.by_fee.ToDecimal();
  json["floor_applies"] = due.floor_applies;
  json["floor"] = due.floor.ToDecimal();
  json["amount"] = due.amount.ToDecimal();
  return json;
}

Json LineJson(const StatementLine& line) {
  Json json;
  json["type"] = "line";
  json["account"] = AccountName(line.account);
  if (line.account == Account::kParty) json["party"] = line.party;
  json["line"] = line.id;
  json["currency"] = line.amount.currency().ToString();
  json["amount"] = line.amount.ToDecimal();
  json["period"] = line.period.ToString();
  json["territory"] = line.territory;
  json["tier"] = line.tier;
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  text("rate", line.rate_id);
  if (!line.rate_id.empty()) json["rate_entry"] = line.rate_entry;
  text("cover", line.cover);
  if (!line.path.empty()) json["path"] = line.path;
  text("branch", line.branch);
  text("asset", line.asset);
  text("right", line.right);
  text("share_set", line.share_set);
  if (!line.share_set.empty()) {
    json["share_entry"] = line.share_entry;
    json["share_ppm"] = line.share_ppm;
  }
  text("reason", line.reason);
  if (line.due) json["due"] = DueJson(*line.due);
  json["steps"] = Json::array();
  for (const SplitStep& step : line.steps) json["steps"].push_back(SplitJson(step));
  if (line.pool_revenue) json["pool_revenue"] = line.pool_revenue->ToDecimal();
  if (line.pool_due) json["pool_due"] = line.pool_due->ToDecimal();
  return json;
}

Json BalanceJson(const Balance& balance) {
  Json json;
  json["type"] = "balance";
  json["party"] = balance.party;
  json["currency"] = balance.closing.currency().ToString();
  json["opening"] = balance.opening.ToDecimal();
  json["allocated"] = balance.allocated.ToDecimal();
  json["closing"] = balance.closing.ToDecimal();
  return json;
}

}  // namespace

std::string_view AccountName(Account account) {
  switch (account) {
    case Account::kParty:
      return "party";
    case Account::kHeld:
      return "~held";
    case Account::kUnmatched:
      return "~unmatched";
    case Account::kUnclaimed:
      return "~unclaimed";
    case Account::kPlatform:
      return "~platform";
  }
  return "unknown";
}

std::string SerializeStatements(const Statements& statements) {
  std::string blob;
  const auto add = [&](const Json& json) { blob.append(json.dump()).append("\n"); };
  Json header;
  header["type"] = "header";
  header["format"] = kStatementsFormat;
  header["rules"] = statements.rules_version;
  header["period"] = statements.period.ToString();
  header["prefix_size"] = statements.prefix_size;
  if (statements.secret) header["secret"] = statements.secret->ToHex();
  add(header);
  for (const Totals& totals : statements.totals) {
    Json json;
    json["type"] = "total";
    json["currency"] = totals.pool.currency().ToString();
    json["pool"] = totals.pool.ToDecimal();
    json["allocated"] = totals.allocated.ToDecimal();
    json["held"] = totals.held.ToDecimal();
    json["unmatched"] = totals.unmatched.ToDecimal();
    json["unclaimed"] = totals.unclaimed.ToDecimal();
    json["platform"] = totals.platform.ToDecimal();
    add(json);
  }
  for (const Balance& balance : statements.balances) add(BalanceJson(balance));
  for (const StatementLine& line : statements.lines) add(LineJson(line));
  return blob;
}

std::string SerializeLine(const StatementLine& line) { return LineJson(line).dump(); }
std::string SerializeLine(const Balance& balance) { return BalanceJson(balance).dump(); }

LinesRoot RootOfLines(std::string_view blob) {
  crypto::Frontier frontier;
  for (size_t at = 0; at < blob.size();) {
    const size_t end = std::min(blob.find('\n', at), blob.size());
    frontier.Append(crypto::LeafHash(blob.substr(at, end - at)));
    at = end + 1;
  }
  return {frontier.Root(), frontier.size().value};
}

std::vector<const StatementLine*> Statements::LinesOf(std::string_view party_or_account) const {
  std::vector<const StatementLine*> found;
  for (const StatementLine& line : lines) {
    const std::string_view owner =
        line.account == Account::kParty ? std::string_view(line.party) : AccountName(line.account);
    if (owner == party_or_account) found.push_back(&line);
  }
  return found;
}

}  // namespace ledgerline::royalty
