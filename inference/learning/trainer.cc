#include "inference/learning/trainer.h"

#include <sstream>

#include "inference/learning/batch.h"
#include "inference/learning/replicas.h"
#include "inference/learning/training_run.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/model/transformer.h"

namespace ledgerline::learning {
namespace {

// Chunks of a step are as long as the context, half of it or a quarter, in equal numbers of rows: most of what is to be
// learnt is near, and short pieces would leave long chunks empty.
int HalvingsAt(const TrainingConfig& config, int64_t step) {
  if (config.halvings == 0) return 0;
  return static_cast<int>(model::CounterRandom(config.seed, ~uint64_t{0}).At(static_cast<uint64_t>(step)) %
                          static_cast<uint64_t>(config.halvings + 1));
}

class ModelTask : public TrainingTask {
 public:
  ModelTask(const Dataset& train, const Dataset& valid, const TrainingConfig& config, std::string out_dir,
            const model::Transformer& network, TrainingSummary* summary)
      : config_(config),
        out_dir_(std::move(out_dir)),
        network_(network),
        networks_(Replicas<model::Transformer>(network, config,
                                               [&] { return model::Transformer(config.shape, config.dropout); })),
        source_(train, config.seed),
        judged_(
            CoveringChunks(valid, static_cast<size_t>(config.shape.context), static_cast<size_t>(config.valid_rows))),
        summary_(summary) {}

  NamedParameters Parameters(int part) const override { return ParametersOf(*networks_[static_cast<size_t>(part)]); }

  Result<DrawnBatch> Draw(int64_t step, int parts) override {
    std::vector<tokens::Sequence> chunks;
    const int halvings = HalvingsAt(config_, step);
    for (int b = 0; b < config_.batch << halvings; ++b) {
      chunks.push_back(source_.Draw((static_cast<uint64_t>(step) << 16) + static_cast<uint64_t>(b),
                                    static_cast<size_t>(config_.shape.context >> halvings)));
      summary_->rows += static_cast<int64_t>(chunks.back().rows.size());
    }
    drawn_ = CutChunks(chunks, parts);
    summary_->notes += drawn_.notes;
    step_ = step;
    return DrawnBatch{static_cast<int>(drawn_.parts.size()), drawn_.notes};
  }

  Result<torch::Tensor> Loss(int part) override {
    const auto p = static_cast<size_t>(part);
    if (config_.dropout > 0) SeedPart(model::CounterRandom(config_.seed, 2), step_, part, networks_[p].get());
    return NoteLoss(*networks_[p], MakeBatch(drawn_.parts[p]).On(config_.device));
  }

  Result<Judgement> Judge(const RunProgress& progress, double train) override {
    now_ = EvaluateNetwork(*network_, judged_, config_.device);
    std::ostringstream details;
    details << now_.onset << '\t' << now_.role << '\t' << now_.pitch << '\t' << now_.duration;
    const auto rate = static_cast<int64_t>(static_cast<double>(summary_->rows) / progress.seconds);
    return Judgement{now_.total, std::to_string(summary_->rows), details.str(),
                     "step " + std::to_string(progress.step) + ", " + std::to_string(summary_->rows) + " rows, " +
                         std::to_string(rate) + " rows/s, train " + std::to_string(train) + ", valid " +
                         Describe(now_)};
  }

  Status KeepBest(const RunProgress& progress) override {
    summary_->best_valid = now_;
    model::ModelFile file;
    model::StoreParameters(*network_, &file);
    file.metadata = config_.shape.ToMetadata();
    file.metadata["format"] = "ledgerline-model/1";
    file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
    file.metadata["trained_steps"] = std::to_string(progress.step);
    file.metadata["trained_rows"] = std::to_string(summary_->rows);
    file.metadata["trained_notes"] = std::to_string(summary_->notes);
    file.metadata["seed"] = std::to_string(config_.seed);
    file.metadata["valid_nats_per_note"] = std::to_string(now_.total);
    return model::WriteFileBytes(out_dir_ + "/best.model", model::SerialiseModelFile(file));
  }

  std::pair<std::string, std::string> Columns() const override { return {"rows", "onset\trole\tpitch\tduration"}; }
  void Store(model::ModelFile* file) const override {
    model::StoreParameters(*network_, file);
    file->metadata["rows"] = std::to_string(summary_->rows);
    file->metadata["notes"] = std::to_string(summary_->notes);
  }
  Status Load(model::ModelFile* file) override {
    for (const auto& [name, count] : {std::pair("rows", &summary_->rows), std::pair("notes", &summary_->notes)}) {
      const auto found = file->metadata.find(name);
      if (found == file->metadata.end()) return InvalidArgument(std::string("the checkpoint does not state ") + name);
      *count = std::atoll(found->second.c_str());
    }
    return model::LoadParameters(*file, network_.get());
  }

 private:
  const TrainingConfig& config_;
  std::string out_dir_;
  model::Transformer network_;
  std::vector<model::Transformer> networks_;  // of the parts; the first is the one above
  ChunkSource source_;
  ChunkParts drawn_;
  int64_t step_ = 0;  // whose chunks these are
  std::vector<tokens::Sequence> judged_;
  Evaluation now_;
  TrainingSummary* summary_;
};

Status BeginWith(const std::string& path, model::Transformer* network) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(path));
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(bytes));
  ASSIGN_OR_RETURN(const model::Transformer begun, model::NetworkOf(stored));
  const auto has = begun->config().ToMetadata(), wanted = (*network)->config().ToMetadata();
  for (const auto& [key, value] : wanted) {
    if (const auto found = has.find(key); found == has.end() || found->second != value) {
      return InvalidArgument(path + ": " + key + " is " + (found == has.end() ? "not stated" : found->second) +
                             ", where the configuration has " + value);
    }
  }
  model::ModelFile parameters;
  model::StoreParameters(*begun, &parameters);
  return model::LoadParameters(parameters, network->get());
}

}  // namespace

Result<TrainingSummary> Train(const Dataset& train, const Dataset& valid, const TrainingConfig& config,
                              const std::string& start, const std::string& out_dir,
                              const std::function<void(const std::string&)>& report) {
  if (train.pieces.empty() || valid.pieces.empty()) return FailedPrecondition("no pieces to train or validate on");
  PrepareRun(config);
  model::Transformer network(config.shape, config.dropout);
  if (!start.empty()) RETURN_IF_ERROR(BeginWith(start, &network));
  RETURN_IF_ERROR(Place(network.get(), config.device));
  report(std::to_string(network->ParameterCount()) + " parameters");
  TrainingSummary summary;
  ModelTask task(train, valid, config, out_dir, network, &summary);
  ASSIGN_OR_RETURN(const RunSummary run, RunTraining(config, &task, out_dir, report));
  summary.steps = run.progress.step;
  summary.seconds = run.progress.seconds;
  summary.best_step = run.progress.best_step;
  summary.finished = run.finished;
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
