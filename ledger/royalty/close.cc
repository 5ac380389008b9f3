#include "ledger/royalty/close.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/royalty/close_index.h"
#include "ledger/royalty/divide.h"
#include "ledger/royalty/node_commitment.h"
#include "ledger/royalty/sum_commitment.h"
#include "schemas/amount.h"

namespace ledgerline::royalty {
namespace {

Status AddTotals(const std::map<Currency, Money>& revenue, CloseResult& result) {
  std::map<Currency, Totals> totals;
  for (const auto& [currency, pool] : revenue) {
    const Money zero = Money::Zero(currency);
    totals[currency] = Totals{pool, zero, zero, zero, zero, zero};
  }
  for (const StatementLine& line : result.statements.lines) {
    Totals& total = totals.at(line.amount.currency());
    Money* const states[] = {&total.allocated, &total.held, &total.unmatched, &total.unclaimed, &total.platform};
    Money& state = *states[static_cast<size_t>(line.account)];
    ASSIGN_OR_RETURN(state, state.Plus(line.amount));
  }
  for (const auto& [currency, total] : totals) {
    Money sum = total.allocated;
    for (const Money& part : {total.held, total.unmatched, total.unclaimed, total.platform}) {
      ASSIGN_OR_RETURN(sum, sum.Plus(part));
    }
    if (sum != total.pool) {
      return Internal("close: the pool is " + total.pool.ToString() + ", its parts sum to " + sum.ToString());
    }
    result.statements.totals.push_back(total);
  }
  return Status::Ok();
}

Status AddBalances(const FrozenPeriod& frozen, CloseResult& result) {
  std::map<std::pair<PartyId, Currency>, Balance> balances;
  const auto balance_of = [&](const PartyId& party, Currency currency) -> Balance& {
    const Money zero = Money::Zero(currency);
    return balances.try_emplace({party, currency}, Balance{party.text(), zero, zero, zero}).first->second;
  };
  const CloseItem* previous = nullptr;
  for (const CloseItem& close : frozen.fold.closes()) {
    if (close.entry.value < frozen.prefix.value) previous = &close;
  }
  if (previous != nullptr) {
    for (const auto& [key, closing] : previous->closing) balance_of(key.first, key.second).opening = closing;
  }
  for (const StatementLine& line : result.statements.lines) {
    if (line.account != Account::kParty) continue;
    ASSIGN_OR_RETURN(const PartyId party, PartyId::Parse(line.party));
    Balance& balance = balance_of(party, line.amount.currency());
    ASSIGN_OR_RETURN(balance.allocated, balance.allocated.Plus(line.amount));
  }
  for (auto& [key, balance] : balances) {
    ASSIGN_OR_RETURN(balance.closing, balance.opening.Plus(balance.allocated));
    result.statements.balances.push_back(balance);
  }
  return Status::Ok();
}

// What the entry commits to beyond the blob: sums, index, nodes.
Status Commit(const FrozenPeriod& frozen, const CloseKeys& keys, CloseResult& result) {
  v1::PeriodClose& close = result.close;
  ASSIGN_OR_RETURN(auto sums, CommitSums(result.statements, keys));
  for (v1::SumCommitment& sum : sums) *close.add_sums() = std::move(sum);
  ASSIGN_OR_RETURN(const Hash256 sums_root, SumsRoot(close.sums()));
  close.set_sums_root(sums_root.ToBytes());
  ASSIGN_OR_RETURN(const PartyIndex index, IndexOf(frozen, result));
  close.set_index_root(index.Root().ToBytes());
  close.set_index_count(index.count());
  ASSIGN_OR_RETURN(const NodesRoot nodes, CommitNodes(result.nodes, keys));
  close.set_nodes_root(nodes.root.ToBytes());
  close.set_node_count(nodes.count);
  return Status::Ok();
}

Status FillEntry(const FrozenPeriod& frozen, CloseResult& result) {
  v1::PeriodClose& close = result.close;
  close.set_period(frozen.period.ToString());
  close.set_prefix_size(frozen.prefix.value);
  close.set_prefix_root(frozen.prefix_root.ToBytes());
  close.set_rules_version(std::string(kRulesVersion));
  for (const Totals& total : result.statements.totals) {
    v1::PeriodTotals& wire = *close.add_totals();
    wire.set_currency(total.pool.currency().ToString());
    ASSIGN_OR_RETURN(*wire.mutable_pool(), ToWire(total.pool));
    ASSIGN_OR_RETURN(*wire.mutable_allocated(), ToWire(total.allocated));
    ASSIGN_OR_RETURN(*wire.mutable_held(), ToWire(total.held));
    ASSIGN_OR_RETURN(*wire.mutable_unmatched(), ToWire(total.unmatched));
    ASSIGN_OR_RETURN(*wire.mutable_unclaimed(), ToWire(total.unclaimed));
    ASSIGN_OR_RETURN(*wire.mutable_platform(), ToWire(total.platform));
  }
  result.blob = SerializeStatements(result.statements);
  if (result.blob.size() > kStatementsBytesMax)
    return OutOfRange("close: statements of " + std::to_string(result.blob.size()) + " bytes");
  const LinesRoot root = RootOfLines(result.blob);
  close.set_statements_sha256(crypto::Sha256(result.blob).ToBytes());
  close.set_line_count(root.count);
  close.set_lines_root(root.root.ToBytes());
  return frozen.secret ? Commit(frozen, CloseKeys::From(*frozen.secret), result) : Status::Ok();
}

}  // namespace

std::vector<std::string_view> LinesOf(std::string_view blob) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < blob.size();) {
    const size_t end = std::min(blob.find('\n', at), blob.size());
    lines.push_back(blob.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Result<PartyIndex> IndexOf(const FrozenPeriod& frozen, const CloseResult& result) {
  if (!frozen.secret) return FailedPrecondition("close of " + frozen.period.ToString() + ": it commits to no index");
  const std::vector<std::string_view> lines = LinesOf(result.blob);
  return PartyIndex(
      GatherConcerns(frozen, result), [&](uint64_t entry) { return frozen.fold.FileHeader(EntryIndex{entry}); },
      [&](uint64_t line) { return lines[line]; }, CloseKeys::From(*frozen.secret));
}

Result<CloseResult> ClosePeriod(const FrozenPeriod& frozen) {
  if (frozen.fold.size().value < frozen.prefix.value) {
    return FailedPrecondition("close: the fold has read " + std::to_string(frozen.fold.size().value) +
                              " entries, the prefix has " + std::to_string(frozen.prefix.value));
  }
  for (const CloseItem& close : frozen.fold.closes()) {
    if (close.entry.value < frozen.prefix.value && close.period >= frozen.period) {
      return FailedPrecondition("period " + frozen.period.ToString() + " cannot be closed: period " +
                                close.period.ToString() + " is closed already, by entry " +
                                std::to_string(close.entry.value) + "; usage that came late goes into the next close");
    }
  }
  CloseResult result;
  result.statements.rules_version = std::string(kRulesVersion);
  result.statements.period = frozen.period;
  result.statements.prefix_size = frozen.prefix.value;
  result.statements.secret = frozen.secret;
  ASSIGN_OR_RETURN(GatheredPeriod gathered, GatherPeriod(frozen));
  RETURN_IF_ERROR(DividePeriod(frozen, gathered, result));
  result.warnings = std::move(gathered.warnings);
  RETURN_IF_ERROR(AddTotals(gathered.revenue, result));
  RETURN_IF_ERROR(AddBalances(frozen, result));
  RETURN_IF_ERROR(FillEntry(frozen, result));
  return result;
}

}  // namespace ledgerline::royalty
