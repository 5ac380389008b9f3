// CounterRandom: random numbers as a pure function of (seed, stream, counter), the same on every machine.
//
// SplitMix64's finaliser over a mixed key. Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014. Not for secrets.
#ifndef LEDGERLINE_INFERENCE_MODEL_COUNTER_RANDOM_H_
#define LEDGERLINE_INFERENCE_MODEL_COUNTER_RANDOM_H_

#include <cstdint>

namespace ledgerline::model {

constexpr uint64_t MixBits(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class CounterRandom {
 public:
  constexpr CounterRandom(uint64_t seed, uint64_t stream)
      : key_(MixBits(seed + 0x9e3779b97f4a7c15ull) ^ MixBits(stream * 0xd1342543de82ef95ull + 0x2545f4914f6cdd1dull)) {}
  constexpr uint64_t At(uint64_t counter) const { return MixBits(key_ + (counter + 1) * 0x9e3779b97f4a7c15ull); }
  constexpr uint64_t Next() { return At(counter_++); }
  // Uniform in [0, bound), bound below 2^32: the high bits of a product, so that it is one multiplication everywhere.
  constexpr uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * static_cast<uint64_t>(bound)) >> 32);
  }
  // Uniform in [0, 1), a multiple of 2^-53.
  constexpr double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t key_;
  uint64_t counter_ = 0;
};

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_COUNTER_RANDOM_H_
