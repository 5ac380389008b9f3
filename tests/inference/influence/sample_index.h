// Small indices for the tests of influence: gradients of counted random numbers.
#ifndef LEDGERLINE_TESTS_INFERENCE_INFLUENCE_SAMPLE_INDEX_H_
#define LEDGERLINE_TESTS_INFERENCE_INFLUENCE_SAMPLE_INDEX_H_

#include <string>

#include "inference/influence/influence_index.h"
#include "inference/model/counter_random.h"

namespace ledgerline::influence {

inline InfluenceIndex SampleIndex(uint32_t pieces, uint32_t matrices, uint32_t rank) {
  model::CounterRandom random(5, pieces);
  InfluenceIndex index;
  index.model.bytes[0] = 1;
  index.served.bytes[0] = 2;
  index.method.rank = rank;
  index.matrices = matrices;
  for (uint32_t i = 0; i < pieces; ++i) {
    IndexedPiece piece;
    piece.id = "songs/" + std::to_string(100 + i);
    piece.file.bytes[1] = static_cast<uint8_t>(i);
    piece.collection = i % 2 == 0 ? "songs" : "dances";
    piece.composer = i % 3 == 0 ? "" : "Composer " + std::to_string(i % 3);
    piece.notes = 100 + i;
    piece.events = 50 + i;
    index.pieces.push_back(piece);
  }
  for (size_t i = 0; i < pieces * index.Dimensions(); ++i) {
    index.gradients.push_back(static_cast<float>(2 * random.Unit() - 1));
  }
  return index;
}

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_TESTS_INFERENCE_INFLUENCE_SAMPLE_INDEX_H_
