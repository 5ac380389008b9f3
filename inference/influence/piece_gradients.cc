#include "inference/influence/piece_gradients.h"

#include <algorithm>
#include <map>

#include "crypto/sha256.h"
#include "inference/kernel/stored_tensors.h"
#include "inference/learning/batch.h"
#include "inference/model/model_file.h"

namespace ledgerline::influence {

using torch::Tensor;

PieceGradients::PieceGradients(model::Transformer network, const InfluenceMethod& method)
    : network_(std::move(network)), method_(method) {
  network_->eval();
  std::map<std::string, Tensor> measured;
  for (auto& item : network_->named_parameters()) {
    const bool wanted = item.value().dim() == 2 && IsMeasured(item.key());
    item.value().set_requires_grad(wanted);
    if (wanted) measured[item.key()] = item.value();
  }
  const auto projection = [&](size_t matrix, bool outputs, int64_t size) {
    return torch::tensor(ProjectionOf(method, matrix, outputs, static_cast<size_t>(size)))
        .reshape({static_cast<int64_t>(method.rank), size});
  };
  for (const auto& [name, weight] : measured) {
    const size_t number = matrices_.size();
    matrices_.push_back({weight, projection(number, true, weight.size(0)), projection(number, false, weight.size(1))});
  }
}

Result<PieceGradient> PieceGradients::Of(const tokens::Piece& piece) {
  for (Matrix& matrix : matrices_) matrix.weight.mutable_grad() = Tensor();
  learning::Dataset one;
  one.pieces.push_back({"", piece});
  const model::ModelConfig& shape = network_->config();
  PieceGradient gradient;
  for (const tokens::Sequence& chunk :
       learning::CoveringChunks(learning::KnownTo(shape, one),
                                std::min<size_t>(static_cast<size_t>(shape.context), method_.rows), method_.rows)) {
    const learning::Batch batch = learning::MakeBatch({chunk});
    const model::FieldLosses losses = network_->Losses(batch.rows, batch.bars, batch.places);
    Tensor loss = losses.onset;
    if (losses.events > 0) loss = loss + losses.role + losses.pitch + losses.duration;
    loss.backward();
    gradient.nats += loss.item<double>();
    gradient.events += static_cast<uint32_t>(losses.events);
  }
  if (gradient.events == 0) {
    return FailedPrecondition("no event within the first " + std::to_string(method_.rows) + " rows");
  }
  torch::NoGradGuard no_grad;
  for (const Matrix& matrix : matrices_) {
    const Tensor projected =
        torch::matmul(torch::matmul(matrix.outputs, matrix.weight.grad()), matrix.inputs.transpose(0, 1)).contiguous();
    if (!torch::isfinite(projected).all().item<bool>()) return FailedPrecondition("its gradient is not finite");
    const float* const values = projected.data_ptr<float>();
    gradient.projected.insert(gradient.projected.end(), values, values + projected.numel());
  }
  return gradient;
}

Result<IndexedPiece> DescribePiece(const learning::DatasetPiece& item, const std::string& corpus_dir) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(corpus_dir + "/" + item.file));
  IndexedPiece piece;
  piece.id = item.id;
  piece.file = crypto::Sha256(bytes);
  const size_t slash = item.id.find('/');
  piece.collection = slash == std::string::npos ? "" : item.id.substr(0, slash);
  piece.composer = item.composer.substr(0, kIndexTextMax);
  piece.notes = static_cast<uint32_t>(item.piece.EventCount());
  return piece;
}

Result<InfluenceIndex> MakeIndex(const std::string& model_bytes, const learning::Dataset& pieces,
                                 const std::string& corpus_dir, const InfluenceMethod& method,
                                 const std::function<void(size_t)>& report) {
  RETURN_IF_ERROR(method.Check());
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(model_bytes));
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(stored));
  PieceGradients gradients(network, method);
  InfluenceIndex index;
  index.model = crypto::Sha256(model_bytes);
  index.served = crypto::Sha256(model::SerialiseModelFile(kernel::QuantiseModelFile(stored)));
  index.method = method;
  index.matrices = gradients.matrices();
  std::vector<const learning::DatasetPiece*> order;
  for (const learning::DatasetPiece& item : pieces.pieces) order.push_back(&item);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  for (const learning::DatasetPiece* item : order) {
    Result<PieceGradient> gradient = gradients.Of(item->piece);
    if (!gradient.ok()) return gradient.status().WithContext("piece " + item->id);
    ASSIGN_OR_RETURN(IndexedPiece described, DescribePiece(*item, corpus_dir));
    described.events = gradient->events;
    index.pieces.push_back(std::move(described));
    index.gradients.insert(index.gradients.end(), gradient->projected.begin(), gradient->projected.end());
    if (report) report(index.pieces.size());
  }
  return index;
}

}  // namespace ledgerline::influence
