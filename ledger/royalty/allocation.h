// One level of an allocation, and the steps by which a single line can be checked without anyone else's data.
//
// part = floor(|gross| x weight / total_weight) + [ranked at or above the cutoff], signed as gross. A part is ranked by
// its remainder (|gross| x weight) mod total_weight, larger first, equal ones by id. Source:
// docs/decisions/0002-money.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_ALLOCATION_H_
#define LEDGERLINE_LEDGER_ROYALTY_ALLOCATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/money.h"
#include "schemas/status.h"

namespace ledgerline::royalty {

struct AllocationChild {
  std::string id;
  Int128 weight = 0;
  Money amount;
  Int128 remainder = 0;  // (|gross| x weight) mod total_weight
  bool got_leftover = false;
};

// The last part that received a leftover nano-unit.
struct Cutoff {
  Int128 remainder = 0;
  std::string id;
  friend bool operator==(const Cutoff&, const Cutoff&) = default;
};

struct AllocationNode {
  std::string level;  // "pool", "plays", "dates", "sources", "branches", "works", "shares"
  int parent = -1;    // the node above, as an index into CloseResult::nodes; -1: the top
  size_t parent_child = 0;
  std::string scope;  // the pool that it divides: "2026-10 DE premium rate-1", then the cover if that is settled alone
  Money gross;
  std::vector<AllocationChild> children;  // by id; they sum to gross exactly
  Int128 total_weight = 0;
  uint64_t leftover_nanos = 0;
  std::optional<Cutoff> cutoff;  // none where nothing was left over
};

struct WeightedId {
  std::string id;
  Int128 weight = 0;
};

// Splits `gross` by largest remainder. Ids must ascend strictly. Errors: kInvalidArgument (order, all weights zero),
// kOutOfRange.
Result<AllocationNode> Allocate(std::string level, const Money& gross, const std::vector<WeightedId>& weights);

// What one part needs of its level: enough to compute it again.
struct SplitStep {
  std::string level;
  std::string id;
  Money gross;
  Int128 weight = 0;
  Int128 total_weight = 0;
  uint64_t leftover_nanos = 0;
  std::optional<Cutoff> cutoff;
  Money amount;
};
SplitStep StepOf(const AllocationNode& node, size_t child);
// The part that the step's other fields lead to. Errors: kInvalidArgument (weights), kOutOfRange.
Result<Money> Recompute(const SplitStep& step);
// (|gross| x weight) mod total_weight: what ranks it. Errors: kInvalidArgument (weights).
Result<Int128> RemainderOf(const SplitStep& step);

// PER_GENERATION: what one cover owes in one pool. The greatest of those that apply:
// rate (|revenue| x rate_ppm / 1,000,000 rounded down, signed as revenue), fee x generations (if any), floor (if it
// applies).
struct DueStep {
  Money revenue;
  uint32_t rate_ppm = 0;
  Money by_rate;
  uint64_t generations = 0;
  Money fee;
  Money by_fee;
  bool floor_applies = false;
  Money floor;
  Money amount;
};
// Fills in by_rate, by_fee and amount from the rest. Errors: kOutOfRange.
Status ComputeDue(DueStep& step);

// The whole number of `text`, a decimal of up to 39 digits. Errors: kInvalidArgument, kOutOfRange.
Result<Int128> ParseInt128(std::string_view text);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_ALLOCATION_H_
