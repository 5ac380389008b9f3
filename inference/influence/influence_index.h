// InfluenceIndex: the projected gradient of each training piece, with what it was computed from.
// docs/formats/influence_index.md is the page.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_INDEX_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_INDEX_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/influence/influence_method.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::influence {

inline constexpr size_t kIndexBytesMax = size_t{512} << 20;
inline constexpr uint32_t kIndexPiecesMax = 1'000'000;
inline constexpr uint32_t kIndexMatricesMax = 4'096;
inline constexpr size_t kIndexTextMax = 255;  // bytes of an id, a collection, a composer

struct IndexedPiece {
  std::string id;          // as the corpus names it; unique
  Hash256 file;            // SHA-256 of its file
  std::string collection;  // "lieder"
  std::string composer;    // may be empty
  uint32_t notes = 0;      // composed events of the whole piece
  uint32_t events = 0;     // of those whose loss was summed, at least 1
  friend bool operator==(const IndexedPiece&, const IndexedPiece&) = default;
};

struct InfluenceIndex {
  Hash256 model;   // SHA-256 of the model file (floats) whose gradients these are
  Hash256 served;  // SHA-256 of the same model quantised: what covers' records name
  InfluenceMethod method;
  uint32_t matrices = 0;             // measured
  std::vector<IndexedPiece> pieces;  // ids strictly ascending
  std::vector<float> gradients;      // [pieces][Dimensions()], finite

  size_t Dimensions() const { return size_t{matrices} * method.rank * method.rank; }
  std::span<const float> GradientOf(size_t piece) const {
    return std::span(gradients).subspan(piece * Dimensions(), Dimensions());
  }
  // One way to write a given index. Errors: kInvalidArgument, kOutOfRange (what Parse would refuse).
  Result<std::string> Serialise() const;
  // Errors: kInvalidArgument (another format, truncated, bytes too many, order, a number that is none), kOutOfRange (a
  // bound above; the message names field, value and bound).
  static Result<InfluenceIndex> Parse(std::string_view bytes);
};

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_INFLUENCE_INDEX_H_
