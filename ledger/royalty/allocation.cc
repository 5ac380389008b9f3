#include "ledger/royalty/allocation.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace ledgerline::royalty {
namespace {

__extension__ typedef unsigned __int128 UInt128;
using boost::multiprecision::int256_t;

UInt128 Magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

// A remainder ranks at or above the cutoff if it is larger, or equal with an id that is not later.
bool BeatsCutoff(const Cutoff& cutoff, Int128 remainder, const std::string& id) {
  return remainder > cutoff.remainder || (remainder == cutoff.remainder && id <= cutoff.id);
}

Status CheckWeights(const SplitStep& step) {
  if (step.total_weight > 0 && step.weight >= 0 && step.weight <= step.total_weight) return Status::Ok();
  return InvalidArgument(step.level + ": weight " + Int128ToString(step.weight) + " of " +
                         Int128ToString(step.total_weight));
}

}  // namespace

Result<AllocationNode> Allocate(std::string level, const Money& gross, const std::vector<WeightedId>& weights) {
  std::vector<Int128> values;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (i > 0 && !(weights[i - 1].id < weights[i].id)) {
      return InvalidArgument(level + ": id '" + weights[i].id + "' is not after '" + weights[i - 1].id + "'");
    }
    values.push_back(weights[i].weight);
  }
  auto split = SplitByLargestRemainder(gross, values);
  if (!split.ok()) return split.status().WithContext(level);
  AllocationNode node;
  node.level = std::move(level);
  node.gross = gross;
  node.total_weight = split->total_weight;
  node.leftover_nanos = split->leftover_nanos;
  const int256_t magnitude(Magnitude(gross.nanos()));
  for (size_t i = 0; i < weights.size(); ++i) {
    const int256_t remainder = magnitude * int256_t(weights[i].weight) % int256_t(node.total_weight);
    node.children.push_back({weights[i].id, weights[i].weight, split->parts[i], remainder.convert_to<Int128>(),
                             split->got_leftover[i] != 0});
    const AllocationChild& child = node.children.back();
    // The cutoff is the lowest-ranked part that got a unit.
    if (child.got_leftover && (!node.cutoff || !BeatsCutoff(*node.cutoff, child.remainder, child.id))) {
      node.cutoff = Cutoff{child.remainder, child.id};
    }
  }
  return node;
}

SplitStep StepOf(const AllocationNode& node, size_t child) {
  const AllocationChild& part = node.children[child];
  return {node.level,          part.id,     node.gross, part.weight, node.total_weight,
          node.leftover_nanos, node.cutoff, part.amount};
}

Result<Int128> RemainderOf(const SplitStep& step) {
  RETURN_IF_ERROR(CheckWeights(step));
  const int256_t product = int256_t(Magnitude(step.gross.nanos())) * int256_t(step.weight);
  return int256_t(product % int256_t(step.total_weight)).convert_to<Int128>();
}

Result<Money> Recompute(const SplitStep& step) {
  ASSIGN_OR_RETURN(const Int128 remainder, RemainderOf(step));
  if ((step.leftover_nanos > 0) != step.cutoff.has_value()) {
    return InvalidArgument(step.level + ": " + std::to_string(step.leftover_nanos) +
                           " leftover units and a cutoff that does not go with that");
  }
  const int256_t product = int256_t(Magnitude(step.gross.nanos())) * int256_t(step.weight);
  // At most the magnitude of gross, so it fits 128 bits, and one more only where there was a remainder.
  auto part = int256_t(product / int256_t(step.total_weight)).convert_to<UInt128>();
  if (step.cutoff && BeatsCutoff(*step.cutoff, remainder, step.id)) ++part;
  return Money(static_cast<Int128>(step.gross.IsNegative() ? UInt128{0} - part : part), step.gross.currency());
}

Status ComputeDue(DueStep& step) {
  ASSIGN_OR_RETURN(step.by_rate, step.revenue.TimesRatio(step.rate_ppm, kWholePpm));
  if (step.generations > static_cast<uint64_t>(kNanosPerUnit) * 1'000'000) {
    return OutOfRange("due: " + std::to_string(step.generations) + " generations");
  }
  ASSIGN_OR_RETURN(step.by_fee, step.fee.Times(static_cast<int64_t>(step.generations)));
  step.amount = step.by_rate;
  if (step.generations > 0 && step.by_fee.nanos() > step.amount.nanos()) step.amount = step.by_fee;
  if (step.floor_applies && step.floor.nanos() > step.amount.nanos()) step.amount = step.floor;
  return Status::Ok();
}

Result<Int128> ParseInt128(std::string_view text) {
  Int128 value = 0;
  if (text.empty() || text.size() > 39) {
    return InvalidArgument("number of " + std::to_string(text.size()) + " digits; 1 to 39 are allowed");
  }
  for (const char c : text) {
    if (c < '0' || c > '9')
      return InvalidArgument("number '" + std::string(text) + "' has a character that is no digit");
    if (__builtin_mul_overflow(value, Int128{10}, &value) || __builtin_add_overflow(value, Int128{c - '0'}, &value)) {
      return OutOfRange("number '" + std::string(text) + "' leaves 128 bits");
    }
  }
  return value;
}

}  // namespace ledgerline::royalty
