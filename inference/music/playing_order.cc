#include "inference/music/playing_order.h"

#include <algorithm>
#include <bit>
#include <string>

namespace ledgerline::music {
namespace {

// The last pass that the endings from measure `at` on, without a gap, count for.
int LastPass(const std::vector<MeasureSigns>& measures, size_t at) {
  int last = 0;
  for (; at < measures.size() && measures[at].endings != 0; ++at) {
    last = std::max(last, static_cast<int>(std::bit_width(measures[at].endings)));
  }
  return last;
}

}  // namespace

Result<std::vector<size_t>> PlayingOrder(const std::vector<MeasureSigns>& measures, size_t measures_max) {
  std::vector<size_t> order;
  size_t begin = 0;
  int pass = 1;
  for (size_t at = 0; at < measures.size();) {
    const MeasureSigns& signs = measures[at];
    if (signs.forward && at != begin) {
      begin = at;
      pass = 1;
    }
    if (signs.endings != 0 && (signs.endings >> (pass - 1) & 1) == 0) {
      ++at;  // another pass's ending
      continue;
    }
    if (order.size() >= measures_max) {
      return OutOfRange("measures with their repeats are above " + std::to_string(measures_max));
    }
    order.push_back(at);
    if (signs.backward_times > 0) {
      const int passes = signs.endings != 0 ? LastPass(measures, at) : signs.backward_times;
      if (pass < std::min(passes, kMaxRepeats)) {
        ++pass;
        at = begin;
        continue;
      }
    }
    ++at;
    if (signs.backward_times > 0 || signs.ending_stops) {
      begin = at;
      pass = 1;
    }
  }
  return order;
}

}  // namespace ledgerline::music
