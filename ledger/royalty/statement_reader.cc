// The statements' blob, read strictly: what is read is written again and compared.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/exchange/csv.h"
#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

using Json = nlohmann::ordered_json;

constexpr Account kAccounts[] = {Account::kParty, Account::kHeld, Account::kUnmatched, Account::kUnclaimed,
                                 Account::kPlatform};

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
  if (fields.Has("secret")) {
    ASSIGN_OR_RETURN(const std::string secret, fields.Text("secret"));
    auto hash = Hash256::FromHex(secret);
    if (!hash.ok()) return hash.status().WithContext("field 'secret'");
    statements.secret = *hash;
  }
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

Result<Json> ReadObject(std::string_view text, const std::string& where) {
  if (text.size() > kStatementLineBytesMax)
    return OutOfRange(where + ": longer than " + std::to_string(kStatementLineBytesMax) + " bytes");
  if (TooDeep(text) || !exchange::IsUtf8(text)) return InvalidArgument(where + ": not a line that is written");
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return InvalidArgument(where + ": not a JSON object");
  return json;
}

template <typename T>
Result<T> ReadAlone(std::string_view text, std::string_view type, Result<T> (*read)(const Json&)) {
  ASSIGN_OR_RETURN(const Json json, ReadObject(text, "statement line"));
  ASSIGN_OR_RETURN(const std::string found, Fields(json).Text("type"));
  if (found != type) return InvalidArgument("statement line: type '" + found + "' is not " + std::string(type));
  auto line = read(json);
  if (!line.ok()) return line.status().WithContext("statement line");
  if (SerializeLine(*line) != text) return InvalidArgument("statement line: not in the form that is written");
  return line;
}

}  // namespace

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
    ASSIGN_OR_RETURN(const Json json, ReadObject(text, where));
    if (const Status status = ReadAny(json, number == 1, statements); !status.ok()) return status.WithContext(where);
  }
  if (SerializeStatements(statements) != blob) {
    return InvalidArgument(
        "statements: not in the form that is written (order of lines or fields, blanks, or numbers)");
  }
  return statements;
}

Result<StatementLine> ParseStatementLine(std::string_view text) { return ReadAlone(text, "line", &ReadLine); }
Result<Balance> ParseBalanceLine(std::string_view text) { return ReadAlone(text, "balance", &ReadBalance); }

}  // namespace ledgerline::royalty
