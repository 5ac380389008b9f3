#include "inference/learning/trainer.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "inference/learning/autocast.h"
#include "inference/learning/batch.h"
#include "inference/learning/kept_memory.h"
#include "inference/learning/optimiser.h"
#include "inference/learning/schedule.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/model/transformer.h"

namespace ledgerline::learning {
namespace {

using torch::Tensor;

// Chunks of a step are as long as the context, half of it or a quarter, in equal numbers of rows: most of what is to be
// learnt is near, and short pieces would leave long chunks empty.
int HalvingsAt(const TrainingConfig& config, int64_t step) {
  if (config.halvings == 0) return 0;
  return static_cast<int>(model::CounterRandom(config.seed, ~uint64_t{0}).At(static_cast<uint64_t>(step)) %
                          static_cast<uint64_t>(config.halvings + 1));
}

// Numbers of a run that a checkpoint keeps beside the tensors.
struct Progress {
  int64_t step = 0, rows = 0, notes = 0, best_step = 0;
  int stale = 0;
  double seconds = 0, best = 1e9;
};

Status SaveCheckpoint(const std::string& path, const model::TransformerImpl& network, const AdamW& optimiser,
                      const Progress& progress) {
  model::ModelFile file;
  model::StoreParameters(network, &file);
  optimiser.Store(&file);
  file.metadata = {{"step", std::to_string(progress.step)},   {"rows", std::to_string(progress.rows)},
                   {"notes", std::to_string(progress.notes)}, {"best_step", std::to_string(progress.best_step)},
                   {"stale", std::to_string(progress.stale)}, {"seconds", std::to_string(progress.seconds)},
                   {"best", std::to_string(progress.best)}};
  return model::WriteFileBytes(path, model::SerialiseModelFile(file));
}

Status LoadCheckpoint(const std::string& path, model::TransformerImpl* network, AdamW* optimiser, Progress* progress) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(path));
  ASSIGN_OR_RETURN(model::ModelFile file, model::ParseModelFile(bytes));
  RETURN_IF_ERROR(optimiser->Load(&file));
  RETURN_IF_ERROR(model::LoadParameters(file, network));
  auto number = [&](const char* key) { return std::atof(file.metadata[key].c_str()); };
  progress->step = static_cast<int64_t>(number("step"));
  progress->rows = static_cast<int64_t>(number("rows"));
  progress->notes = static_cast<int64_t>(number("notes"));
  progress->best_step = static_cast<int64_t>(number("best_step"));
  progress->stale = static_cast<int>(number("stale"));
  progress->seconds = number("seconds");
  progress->best = number("best");
  return Status::Ok();
}

Status SaveModel(const std::string& path, const model::TransformerImpl& network, const TrainingConfig& config,
                 const Progress& progress, const Evaluation& valid) {
  model::ModelFile file;
  model::StoreParameters(network, &file);
  file.metadata = config.shape.ToMetadata();
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
  file.metadata["trained_steps"] = std::to_string(progress.step);
  file.metadata["trained_rows"] = std::to_string(progress.rows);
  file.metadata["trained_notes"] = std::to_string(progress.notes);
  file.metadata["seed"] = std::to_string(config.seed);
  file.metadata["valid_nats_per_note"] = std::to_string(valid.total);
  return model::WriteFileBytes(path, model::SerialiseModelFile(file));
}

}  // namespace

Result<TrainingSummary> Train(const Dataset& train, const Dataset& valid, const TrainingConfig& config,
                              const std::string& out_dir, const std::function<void(const std::string&)>& report) {
  if (train.pieces.empty() || valid.pieces.empty()) return FailedPrecondition("no pieces to train or validate on");
  std::error_code error;
  std::filesystem::create_directories(out_dir, error);
  KeepFreedMemory();
  at::set_num_threads(config.threads);
  torch::manual_seed(config.seed);
  model::Transformer network(config.shape, config.dropout);
  RETURN_IF_ERROR(Place(network.get(), config.device));
  AdamW optimiser(ParametersOf(*network), config.weight_decay);
  const Schedule schedule{config.learning_rate, config.warmup_steps, config.steps};
  report(std::to_string(network->ParameterCount()) + " parameters");
  const ChunkSource source(train, config.seed);
  const std::vector<tokens::Sequence> valid_chunks =
      CoveringChunks(valid, static_cast<size_t>(config.shape.context), static_cast<size_t>(config.valid_rows));
  Progress progress;
  const std::string checkpoint = out_dir + "/checkpoint.state";
  if (std::filesystem::exists(checkpoint)) {
    RETURN_IF_ERROR(LoadCheckpoint(checkpoint, network.get(), &optimiser, &progress));
    report("going on from step " + std::to_string(progress.step));
  }
  std::ofstream log(out_dir + "/loss.tsv", progress.step > 0 ? std::ios::app : std::ios::trunc);
  if (progress.step == 0) log << "step\trows\tseconds\trate\ttrain\tvalid\tonset\trole\tpitch\tduration\n";
  TrainingSummary summary;
  const auto began = std::chrono::steady_clock::now();
  const double before = progress.seconds;
  double window_loss = 0;
  int64_t window_notes = 0;
  bool stopped_early = false, out_of_time = false;
  while (progress.step < config.steps && !stopped_early && !out_of_time) {
    std::vector<tokens::Sequence> chunks;
    const int halvings = HalvingsAt(config, progress.step);
    for (int b = 0; b < config.batch << halvings; ++b) {
      chunks.push_back(source.Draw((static_cast<uint64_t>(progress.step) << 16) + static_cast<uint64_t>(b),
                                   static_cast<size_t>(config.shape.context >> halvings)));
      progress.rows += static_cast<int64_t>(chunks.back().rows.size());
    }
    const Batch batch = MakeBatch(chunks).On(config.device);
    // What is dropped follows from the step, so that a resumed run drops what an unbroken one would have dropped.
    if (config.dropout > 0)
      torch::manual_seed(model::CounterRandom(config.seed, 2).At(static_cast<uint64_t>(progress.step)));
    optimiser.ZeroGradients();
    Tensor loss;
    {
      const Autocast autocast(config.bfloat16, config.device);
      const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
      const Tensor sum = losses.onset + losses.role + losses.pitch + losses.duration;
      loss = sum / static_cast<double>(std::max<int64_t>(losses.events, 1));
      window_loss += sum.item<double>();
      window_notes += losses.events;
      progress.notes += losses.events;
    }
    loss.backward();
    optimiser.Clip(config.gradient_norm);
    const double rate = schedule.RateAt(progress.step);
    ++progress.step;
    optimiser.Step(progress.step, rate);
    progress.seconds = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    out_of_time = config.max_minutes > 0 && progress.seconds - before > config.max_minutes * 60;
    const bool last = progress.step == config.steps;
    if (progress.step % config.evaluate_every == 0 || last) {
      const Evaluation now = EvaluateNetwork(*network, valid_chunks, config.device);
      log << progress.step << '\t' << progress.rows << '\t' << progress.seconds << '\t' << rate << '\t'
          << window_loss / static_cast<double>(std::max<int64_t>(window_notes, 1)) << '\t' << now.total << '\t'
          << now.onset << '\t' << now.role << '\t' << now.pitch << '\t' << now.duration << std::endl;
      report("step " + std::to_string(progress.step) + ", " + std::to_string(progress.rows) + " rows, " +
             std::to_string(static_cast<int64_t>(static_cast<double>(progress.rows) / progress.seconds)) +
             " rows/s, train " + std::to_string(window_loss / static_cast<double>(std::max<int64_t>(window_notes, 1))) +
             ", valid " + Describe(now));
      window_loss = 0;
      window_notes = 0;
      if (now.total < progress.best) {
        progress.best = now.total;
        progress.best_step = progress.step;
        progress.stale = 0;
        summary.best_valid = now;
        RETURN_IF_ERROR(SaveModel(out_dir + "/best.model", *network, config, progress, now));
      } else if (++progress.stale >= config.patience) {
        stopped_early = true;
      }
    }
    if (progress.step % config.checkpoint_every == 0 || last || out_of_time || stopped_early) {
      RETURN_IF_ERROR(SaveCheckpoint(checkpoint, *network, optimiser, progress));
    }
  }
  summary.steps = progress.step;
  summary.rows = progress.rows;
  summary.notes = progress.notes;
  summary.seconds = progress.seconds;
  summary.best_step = progress.best_step;
  summary.finished = !out_of_time;
  return summary;
}

Result<Evaluation> Evaluate(const std::string& model_path, const Dataset& dataset, int64_t max_rows, int threads) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(model_path));
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(bytes));
  at::set_num_threads(threads);
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(stored));
  const model::ModelConfig& shape = network->config();
  return EvaluateNetwork(*network, CoveringChunks(KnownTo(shape, dataset), static_cast<size_t>(shape.context),
                                                  static_cast<size_t>(max_rows)));
}

}  // namespace ledgerline::learning
