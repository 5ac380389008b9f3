// WittenBell: counts of symbols in contexts, and probabilities interpolated down a chain of ever shorter contexts to a
// uniform floor. Witten and Bell, "The zero-frequency problem", IEEE Transactions on Information Theory 37 (1991),
// method C. No LibTorch.
#ifndef LEDGERLINE_INFERENCE_LEARNING_WITTEN_BELL_H_
#define LEDGERLINE_INFERENCE_LEARNING_WITTEN_BELL_H_

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ledgerline::learning {

// Contexts are hashes, the most specific first; symbols are 0 to 65,535.
class WittenBell {
 public:
  void Count(std::span<const uint64_t> contexts, int symbol);
  // Of one symbol of an alphabet of `symbols`; sums to one over the alphabet that was counted.
  double Probability(std::span<const uint64_t> contexts, int symbol, int symbols) const;
  // Of all of them, by symbol; no symbol at or above `symbols` was ever counted in these contexts.
  std::vector<double> Distribution(std::span<const uint64_t> contexts, int symbols) const;

 private:
  // What followed one context: how often in all, and each symbol how often.
  struct Followers {
    uint32_t count = 0;
    std::vector<std::pair<uint16_t, uint32_t>> symbols;
  };
  std::unordered_map<uint64_t, Followers> followers_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_WITTEN_BELL_H_
