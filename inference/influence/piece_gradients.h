// PieceGradients: the projected gradient of a piece's summed loss, for training pieces and for covers alike.
//
// The piece is read as evaluation reads it: not transposed, nothing hidden, in chunks of the model's context, until the
// method's rows. Float32, on the CPU; another LibTorch or BLAS may give other last bits.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_PIECE_GRADIENTS_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_PIECE_GRADIENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "inference/influence/influence_index.h"
#include "inference/learning/dataset.h"
#include "inference/model/transformer.h"

namespace ledgerline::influence {

struct PieceGradient {
  std::vector<float> projected;  // matrices x rank x rank, matrices in the order of their names
  uint32_t events = 0;           // whose loss was summed
  double nats = 0;               // that loss
};

class PieceGradients {
 public:
  // Takes the network over: its parameters' gradients are the work space.
  PieceGradients(model::Transformer network, const InfluenceMethod& method);

  // Errors: kFailedPrecondition (no event within the method's rows; a gradient that is not finite).
  Result<PieceGradient> Of(const tokens::Piece& piece);
  uint32_t matrices() const { return static_cast<uint32_t>(matrices_.size()); }

 private:
  struct Matrix {
    torch::Tensor weight, outputs, inputs;  // [out, in], [rank, out], [rank, in]
  };
  model::Transformer network_;
  InfluenceMethod method_;
  std::vector<Matrix> matrices_;
};

// A training piece as the index names it; `collection` is what stands before the id's first slash.
// Errors: those of reading its file from the corpus.
Result<IndexedPiece> DescribePiece(const learning::DatasetPiece& item, const std::string& corpus_dir);

// The index of a model file's float bytes over pieces, sorted by id. `report(done)` after each piece; may be empty.
// Errors: those of the model file, of PieceGradients::Of (named by piece) and of Serialise.
Result<InfluenceIndex> MakeIndex(const std::string& model_bytes, const learning::Dataset& pieces,
                                 const std::string& corpus_dir, const InfluenceMethod& method,
                                 const std::function<void(size_t)>& report);

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_PIECE_GRADIENTS_H_
