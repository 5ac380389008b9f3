#include "inference/learning/adapter_trainer.h"

#include <chrono>
#include <cstdio>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/adapted_replicas.h"
#include "inference/learning/batch.h"
#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/training_run.h"
#include "inference/model/counter_random.h"

namespace ledgerline::learning {
namespace {

std::vector<model::AdapterPiece> CardOf(const Dataset& dataset) {
  std::vector<model::AdapterPiece> pieces;
  for (const DatasetPiece& item : dataset.pieces) pieces.push_back({item.id, item.licence});
  return pieces;
}

std::string Digits(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4f", value);
  return text;
}

class AdapterTask : public TrainingTask {
 public:
  AdapterTask(const Dataset& train, const Dataset& held_out, const AdapterConfig& config,
              const model::Transformer& network, LowRankParameters* parameters)
      : config_(config),
        network_(network),
        parameters_(parameters),
        parts_(network, *parameters, config),
        source_(train, config.seed),
        rows_(static_cast<size_t>(std::min(config.rows, network_->config().context))),
        judged_(CoveringChunks(held_out, static_cast<size_t>(network_->config().context),
                               static_cast<size_t>(config.held_out_rows))) {}

  NamedParameters Parameters(int part) const override { return parts_.Parameters(part); }

  Result<DrawnBatch> Draw(int64_t step, int parts) override {
    std::vector<tokens::Sequence> chunks;
    for (int b = 0; b < config_.batch; ++b) {
      chunks.push_back(source_.Draw((static_cast<uint64_t>(step) << 16) + static_cast<uint64_t>(b), rows_));
    }
    drawn_ = CutChunks(chunks, parts);
    step_ = step;
    return DrawnBatch{static_cast<int>(drawn_.parts.size()), drawn_.notes};
  }

  Result<torch::Tensor> Loss(int part) override {
    return NoteLoss(parts_.Network(step_, part), MakeBatch(drawn_.parts[static_cast<size_t>(part)]).On(config_.device));
  }

  Result<Judgement> Judge(const RunProgress& progress, double train) override {
    const Evaluation now = EvaluateNetwork(*network_, judged_, config_.device);
    return Judgement{
        now.total, "", "",
        "step " + std::to_string(progress.step) + ", train " + Digits(train) + ", held out " + Describe(now)};
  }

  Status KeepBest(const RunProgress&) override {
    best_values_ = parameters_->Copy();
    return Status::Ok();
  }

  // Empty if nothing was better than the base.
  const NamedParameters& best_values() const { return best_values_; }

 private:
  const AdapterConfig& config_;
  model::Transformer network_;
  LowRankParameters* parameters_;
  AdaptedReplicas parts_;
  ChunkSource source_;
  size_t rows_;
  ChunkParts drawn_;
  int64_t step_ = 0;  // whose chunks these are
  std::vector<tokens::Sequence> judged_;
  NamedParameters best_values_;
};

}  // namespace

Result<Evaluation> EvaluateAdapted(const model::ModelFile& base, const model::AdapterFile* adapter,
                                   const Dataset& dataset, int64_t max_rows) {
  model::ModelFile merged;
  if (adapter != nullptr) {
    ASSIGN_OR_RETURN(merged, kernel::MergeAdapter(base, *adapter));
  }
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(adapter != nullptr ? merged : base));
  const model::ModelConfig& shape = network->config();
  return EvaluateNetwork(*network, CoveringChunks(KnownTo(shape, dataset), static_cast<size_t>(shape.context),
                                                  static_cast<size_t>(max_rows)));
}

Result<TrainedAdapter> TrainAdapter(std::string_view base_bytes, const Dataset& pieces, const AdapterConfig& config,
                                    const std::function<void(const std::string&)>& report) {
  ASSIGN_OR_RETURN(const model::ModelFile base, model::ParseModelFile(base_bytes));
  ASSIGN_OR_RETURN(const auto split, HoldOut(pieces, config.held_out_percent, config.seed));
  PrepareRun(config);
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(base));
  const model::ModelConfig& shape = network->config();
  const Dataset train = KnownTo(shape, split.first), held_out = KnownTo(shape, split.second);
  network->SetDropout(config.dropout);
  RETURN_IF_ERROR(Place(network.get(), config.device));
  for (torch::Tensor& parameter : network->parameters()) parameter.set_requires_grad(false);
  LowRankParameters parameters(shape, config.rank, config.alpha, config.seed,
                               config.device == Device::kCuda ? torch::kCUDA : torch::kCPU);
  const auto began = std::chrono::steady_clock::now();
  TrainedAdapter trained;
  ASSIGN_OR_RETURN(trained.before, EvaluateAdapted(base, nullptr, held_out, config.held_out_rows));
  report(std::to_string(train.pieces.size()) + " pieces, " + std::to_string(held_out.pieces.size()) +
         " held out; base " + Describe(trained.before));
  network->Adapt(parameters.Layers());
  AdapterTask task(train, held_out, config, network, &parameters);
  ASSIGN_OR_RETURN(const RunSummary run, RunTraining(config, &task, "", report, trained.before.total));
  if (task.best_values().empty()) {
    return FailedPrecondition("no step was better than the base on the " + std::to_string(held_out.pieces.size()) +
                              " held-out pieces (" + Digits(trained.before.total) + " nats a note): nothing to keep");
  }
  trained.best_step = run.progress.best_step;
  parameters.Restore(task.best_values());
  model::AdapterFile& file = trained.file;
  parameters.Store(&file);
  file.card.base = crypto::Sha256(base_bytes);
  file.card.rank = config.rank;
  file.card.alpha = config.alpha;
  file.card.pieces = CardOf(train);
  file.card.held_out = CardOf(held_out);
  ASSIGN_OR_RETURN(trained.after, EvaluateAdapted(base, &file, held_out, config.held_out_rows));
  trained.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  file.card.notes = {{"loss_before", Digits(trained.before.total)},
                     {"loss_after", Digits(trained.after.total)},
                     {"seed", std::to_string(config.seed)},
                     {"steps", std::to_string(trained.best_step)}};
  return trained;
}

}  // namespace ledgerline::learning
