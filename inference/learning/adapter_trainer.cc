#include "inference/learning/adapter_trainer.h"

#include <chrono>
#include <cstdio>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/batch.h"
#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/optimiser.h"
#include "inference/learning/schedule.h"
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
  at::set_num_threads(config.threads);
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(base));
  const model::ModelConfig& shape = network->config();
  const Dataset train = KnownTo(shape, split.first), held_out = KnownTo(shape, split.second);
  RETURN_IF_ERROR(Place(network.get(), config.device));
  for (torch::Tensor& parameter : network->parameters()) parameter.set_requires_grad(false);
  LowRankParameters parameters(shape, config.rank, config.alpha, config.seed,
                               config.device == Device::kCuda ? torch::kCUDA : torch::kCPU);
  AdamW optimiser(parameters.all(), config.weight_decay);
  const Schedule schedule{config.learning_rate, config.warmup_steps, config.steps};
  const ChunkSource source(train, config.seed);
  const auto rows = static_cast<size_t>(std::min(config.rows, shape.context));
  const std::vector<tokens::Sequence> judged =
      CoveringChunks(held_out, static_cast<size_t>(shape.context), static_cast<size_t>(config.held_out_rows));

  const auto began = std::chrono::steady_clock::now();
  TrainedAdapter trained;
  ASSIGN_OR_RETURN(trained.before, EvaluateAdapted(base, nullptr, held_out, config.held_out_rows));
  report(std::to_string(train.pieces.size()) + " pieces, " + std::to_string(held_out.pieces.size()) +
         " held out; base " + Describe(trained.before));
  network->Adapt(parameters.Layers());
  double best = trained.before.total;
  NamedParameters best_values;
  int stale = 0;
  double window_loss = 0;
  int64_t window_notes = 0, step = 0;
  while (step < config.steps && stale < config.patience) {
    std::vector<tokens::Sequence> chunks;
    for (int b = 0; b < config.batch; ++b) {
      chunks.push_back(source.Draw((static_cast<uint64_t>(step) << 16) + static_cast<uint64_t>(b), rows));
    }
    const Batch batch = MakeBatch(chunks).On(config.device);
    optimiser.ZeroGradients();
    torch::Tensor loss;
    {
      const Autocast autocast(config.bfloat16, config.device);
      const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
      const torch::Tensor sum = losses.onset + losses.role + losses.pitch + losses.duration;
      loss = sum / static_cast<double>(std::max<int64_t>(losses.events, 1));
      window_loss += sum.item<double>();
      window_notes += losses.events;
    }
    loss.backward();
    optimiser.Clip(config.gradient_norm);
    const double rate = schedule.RateAt(step);
    optimiser.Step(++step, rate);
    if (step % config.evaluate_every != 0 && step != config.steps) continue;
    const Evaluation now = EvaluateNetwork(*network, judged, config.device);
    report("step " + std::to_string(step) + ", train " +
           Digits(window_loss / static_cast<double>(std::max<int64_t>(window_notes, 1))) + ", held out " +
           Describe(now));
    window_loss = 0;
    window_notes = 0;
    if (now.total < best) {
      best = now.total;
      best_values = parameters.Copy();
      trained.best_step = step;
      stale = 0;
    } else {
      ++stale;
    }
  }
  if (best_values.empty()) {
    return FailedPrecondition("no step was better than the base on the " + std::to_string(held_out.pieces.size()) +
                              " held-out pieces (" + Digits(trained.before.total) + " nats a note): nothing to keep");
  }
  parameters.Restore(best_values);
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
