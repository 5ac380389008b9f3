// The statements' blob: writing and strict reading. A blob is read only if writing it again gives the same bytes.
#include <nlohmann/json.hpp>

#include "crypto/merkle.h"
#include "ledger/exchange/csv.h"
#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

using Json = nlohmann::ordered_json;

constexpr Account kAccounts[] = {Account::kParty, Account::kHeld, Account::kUnmatched, Account::kUnclaimed,
                                 Account::kPlatform};

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

// One JSON object read field by field; every error names the field.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {}

  bool Has(const char* name) const { return json_.contains(name); }
  Result<const Json*> Get(const char* name) const {
    if (!json_.is_object() || !json_.contains(name))
      return InvalidArgument(std::string("field '") + name + "' is missing");
    return &json_[name];
  }
  Result<std::string> Text(const char* name) const {
    ASSIGN_OR_RETURN(const Json* value, Get(name));
    if (!value->is_string()) return InvalidArgument(std::string("field '") + name + "' is not a text");
    return value->get<std::string>();
  }
  Result<std::string> TextOrEmpty(const char* name) const { return Has(name) ? Text(name) : std::string(); }
  Result<uint64_t> Number(const char* name, uint64_t max) const {
    ASSIGN_OR_RETURN(const Json* value, Get(name));
    if (!value->is_number_unsigned()) return InvalidArgument(std::string("field '") + name + "' is not a whole number");
    const auto number = value->get<uint64_t>();
    if (number > max) return OutOfRange(std::string("field '") + name + "' is above " + std::to_string(max));
    return number;
  }
  Result<Money> Amount(const char* name, Currency currency) const {
    ASSIGN_OR_RETURN(const std::string text, Text(name));
    auto money = Money::Parse(text, currency);
    if (!money.ok()) return money.status().WithContext(name);
    return *money;
  }
  Result<Int128> Big(const char* name) const {
    ASSIGN_OR_RETURN(const std::string text, Text(name));
    auto number = ParseInt128(text);
    if (!number.ok()) return number.status().WithContext(name);
    return *number;
  }

 private:
  const Json& json_;
};

Result<SplitStep> ReadSplit(const Json& json, Currency currency) {
  const Fields fields(json);
  SplitStep step;
  ASSIGN_OR_RETURN(step.level, fields.Text("level"));
  ASSIGN_OR_RETURN(step.id, fields.Text("id"));
  ASSIGN_OR_RETURN(step.gross, fields.Amount("gross", currency));
  ASSIGN_OR_RETURN(step.weight, fields.Big("weight"));
  ASSIGN_OR_RETURN(step.total_weight, fields.Big("total"));
  ASSIGN_OR_RETURN(step.leftover_nanos, fields.Number("leftover", UINT64_MAX));
  if (fields.Has("cutoff")) {
    const Json& cutoff = json["cutoff"];
    if (!cutoff.is_array() || cutoff.size() != 2 || !cutoff[0].is_string() || !cutoff[1].is_string()) {
      return InvalidArgument("field 'cutoff' is not [remainder, id]");
    }
    ASSIGN_OR_RETURN(const Int128 remainder, ParseInt128(cutoff[0].get<std::string>()));
    step.cutoff = Cutoff{remainder, cutoff[1].get<std::string>()};
  }
  ASSIGN_OR_RETURN(step.amount, fields.Amount("amount", currency));
  return step;
}

Result<DueStep> ReadDue(const Json& json, Currency currency) {
  const Fields fields(json);
  DueStep due;
  ASSIGN_OR_RETURN(due.revenue, fields.Amount("revenue", currency));
  ASSIGN_OR_RETURN(const uint64_t rate, fields.Number("rate_ppm", kWholePpm));
  due.rate_ppm = static_cast<uint32_t>(rate);
  ASSIGN_OR_RETURN(due.by_rate, fields.Amount("by_rate", currency));
  ASSIGN_OR_RETURN(due.generations, fields.Number("generations", UINT64_MAX));
  ASSIGN_OR_RETURN(due.fee, fields.Amount("fee", currency));
  ASSIGN_OR_RETURN(due.by_fee, fields.Amount("by_fee", currency));
  ASSIGN_OR_RETURN(const Json* applies, fields.Get("floor_applies"));
  if (!applies->is_boolean()) return InvalidArgument("field 'floor_applies' is not true or false");
  due.floor_applies = applies->get<bool>();
  ASSIGN_OR_RETURN(due.floor, fields.Amount("floor", currency));
  ASSIGN_OR_RETURN(due.amount, fields.Amount("amount", currency));
  return due;
}

Result<StatementLine> ReadLine(const Json& json) {
  const Fields fields(json);
  StatementLine line;
  ASSIGN_OR_RETURN(const std::string account, fields.Text("account"));
  const auto* known =
      std::find_if(std::begin(kAccounts), std::end(kAccounts), [&](Account a) { return AccountName(a) == account; });
  if (known == std::end(kAccounts)) return InvalidArgument("field 'account' is '" + account + "'");
  line.account = *known;
  if (line.account == Account::kParty) {
    ASSIGN_OR_RETURN(line.party, fields.Text("party"));
    RETURN_IF_ERROR(CheckId("party", line.party));
  }
  ASSIGN_OR_RETURN(line.id, fields.Text("line"));
  ASSIGN_OR_RETURN(const std::string code, fields.Text("currency"));
  ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(code));
  ASSIGN_OR_RETURN(line.amount, fields.Amount("amount", currency));
  ASSIGN_OR_RETURN(const std::string period, fields.Text("period"));
  ASSIGN_OR_RETURN(line.period, Period::Parse(period));
  ASSIGN_OR_RETURN(line.territory, fields.Text("territory"));
  ASSIGN_OR_RETURN(line.tier, fields.Text("tier"));
  ASSIGN_OR_RETURN(line.rate_id, fields.TextOrEmpty("rate"));
  if (!line.rate_id.empty()) {
    ASSIGN_OR_RETURN(line.rate_entry, fields.Number("rate_entry", UINT64_MAX));
  }
  ASSIGN_OR_RETURN(line.cover, fields.TextOrEmpty("cover"));
  if (fields.Has("path")) {
    if (!json["path"].is_array()) return InvalidArgument("field 'path' is not a list");
    for (const Json& step : json["path"]) {
      if (!step.is_string()) return InvalidArgument("field 'path' is not a list of texts");
      line.path.push_back(step.get<std::string>());
    }
  }
  ASSIGN_OR_RETURN(line.branch, fields.TextOrEmpty("branch"));
  ASSIGN_OR_RETURN(line.asset, fields.TextOrEmpty("asset"));
  ASSIGN_OR_RETURN(line.right, fields.TextOrEmpty("right"));
  ASSIGN_OR_RETURN(line.share_set, fields.TextOrEmpty("share_set"));
  if (!line.share_set.empty()) {
    ASSIGN_OR_RETURN(line.share_entry, fields.Number("share_entry", UINT64_MAX));
    ASSIGN_OR_RETURN(const uint64_t share, fields.Number("share_ppm", kWholePpm));
    line.share_ppm = static_cast<uint32_t>(share);
  }
  ASSIGN_OR_RETURN(line.reason, fields.TextOrEmpty("reason"));
  if (fields.Has("due")) {
    ASSIGN_OR_RETURN(line.due, ReadDue(json["due"], currency));
  }
  ASSIGN_OR_RETURN(const Json* steps, fields.Get("steps"));
  if (!steps->is_array()) return InvalidArgument("field 'steps' is not a list");
  for (const Json& step : *steps) {
    ASSIGN_OR_RETURN(SplitStep read, ReadSplit(step, currency));
    line.steps.push_back(std::move(read));
  }
  if (fields.Has("pool_revenue")) {
    ASSIGN_OR_RETURN(line.pool_revenue, fields.Amount("pool_revenue", currency));
  }
  if (fields.Has("pool_due")) {
    ASSIGN_OR_RETURN(line.pool_due, fields.Amount("pool_due", currency));
  }
  return line;
}

Result<Totals> ReadTotals(const Json& json) {
  const Fields fields(json);
  Totals totals;
  ASSIGN_OR_RETURN(const std::string code, fields.Text("currency"));
  ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(code));
  ASSIGN_OR_RETURN(totals.pool, fields.Amount("pool", currency));
  ASSIGN_OR_RETURN(totals.allocated, fields.Amount("allocated", currency));
  ASSIGN_OR_RETURN(totals.held, fields.Amount("held", currency));
  ASSIGN_OR_RETURN(totals.unmatched, fields.Amount("unmatched", currency));
  ASSIGN_OR_RETURN(totals.unclaimed, fields.Amount("unclaimed", currency));
  ASSIGN_OR_RETURN(totals.platform, fields.Amount("platform", currency));
  return totals;
}

Result<Balance> ReadBalance(const Json& json) {
  const Fields fields(json);
  Balance balance;
  ASSIGN_OR_RETURN(balance.party, fields.Text("party"));
  RETURN_IF_ERROR(CheckId("party", balance.party));
  ASSIGN_OR_RETURN(const std::string code, fields.Text("currency"));
  ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(code));
  ASSIGN_OR_RETURN(balance.opening, fields.Amount("opening", currency));
  ASSIGN_OR_RETURN(balance.allocated, fields.Amount("allocated", currency));
  ASSIGN_OR_RETURN(balance.closing, fields.Amount("closing", currency));
  return balance;
}

Status ReadHeaderLine(const Json& json, Statements& statements) {
  const Fields fields(json);
  ASSIGN_OR_RETURN(const std::string format, fields.Text("format"));
  if (format != kStatementsFormat)
    return InvalidArgument("format '" + format + "' is not " + std::string(kStatementsFormat));
  ASSIGN_OR_RETURN(statements.rules_version, fields.Text("rules"));
  ASSIGN_OR_RETURN(const std::string period, fields.Text("period"));
  ASSIGN_OR_RETURN(statements.period, Period::Parse(period));
  ASSIGN_OR_RETURN(statements.prefix_size, fields.Number("prefix_size", UINT64_MAX));
  return Status::Ok();
}

Status ReadAny(const Json& json, bool first, Statements& statements) {
  const Fields fields(json);
  ASSIGN_OR_RETURN(const std::string type, fields.Text("type"));
  if (first != (type == "header")) return InvalidArgument("the header is the first line, and only that");
  if (first) return ReadHeaderLine(json, statements);
  if (type == "total") {
    ASSIGN_OR_RETURN(Totals totals, ReadTotals(json));
    statements.totals.push_back(std::move(totals));
  } else if (type == "balance") {
    ASSIGN_OR_RETURN(Balance balance, ReadBalance(json));
    statements.balances.push_back(std::move(balance));
  } else if (type == "line") {
    ASSIGN_OR_RETURN(StatementLine line, ReadLine(json));
    statements.lines.push_back(std::move(line));
  } else {
    return InvalidArgument("type '" + type + "' is not header, total, balance or line");
  }
  return Status::Ok();
}

// How deep brackets nest; the writer never goes beyond 4. Checked first, since a JSON reader recurses.
bool TooDeep(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > 8) return true;
  }
  return false;
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
  for (const Balance& balance : statements.balances) {
    Json json;
    json["type"] = "balance";
    json["party"] = balance.party;
    json["currency"] = balance.closing.currency().ToString();
    json["opening"] = balance.opening.ToDecimal();
    json["allocated"] = balance.allocated.ToDecimal();
    json["closing"] = balance.closing.ToDecimal();
    add(json);
  }
  for (const StatementLine& line : statements.lines) add(LineJson(line));
  return blob;
}

Result<Statements> ParseStatements(std::string_view blob) {
  if (blob.size() > kStatementsBytesMax) {
    return OutOfRange("statements of " + std::to_string(blob.size()) + " bytes; at most " +
                      std::to_string(kStatementsBytesMax));
  }
  if (!blob.ends_with('\n')) return InvalidArgument("statements: the last line has no end");
  Statements statements;
  uint64_t number = 0;
  for (size_t at = 0; at < blob.size();) {
    const size_t end = blob.find('\n', at);
    const std::string_view text = blob.substr(at, end - at);
    at = end + 1;
    const std::string where = "statements, line " + std::to_string(++number);
    if (text.size() > kStatementLineBytesMax)
      return OutOfRange(where + ": longer than " + std::to_string(kStatementLineBytesMax) + " bytes");
    if (TooDeep(text) || !exchange::IsUtf8(text)) return InvalidArgument(where + ": not a line that is written");
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return InvalidArgument(where + ": not a JSON object");
    if (const Status status = ReadAny(json, number == 1, statements); !status.ok()) return status.WithContext(where);
  }
  if (SerializeStatements(statements) != blob) {
    return InvalidArgument(
        "statements: not in the form that is written (order of lines or fields, blanks, or numbers)");
  }
  return statements;
}

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
