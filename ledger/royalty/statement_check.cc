// Checking statements by themselves: what a doubter can compute from a line alone, and from all lines together.
#include <map>

#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

std::string Name(const StatementLine& line) {
  return "line " + line.id + " of " +
         (line.account == Account::kParty ? line.party : std::string(AccountName(line.account)));
}

Status Differs(const StatementLine& line, const std::string& what, const Money& said, const Money& is) {
  return DataLoss(Name(line) + ": " + what + " says " + said.ToString() + ", computed " + is.ToString());
}

}  // namespace

Status CheckLine(const StatementLine& line) {
  std::optional<Money> current;
  if (line.due) {
    DueStep due = *line.due;
    if (const Status status = ComputeDue(due); !status.ok()) return DataLoss(Name(line) + ": due: " + status.message());
    if (due.by_rate != line.due->by_rate) return Differs(line, "due by rate", line.due->by_rate, due.by_rate);
    if (due.by_fee != line.due->by_fee) return Differs(line, "due by fee", line.due->by_fee, due.by_fee);
    if (due.amount != line.due->amount) return Differs(line, "due", line.due->amount, due.amount);
    current = due.amount;
  }
  for (const SplitStep& step : line.steps) {
    if (current && step.gross != *current) return Differs(line, "gross of " + step.level, step.gross, *current);
    const auto amount = Recompute(step);
    if (!amount.ok()) return DataLoss(Name(line) + ": " + amount.status().message());
    if (step.amount != *amount) return Differs(line, step.level, step.amount, *amount);
    current = *amount;
  }
  if (line.pool_revenue.has_value() != line.pool_due.has_value())
    return DataLoss(Name(line) + ": half of a pool's difference");
  if (line.pool_revenue) {
    const auto rest = line.pool_revenue->Minus(*line.pool_due);
    if (!rest.ok()) return DataLoss(Name(line) + ": " + rest.status().message());
    current = *rest;
  }
  // An unmatched line has no steps: it is its rows' revenue, as they stand.
  if (current && *current != line.amount) return Differs(line, "the amount", line.amount, *current);
  if (!current && line.account != Account::kUnmatched)
    return DataLoss(Name(line) + ": nothing says how its amount was computed");
  return Status::Ok();
}

Status CheckStatements(const Statements& statements) {
  std::map<std::pair<std::string, Currency>, Money> by_party;
  std::map<std::pair<Account, Currency>, Money> by_account;
  const auto add = [](auto& sums, const auto& key, const Money& amount) -> Status {
    Money& sum = sums.try_emplace(key, Money::Zero(amount.currency())).first->second;
    auto more = sum.Plus(amount);
    if (!more.ok()) return DataLoss("statements: " + more.status().message());
    sum = *more;
    return Status::Ok();
  };
  for (const StatementLine& line : statements.lines) {
    RETURN_IF_ERROR(CheckLine(line));
    RETURN_IF_ERROR(add(by_account, std::pair(line.account, line.amount.currency()), line.amount));
    if (line.account == Account::kParty)
      RETURN_IF_ERROR(add(by_party, std::pair(line.party, line.amount.currency()), line.amount));
  }
  for (const Balance& balance : statements.balances) {
    const Currency currency = balance.closing.currency();
    const auto sum = by_party.find({balance.party, currency});
    const Money allocated = sum == by_party.end() ? Money::Zero(currency) : sum->second;
    if (sum != by_party.end()) by_party.erase(sum);
    const std::string name = "balance of " + balance.party + " in " + currency.ToString();
    if (balance.allocated != allocated)
      return DataLoss(name + ": allocated " + balance.allocated.ToString() + ", its lines sum to " +
                      allocated.ToString());
    const auto closing = balance.opening.Plus(allocated);
    if (!closing.ok() || *closing != balance.closing)
      return DataLoss(name + ": opening and allocated do not make closing");
  }
  if (!by_party.empty())
    return DataLoss("statements: party " + by_party.begin()->first.first + " has lines and no balance");
  std::map<Currency, bool> totalled;
  for (const Totals& totals : statements.totals) {
    const Currency currency = totals.pool.currency();
    if (!totalled.emplace(currency, true).second) return DataLoss("totals: " + currency.ToString() + " stands twice");
    Money sum = Money::Zero(currency);
    const std::pair<Account, Money> states[] = {{Account::kParty, totals.allocated},
                                                {Account::kHeld, totals.held},
                                                {Account::kUnmatched, totals.unmatched},
                                                {Account::kUnclaimed, totals.unclaimed},
                                                {Account::kPlatform, totals.platform}};
    for (const auto& [account, said] : states) {
      const auto found = by_account.find({account, currency});
      const Money is = found == by_account.end() ? Money::Zero(currency) : found->second;
      if (said != is)
        return DataLoss("totals: " + std::string(AccountName(account)) + " says " + said.ToString() +
                        ", its lines sum to " + is.ToString());
      auto more = sum.Plus(is);
      if (!more.ok()) return DataLoss("totals: " + more.status().message());
      sum = *more;
    }
    if (sum != totals.pool)
      return DataLoss("totals: the pool is " + totals.pool.ToString() + ", its parts sum to " + sum.ToString());
  }
  for (const auto& [key, sum] : by_account) {
    if (!totalled.contains(key.second))
      return DataLoss("totals: there are lines in " + key.second.ToString() + " and no total");
  }
  return Status::Ok();
}

}  // namespace ledgerline::royalty
