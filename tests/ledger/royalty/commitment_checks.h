// Everything that a close commits to, opened and checked as a stranger would: every line by its nodes, every balance by
// its sum tree, every party by the index, and strangers by its gaps. "" if all holds, else what does not.
#ifndef LEDGERLINE_TESTS_LEDGER_ROYALTY_COMMITMENT_CHECKS_H_
#define LEDGERLINE_TESTS_LEDGER_ROYALTY_COMMITMENT_CHECKS_H_

#include <string>
#include <vector>

#include "ledger/royalty/close_index.h"
#include "ledger/royalty/node_commitment.h"
#include "ledger/royalty/sum_commitment.h"
#include "schemas/amount.h"

namespace ledgerline::royalty {

// The openings of a line's nodes, from the lowest up.
inline std::vector<NodeOpening> OpenPath(NodeOpener& opener, const CloseResult& result, const LineTrace& trace) {
  std::vector<NodeOpening> path;
  for (int node = trace.node, child = static_cast<int>(trace.child); node >= 0;) {
    path.push_back(opener.Open(static_cast<uint64_t>(node), {static_cast<size_t>(child)}).value());
    child = static_cast<int>(result.nodes[static_cast<size_t>(node)].parent_child);
    node = result.nodes[static_cast<size_t>(node)].parent;
  }
  return path;
}

inline std::string CheckNodes(const CloseResult& result, const CloseKeys& keys) {
  const NodesRoot root{*Hash256::FromBytes(result.close.nodes_root()), result.close.node_count()};
  auto opener = NodeOpener::Create(result.nodes, keys).value();
  for (size_t i = 0; i < result.statements.lines.size(); ++i) {
    const StatementLine& line = result.statements.lines[i];
    Money amount = line.amount;
    for (const NodeOpening& node : OpenPath(opener, result, result.traces[i])) {
      if (const Status status = CheckNode(root, node); !status.ok()) return line.id + ": " + status.message();
      const Int128 signed_part = node.gross.IsNegative() ? -node.parts[0].magnitude : node.parts[0].magnitude;
      if (signed_part != amount.nanos())
        return line.id + ": node " + std::to_string(node.number) + " gives another part";
      amount = node.gross;
      NodeOpening altered = node;
      altered.gross = *node.gross.Plus(Money(1, node.gross.currency()));
      if (CheckNode(root, altered).ok()) return line.id + ": an altered gross passes";
      altered = node;
      altered.parts[0].weight += 1;
      if (CheckNode(root, altered).ok()) return line.id + ": an altered weight passes";
    }
  }
  return "";
}

inline std::string CheckSums(const CloseResult& result, const CloseKeys& keys) {
  for (const v1::SumCommitment& sum : result.close.sums()) {
    const Money credits = *FromWire(sum.credits(), "credits"), debits = *FromWire(sum.debits(), "debits");
    Money allocated = Money::Zero(credits.currency());
    for (const Totals& totals : result.statements.totals) {
      if (totals.allocated.currency() == credits.currency()) allocated = totals.allocated;
    }
    if (*credits.Minus(debits) != allocated) return "the sums in " + sum.currency() + " are not what was allocated";
  }
  for (const Balance& balance : result.statements.balances) {
    for (const v1::SumCommitment& sum : result.close.sums()) {
      if (sum.currency() != balance.closing.currency().ToString()) continue;
      const auto opening = OpenSum(result.statements, keys, balance.party, balance.closing.currency());
      if (!opening.ok()) return opening.status().message();
      if (const Status status = CheckSum(sum, balance.party, balance.allocated, *opening); !status.ok())
        return status.message();
      const Money more = *balance.allocated.Plus(Money(1, balance.closing.currency()));
      if (CheckSum(sum, balance.party, more, *opening).ok()) return balance.party + ": an altered amount passes";
      if (CheckSum(sum, "somebody", balance.allocated, *opening).ok()) return balance.party + ": another party passes";
    }
  }
  return "";
}

inline std::string CheckIndexOf(const FrozenPeriod& frozen, const CloseResult& result,
                                const std::vector<std::string>& strangers) {
  const Hash256 root = *Hash256::FromBytes(result.close.index_root());
  auto index = IndexOf(frozen, result);
  if (!index.ok()) return index.status().message();
  const auto concerns = GatherConcerns(frozen, result);
  if (concerns.size() != result.close.index_count()) return "the index has another number of parties";
  for (const auto& [party, concern] : concerns) {
    const auto opening = index->Open(party);
    if (!opening.ok() || !opening->presence) return party + " is not in the index";
    if (const Status status = CheckIndex(root, concerns.size(), party, *opening); !status.ok()) return status.message();
    if (CheckIndex(root, concerns.size(), "somebody", *opening).ok()) return "another party passes as " + party;
    IndexOpening altered = *opening;
    altered.presence->roots.entry_count -= 1;
    if (CheckIndex(root, concerns.size(), party, altered).ok()) return party + ": an altered count passes";
    for (const uint64_t line : concern.lines) {
      if (LinesOf(result.blob)[line].find("\"party\":\"" + party + "\"") == std::string_view::npos)
        return party + ": line " + std::to_string(line) + " is somebody else's";
    }
    // A party cannot be hidden behind a wrong key, nor behind its own neighbours.
    altered = *opening;
    altered.presence.reset();
    altered.index_key.bytes[0] ^= 1;
    if (CheckIndex(root, concerns.size(), party, altered).ok()) return party + " is hidden by a wrong key";
    for (const auto& [other, ignored] : concerns) {
      const auto theirs = index->Open(other + "-2");
      if (theirs.ok() && !theirs->presence && CheckIndex(root, concerns.size(), party, *theirs).ok())
        return party + " is hidden between neighbours";
    }
  }
  for (const std::string& stranger : strangers) {
    const auto opening = index->Open(stranger);
    if (!opening.ok() || opening->presence) return stranger + " is in the index";
    if (const Status status = CheckIndex(root, concerns.size(), stranger, *opening); !status.ok())
      return status.message();
    IndexOpening altered = *opening;
    if (altered.absence.left)
      altered.absence.left.reset();
    else
      altered.absence.right.reset();
    if (!concerns.empty() && CheckIndex(root, concerns.size(), stranger, altered).ok() &&
        (opening->absence.left && opening->absence.right))
      return stranger + ": absent with one neighbour only";
  }
  return "";
}

inline std::string CheckCommitments(const FrozenPeriod& frozen, const CloseResult& result,
                                    const std::vector<std::string>& strangers) {
  const CloseKeys keys = CloseKeys::From(*frozen.secret);
  std::string wrong = CheckNodes(result, keys);
  if (wrong.empty()) wrong = CheckSums(result, keys);
  if (wrong.empty()) wrong = CheckIndexOf(frozen, result, strangers);
  return wrong;
}

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_TESTS_LEDGER_ROYALTY_COMMITMENT_CHECKS_H_
