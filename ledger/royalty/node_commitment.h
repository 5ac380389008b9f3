// The allocation nodes of a close, committed to one by one: what is divided, by which total weight, with how many units
// left over and down to which cutoff, over a sum tree of the parts' weights and amounts. One line is then computed
// again from its own nodes, without the others' data. Format: docs/formats/close_commitments.md, "Nodes".
#ifndef LEDGERLINE_LEDGER_ROYALTY_NODE_COMMITMENT_H_
#define LEDGERLINE_LEDGER_ROYALTY_NODE_COMMITMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "crypto/memory_tree.h"
#include "crypto/sum_tree.h"
#include "ledger/royalty/allocation.h"
#include "ledger/royalty/close_keys.h"

namespace ledgerline::royalty {

struct NodesRoot {
  Hash256 root;
  uint64_t count = 0;
};

// One part of a node, opened.
struct PartOpening {
  uint64_t position = 0;  // among the node's parts, which stand by id
  std::string id;
  Int128 weight = 0;
  Int128 magnitude = 0;       // of the amount; its sign is gross's
  std::string salt;           // 16 bytes
  crypto::SumProof<2> proof;  // weights, magnitudes
};

// A node without its parts, and some of them.
struct NodeOpening {
  uint64_t number = 0;  // in the order of computation: its leaf
  std::string salt;
  uint64_t parent = 0;  // number + 1 of the node above; 0: the top
  std::string parent_part;
  std::string level;
  std::string scope;
  Money gross;
  Int128 total_weight = 0;
  uint64_t leftover_nanos = 0;
  std::optional<Cutoff> cutoff;
  uint64_t part_count = 0;
  Hash256 parts_root;
  crypto::Proof proof;
  std::vector<PartOpening> parts;
};

// Errors: kOutOfRange.
Result<NodesRoot> CommitNodes(const std::vector<AllocationNode>& nodes, const CloseKeys& keys);

// Opens nodes of one close. Borrows them. Not thread-safe.
class NodeOpener {
 public:
  // Errors: kOutOfRange.
  static Result<NodeOpener> Create(const std::vector<AllocationNode>& nodes, const CloseKeys& keys);
  // The node with these of its parts, by their index. Errors: kOutOfRange.
  Result<NodeOpening> Open(uint64_t number, const std::vector<size_t>& parts);

 private:
  NodeOpener(const std::vector<AllocationNode>& nodes, const CloseKeys& keys) : nodes_(&nodes), keys_(keys) {}
  const std::vector<AllocationNode>* nodes_;
  CloseKeys keys_;
  crypto::MemoryTree tree_;
};

// The node's leaf is in the tree, every opened part leads to the parts' root with sums of gross and of the total
// weight, and every part's amount is what its weight, the node and the cutoff give. Errors: kInvalidArgument (form),
// kOutOfRange, kDataLoss (names the level, the part and what differs).
Status CheckNode(const NodesRoot& root, const NodeOpening& node);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_NODE_COMMITMENT_H_
