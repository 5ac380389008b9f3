// Small made-up pieces for tests of the chorales benchmark.
#ifndef LEDGERLINE_TESTS_INFERENCE_CHORALES_SAMPLE_CHORALES_H_
#define LEDGERLINE_TESTS_INFERENCE_CHORALES_SAMPLE_CHORALES_H_

#include <cstdint>

#include "inference/chorales/chorale_file.h"
#include "inference/model/counter_random.h"

namespace ledgerline::chorales {

// Four voices that wander and rest at random.
inline Chorale RandomChorale(uint64_t seed, size_t steps) {
  model::CounterRandom random(seed, 0);
  Step now{40, 34, 28, 18};
  Chorale piece;
  for (size_t t = 0; t < steps; ++t) {
    for (int& symbol : now) {
      if (random.Below(3) != 0) continue;
      symbol = random.Below(12) == 0 ? kRest : static_cast<int>(14 + random.Below(30));
    }
    piece.push_back(now);
  }
  return piece;
}

// I IV V I in quarters, over and over, `key` semitones above C.
inline Chorale Cadences(int key, size_t steps) {
  const Step chords[] = {{44, 40, 35, 20}, {45, 41, 37, 25}, {43, 39, 35, 27}, {44, 40, 35, 20}};
  Chorale piece;
  for (size_t t = 0; t < steps; ++t) piece.push_back(chords[t / 4 % 4]);
  return Transposed(piece, key);
}

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_TESTS_INFERENCE_CHORALES_SAMPLE_CHORALES_H_
