// Closing again what was closed, and comparing: the part of `verify` that is about money.
#include <string>

#include "crypto/sha256.h"
#include "ledger/royalty/close.h"

namespace ledgerline::royalty {
namespace {

std::string AmountText(const v1::Amount& amount) {
  return std::to_string(amount.units()) + " units " + std::to_string(amount.nanos()) + " nanos " + amount.currency();
}

bool Same(const v1::Amount& a, const v1::Amount& b) {
  return a.currency() == b.currency() && a.units() == b.units() && a.nanos() == b.nanos();
}

Status CompareTotals(const v1::PeriodTotals& expected, const v1::PeriodTotals& found) {
  const struct {
    const char* name;
    const v1::Amount& expected;
    const v1::Amount& found;
  } fields[] = {{"pool", expected.pool(), found.pool()},
                {"allocated", expected.allocated(), found.allocated()},
                {"held", expected.held(), found.held()},
                {"unmatched", expected.unmatched(), found.unmatched()},
                {"unclaimed", expected.unclaimed(), found.unclaimed()},
                {"platform", expected.platform(), found.platform()}};
  if (expected.currency() != found.currency())
    return DataLoss("totals in " + found.currency() + ", computed in " + expected.currency());
  for (const auto& field : fields) {
    if (!Same(field.expected, field.found)) {
      return DataLoss("totals in " + expected.currency() + ": " + field.name + " is " + AmountText(field.found) +
                      ", computed " + AmountText(field.expected));
    }
  }
  return Status::Ok();
}

Status CompareCommitments(const v1::PeriodClose& expected, const v1::PeriodClose& found) {
  if (found.sums_size() != expected.sums_size())
    return DataLoss("sums in " + std::to_string(found.sums_size()) + " currencies, computed " +
                    std::to_string(expected.sums_size()));
  for (int i = 0; i < found.sums_size(); ++i) {
    const v1::SumCommitment &a = expected.sums(i), &b = found.sums(i);
    if (a.currency() != b.currency() || !Same(a.credits(), b.credits()) || a.credits_root() != b.credits_root() ||
        a.credits_count() != b.credits_count() || !Same(a.debits(), b.debits()) || a.debits_root() != b.debits_root() ||
        a.debits_count() != b.debits_count())
      return DataLoss("the sum trees in " + a.currency() + " are not those of the balances");
  }
  if (found.sums_root() != expected.sums_root()) return DataLoss("sums_root is not that of the sums");
  if (found.index_root() != expected.index_root() || found.index_count() != expected.index_count())
    return DataLoss("the index is not that of the parties' entries, rows and lines");
  if (found.nodes_root() != expected.nodes_root() || found.node_count() != expected.node_count())
    return DataLoss("the nodes are not those of the allocation");
  return Status::Ok();
}

std::string_view LineAt(std::string_view blob, size_t& at) {
  const size_t end = std::min(blob.find('\n', at), blob.size());
  const std::string_view line = blob.substr(std::min(at, blob.size()), end - std::min(at, blob.size()));
  at = end + 1;
  return line;
}

Status CompareBlobs(std::string_view expected, std::string_view found) {
  size_t expected_at = 0, found_at = 0;
  for (uint64_t line = 1; expected_at < expected.size() || found_at < found.size(); ++line) {
    const std::string_view computed = LineAt(expected, expected_at);
    const std::string_view stored = LineAt(found, found_at);
    if (computed != stored) {
      return DataLoss("statements, line " + std::to_string(line) + ": is " + std::string(stored.substr(0, 400)) +
                      ", computed " + std::string(computed.substr(0, 400)));
    }
  }
  return Status::Ok();
}

}  // namespace

Result<CloseResult> RecomputeClose(const LedgerFold& fold, EntryIndex entry) {
  for (const CloseItem& item : fold.closes()) {
    if (item.entry != entry) continue;
    if (item.close.rules_version() != kRulesVersion) {
      return InvalidArgument("close of entry " + std::to_string(entry.value) + ": rules_version '" +
                             item.close.rules_version() + "' is unknown");
    }
    ASSIGN_OR_RETURN(const Hash256 root, Hash256::FromBytes(item.close.prefix_root()));
    return ClosePeriod({item.period, TreeSize{item.close.prefix_size()}, root, fold, item.secret});
  }
  return NotFound("entry " + std::to_string(entry.value) + " is no close that counts");
}

Status CompareClose(const CloseResult& expected, const v1::PeriodClose& found, std::string_view blob) {
  const std::string context = "close of " + expected.close.period();
  if (found.period() != expected.close.period()) return DataLoss(context + ": period is " + found.period());
  if (found.prefix_size() != expected.close.prefix_size())
    return DataLoss(context + ": prefix_size is " + std::to_string(found.prefix_size()) + ", computed from " +
                    std::to_string(expected.close.prefix_size()));
  if (found.rules_version() != expected.close.rules_version())
    return DataLoss(context + ": rules_version is " + found.rules_version());
  if (found.totals_size() != expected.close.totals_size())
    return DataLoss(context + ": totals in " + std::to_string(found.totals_size()) + " currencies, computed " +
                    std::to_string(expected.close.totals_size()));
  for (int i = 0; i < found.totals_size(); ++i) {
    RETURN_IF_ERROR(CompareTotals(expected.close.totals(i), found.totals(i)).WithContext(context));
  }
  if (blob != expected.blob) RETURN_IF_ERROR(CompareBlobs(expected.blob, blob).WithContext(context));
  if (found.statements_sha256() != expected.close.statements_sha256())
    return DataLoss(context + ": statements_sha256 is not that of the statements");
  if (found.line_count() != expected.close.line_count())
    return DataLoss(context + ": line_count is " + std::to_string(found.line_count()) + ", computed " +
                    std::to_string(expected.close.line_count()));
  if (found.lines_root() != expected.close.lines_root())
    return DataLoss(context + ": lines_root is not that of the statements' lines");
  RETURN_IF_ERROR(CompareCommitments(expected.close, found).WithContext(context));
  if (found.prefix_root() != expected.close.prefix_root()) return DataLoss(context + ": prefix_root differs");
  return Status::Ok();
}

}  // namespace ledgerline::royalty
