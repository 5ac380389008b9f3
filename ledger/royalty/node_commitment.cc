#include "ledger/royalty/node_commitment.h"

#include "crypto/sha256.h"
#include "ledger/royalty/commitment_text.h"

namespace ledgerline::royalty {
namespace {

using PartNode = crypto::SumNode<2>;

std::string NodeSalt(const CloseKeys& keys, uint64_t number) {
  return SaltOf(keys.node_salt, CommitmentText("node-salt/v1").Number(number).Take());
}
std::string PartSalt(const CloseKeys& keys, uint64_t number, const std::string& id) {
  return SaltOf(keys.node_salt, CommitmentText("part-salt/v1").Number(number).Text(id).Take());
}

PartNode PartLeaf(const std::string& id, Int128 weight, Int128 magnitude, const std::string& salt) {
  return {{weight, magnitude},
          crypto::Sha256(CommitmentText("node-part/v1").Sum(weight).Sum(magnitude).Fixed(salt).Text(id).Take())};
}

Result<Int128> MagnitudeOf(const Money& amount) {
  if (!amount.IsNegative()) return amount.nanos();
  ASSIGN_OR_RETURN(const Money negated, amount.Negated());
  return negated.nanos();
}

Result<std::vector<PartNode>> PartLeaves(const AllocationNode& node, uint64_t number, const CloseKeys& keys) {
  std::vector<PartNode> leaves;
  for (const AllocationChild& child : node.children) {
    ASSIGN_OR_RETURN(const Int128 magnitude, MagnitudeOf(child.amount));
    leaves.push_back(PartLeaf(child.id, child.weight, magnitude, PartSalt(keys, number, child.id)));
  }
  return leaves;
}

// Everything but the proof and the parts.
Result<NodeOpening> Closed(const AllocationNode& node, uint64_t number, const std::vector<AllocationNode>& nodes,
                           const CloseKeys& keys, const std::vector<PartNode>& leaves) {
  NodeOpening opening;
  opening.number = number;
  opening.salt = NodeSalt(keys, number);
  if (node.parent >= 0) {
    opening.parent = static_cast<uint64_t>(node.parent) + 1;
    opening.parent_part = nodes[static_cast<size_t>(node.parent)].children[node.parent_child].id;
  }
  opening.level = node.level;
  opening.scope = node.scope;
  opening.gross = node.gross;
  opening.total_weight = node.total_weight;
  opening.leftover_nanos = node.leftover_nanos;
  opening.cutoff = node.cutoff;
  opening.part_count = leaves.size();
  ASSIGN_OR_RETURN(const PartNode root, crypto::SumRoot<2>(leaves));
  opening.parts_root = root.hash;
  return opening;
}

std::string LeafOf(const NodeOpening& node) {
  CommitmentText text("node/v1");
  text.Fixed(node.salt).Number(node.parent).Text(node.parent_part).Text(node.level).Text(node.scope);
  text.Fixed(node.gross.currency().ToString()).Sum(node.gross.nanos()).Sum(node.total_weight);
  text.Number(node.leftover_nanos).Number(node.cutoff ? 1 : 0);
  if (node.cutoff) text.Sum(node.cutoff->remainder).Text(node.cutoff->id);
  return text.Number(node.part_count).Fixed(node.parts_root.view()).Take();
}

}  // namespace

Result<NodesRoot> CommitNodes(const std::vector<AllocationNode>& nodes, const CloseKeys& keys) {
  crypto::Frontier tree;
  for (uint64_t number = 0; number < nodes.size(); ++number) {
    ASSIGN_OR_RETURN(const auto leaves, PartLeaves(nodes[number], number, keys));
    ASSIGN_OR_RETURN(const NodeOpening node, Closed(nodes[number], number, nodes, keys, leaves));
    tree.Append(crypto::LeafHash(LeafOf(node)));
  }
  return NodesRoot{tree.Root(), nodes.size()};
}

Result<NodeOpener> NodeOpener::Create(const std::vector<AllocationNode>& nodes, const CloseKeys& keys) {
  NodeOpener opener(nodes, keys);
  for (uint64_t number = 0; number < nodes.size(); ++number) {
    ASSIGN_OR_RETURN(const auto leaves, PartLeaves(nodes[number], number, keys));
    ASSIGN_OR_RETURN(const NodeOpening node, Closed(nodes[number], number, nodes, keys, leaves));
    opener.tree_.Append(LeafOf(node));
  }
  return opener;
}

Result<NodeOpening> NodeOpener::Open(uint64_t number, const std::vector<size_t>& parts) {
  if (number >= nodes_->size()) return OutOfRange("nodes: no node " + std::to_string(number));
  const AllocationNode& node = (*nodes_)[number];
  ASSIGN_OR_RETURN(const auto leaves, PartLeaves(node, number, keys_));
  ASSIGN_OR_RETURN(NodeOpening opening, Closed(node, number, *nodes_, keys_, leaves));
  ASSIGN_OR_RETURN(opening.proof, tree_.Prove(EntryIndex(number)));
  for (const size_t part : parts) {
    if (part >= node.children.size()) return OutOfRange("nodes: no part " + std::to_string(part));
    const AllocationChild& child = node.children[part];
    ASSIGN_OR_RETURN(auto proof, crypto::ProveSum<2>(leaves, part));
    opening.parts.push_back(
        {part, child.id, child.weight, leaves[part].sums[1], PartSalt(keys_, number, child.id), std::move(proof)});
  }
  return opening;
}

Status CheckNode(const NodesRoot& root, const NodeOpening& node) {
  const std::string name = "node " + std::to_string(node.number) + " (" + node.level + ")";
  if (node.salt.size() != kSaltBytes) return InvalidArgument(name + ": the salt is not 16 bytes");
  const Status included = crypto::VerifyInclusion(crypto::LeafHash(LeafOf(node)), EntryIndex(node.number),
                                                  TreeSize(root.count), node.proof, root.root);
  if (!included.ok()) return included.WithContext(name + ": it is not a node of this close");
  ASSIGN_OR_RETURN(const Int128 gross, MagnitudeOf(node.gross));
  for (const PartOpening& part : node.parts) {
    const std::string where = name + ", part '" + part.id + "'";
    if (part.salt.size() != kSaltBytes) return InvalidArgument(where + ": the salt is not 16 bytes");
    const auto sums = crypto::RootFromSumProof<2>(PartLeaf(part.id, part.weight, part.magnitude, part.salt),
                                                  part.position, node.part_count, part.proof);
    if (!sums.ok()) return sums.status().WithContext(where);
    if (sums->hash != node.parts_root) return DataLoss(where + ": it is not a part of this node");
    if (sums->sums[0] != node.total_weight) {
      return DataLoss(where + ": the parts' weights sum to " + Int128ToString(sums->sums[0]) + ", the node says " +
                      Int128ToString(node.total_weight));
    }
    if (sums->sums[1] != gross) {
      return DataLoss(where + ": the parts sum to " + Money(sums->sums[1], node.gross.currency()).ToString() +
                      ", the node divides " + node.gross.ToString());
    }
    const Money amount(node.gross.IsNegative() ? -part.magnitude : part.magnitude, node.gross.currency());
    const auto computed = Recompute(
        {node.level, part.id, node.gross, part.weight, node.total_weight, node.leftover_nanos, node.cutoff, amount});
    if (!computed.ok()) return computed.status().WithContext(where);
    if (*computed != amount)
      return DataLoss(where + ": it says " + amount.ToString() + ", its weight gives " + computed->ToString());
  }
  return Status::Ok();
}

}  // namespace ledgerline::royalty
