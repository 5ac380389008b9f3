// Dataset: the corpus as pieces, and the seeded drawing of training chunks from them.
//
// The corpus is a folder with manifest.tsv and MIDI files (the manifest's columns id, split, genre, file are read). The
// split is the corpus's own; only `train` is ever drawn from. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_LEARNING_DATASET_H_
#define LEDGERLINE_INFERENCE_LEARNING_DATASET_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/model/model_config.h"
#include "inference/tokens/piece.h"
#include "inference/tokens/positions.h"
#include "schemas/status.h"

namespace ledgerline::learning {

struct DatasetPiece {
  std::string id;
  tokens::Piece piece;
  std::string file = {};                    // of the corpus folder, as the manifest names it
  std::string composer = {}, licence = {};  // as the manifest has them; empty where it has no such column
};

struct Dataset {
  std::vector<DatasetPiece> pieces;
  std::map<std::string, int> skipped;  // reasons, counted
};

// A dataset for a model that knows fewer styles: those that it was not told of become style 0.
Dataset KnownTo(const model::ModelConfig& shape, const Dataset& dataset);

// Reads every piece of one split ("train", "valid", "test", "adapt", "demo") that a style can read.
// Errors: kNotFound (no manifest), kInvalidArgument (a column is missing).
Result<Dataset> LoadDataset(const std::string& corpus_dir, std::string_view split);

// Draws training chunks: a style by (notes of the style)^0.5, a piece of it by (its notes)^0.5, a bar to start at, one
// of twelve transpositions, and what is hidden. Everything follows from the seed and the number of the draw.
class ChunkSource {
 public:
  ChunkSource(const Dataset& dataset, uint64_t seed);
  // A chunk of at most `rows` rows.
  tokens::Sequence Draw(uint64_t number, size_t rows) const;

 private:
  struct Style {
    double weight = 0;  // cumulative
    std::vector<size_t> pieces;
    std::vector<double> weights;  // cumulative
  };
  const Dataset& dataset_;
  uint64_t seed_;
  std::vector<Style> styles_;
};

// Every bar of the pieces in chunks that follow one another, nothing hidden, not transposed, until `max_rows` rows in
// all; pieces are taken in turn with a stride, so that a bound still sees every style.
std::vector<tokens::Sequence> CoveringChunks(const Dataset& dataset, size_t rows, size_t max_rows);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_DATASET_H_
