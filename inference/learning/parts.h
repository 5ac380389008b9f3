// Parts: how a step's batch is cut, so that each thread has about as much to do. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_LEARNING_PARTS_H_
#define LEDGERLINE_INFERENCE_LEARNING_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ledgerline::learning {

// Which items of a batch go together: at most `parts` lists of indices, none empty. An item of `length` rows is padded
// to the longest of its part; the costliest part costs as little as a cut of the items by falling length allows. With
// one part, the items stay in their order.
std::vector<std::vector<size_t>> CutBatch(const std::vector<int64_t>& lengths, int parts);

// Those of `items`.
template <typename Item>
std::vector<Item> Chosen(const std::vector<Item>& items, const std::vector<size_t>& indices) {
  std::vector<Item> chosen;
  for (const size_t i : indices) chosen.push_back(items[i]);
  return chosen;
}

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_PARTS_H_
