#include "inference/learning/parts.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace ledgerline::learning {
namespace {

// The length at which a row's attention takes as long as all that is done for the row alone: measured on the product's
// model, where at 768 rows attention is about a quarter of a step.
constexpr double kEvenLength = 2048;

double Cost(size_t items, int64_t longest) {
  const auto length = static_cast<double>(longest);
  return static_cast<double>(items) * length * (kEvenLength + length);
}

}  // namespace

std::vector<std::vector<size_t>> CutBatch(const std::vector<int64_t>& lengths, int parts) {
  std::vector<size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t count = order.size();
  const size_t most = std::min(static_cast<size_t>(std::max(parts, 1)), count);
  if (count == 0) return {};
  if (most == 1) return {order};
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lengths[a] > lengths[b]; });
  // worst[p][n]: the costliest part's cost where the first n items are cut into p + 1 parts as well as can be;
  // from[p][n]: where the last of them begins.
  const std::vector<double> never(count + 1, std::numeric_limits<double>::infinity());
  std::vector<std::vector<double>> worst(most, never);
  std::vector<std::vector<size_t>> from(most, std::vector<size_t>(count + 1));
  for (size_t p = 0; p < most; ++p) {
    for (size_t n = p + 1; n <= count; ++n) {
      for (size_t begin = p; begin < (p == 0 ? 1 : n); ++begin) {
        const double cost = std::max(p == 0 ? 0 : worst[p - 1][begin], Cost(n - begin, lengths[order[begin]]));
        if (cost < worst[p][n]) {
          worst[p][n] = cost;
          from[p][n] = begin;
        }
      }
    }
  }
  std::vector<std::vector<size_t>> cut(most);
  size_t end = count;
  for (size_t p = most; p-- > 0;) {
    const auto begin = static_cast<ptrdiff_t>(from[p][end]);
    cut[p].assign(order.begin() + begin, order.begin() + static_cast<ptrdiff_t>(end));
    end = from[p][end];
  }
  return cut;
}

}  // namespace ledgerline::learning
