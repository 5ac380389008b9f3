#include "inference/chorales/chorale_trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "inference/chorales/chorale_network.h"
#include "inference/chorales/chorale_source.h"
#include "inference/learning/parts.h"
#include "inference/learning/replicas.h"
#include "inference/learning/running_average.h"
#include "inference/learning/training_run.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"

namespace ledgerline::chorales {
namespace {

using model::CounterRandom;
using torch::Tensor;

constexpr const char* kFormat = "ledgerline-chorales/1";

Status CheckLengths(const std::vector<Chorale>& pieces, int context) {
  for (const Chorale& piece : pieces) {
    if (piece.size() > static_cast<size_t>(context)) {
      return OutOfRange("a piece of " + std::to_string(piece.size()) + " steps; the context is " +
                        std::to_string(context));
    }
  }
  return Status::Ok();
}

// The natural logarithm of what the network gives to each target: float64 [N, kVoices].
Tensor TargetLogarithms(ChoraleNetworkImpl& network, const std::vector<ChoraleRow>& piece) {
  const ChoraleBatch batch = MakeBatch({piece});
  const Tensor states = network.Outer(batch)[0];
  std::vector<Tensor> voices;
  for (size_t v = 0; v < kVoices; ++v) {
    const Tensor logits = network.VoiceLogits(v, states, batch.voices[v]).to(torch::kFloat64);
    voices.push_back(torch::log_softmax(logits, 1).gather(1, batch.voices[v].target.unsqueeze(1)));
  }
  return torch::cat(voices, 1);
}

ChoraleLoss EvaluateNetwork(ChoraleNetworkImpl& network, const std::vector<Chorale>& pieces, int keys) {
  torch::NoGradGuard no_grad;
  network.eval();
  ChoraleLoss loss;
  for (const Chorale& piece : pieces) {
    std::vector<Tensor> by_key;
    for (int k = 0; k < keys; ++k) {
      by_key.push_back(TargetLogarithms(network, EncodeChorale(Transposed(piece, k - keys / 2))));
    }
    const Tensor mean = torch::logsumexp(torch::stack(by_key), 0) - std::log(static_cast<double>(keys));
    const Tensor sums = mean.sum(0);
    for (size_t v = 0; v < kVoices; ++v) loss.Add(v, -sums[static_cast<int64_t>(v)].item<double>());
    loss.CountSteps(piece.size());
  }
  network.train();
  return loss;
}

class ChoraleTask : public learning::TrainingTask {
 public:
  ChoraleTask(const ChoraleSet& set, const ChoraleConfig& config, std::string out_dir, const ChoraleNetwork& network)
      : set_(set),
        config_(config),
        out_dir_(std::move(out_dir)),
        network_(network),
        networks_(learning::Replicas<ChoraleNetwork>(
            network, config, [&] { return ChoraleNetwork(config.shape, config.dropout, config.field_dropout); })),
        average_(learning::ParametersOf(*network_), config.average),
        source_(set.train, config.seed, config.batch) {}

  learning::NamedParameters Parameters(int part) const override {
    return learning::ParametersOf(*networks_[static_cast<size_t>(part)]);
  }

  Result<learning::DrawnBatch> Draw(int64_t step, int parts) override {
    const std::vector<std::vector<ChoraleRow>> pieces = source_.Draw(step);
    std::vector<int64_t> lengths;
    for (const std::vector<ChoraleRow>& piece : pieces) lengths.push_back(static_cast<int64_t>(piece.size()));
    drawn_.clear();
    for (const std::vector<size_t>& part : learning::CutBatch(lengths, parts)) {
      drawn_.push_back(learning::Chosen(pieces, part));
    }
    step_ = step;
    return learning::DrawnBatch{
        static_cast<int>(drawn_.size()),
        static_cast<int64_t>(kVoices) * std::accumulate(lengths.begin(), lengths.end(), int64_t{0})};
  }

  Result<Tensor> Loss(int part) override {
    const auto p = static_cast<size_t>(part);
    learning::SeedPart(CounterRandom(config_.seed, ~uint64_t{0}), step_, part, networks_[p].get());
    const std::array<Tensor, kVoices> losses = networks_[p]->Losses(MakeBatch(drawn_[p]));
    return losses[0] + losses[1] + losses[2] + losses[3];
  }

  Result<bool> AfterStep(const learning::RunProgress& progress) override {
    average_.Follow(progress.step);
    return false;
  }

  Result<Judgement> Judge(const learning::RunProgress& progress, double train) override {
    average_.Swap();
    now_ = EvaluateNetwork(*network_, set_.valid, 1);
    average_.Swap();
    const double epoch = static_cast<double>(progress.step) / static_cast<double>(source_.StepsPerEpoch());
    std::ostringstream amount, details;
    amount << epoch;
    for (size_t v = 0; v < kVoices; ++v) details << (v == 0 ? "" : "\t") << now_.Voice(v);
    char line[160];
    std::snprintf(line, sizeof(line), "step %lld, epoch %.1f, %.0f s, train %.4f, valid %.4f (%.4f %.4f %.4f %.4f)",
                  static_cast<long long>(progress.step), epoch, progress.seconds, train, now_.Total(), now_.Voice(0),
                  now_.Voice(1), now_.Voice(2), now_.Voice(3));
    return Judgement{now_.Total(), amount.str(), details.str(), line};
  }

  Status KeepBest(const learning::RunProgress& progress) override {
    model::ModelFile file;
    average_.Swap();
    model::StoreParameters(*network_, &file);
    average_.Swap();
    file.metadata = config_.shape.ToMetadata();
    file.metadata["format"] = kFormat;
    file.metadata["trained_steps"] = std::to_string(progress.step);
    file.metadata["seed"] = std::to_string(config_.seed);
    file.metadata["valid_nats_per_note"] = std::to_string(now_.Total());
    return model::WriteFileBytes(out_dir_ + "/best.model", model::SerialiseModelFile(file));
  }

  std::pair<std::string, std::string> Columns() const override { return {"epoch", "soprano\talto\ttenor\tbass"}; }
  void Store(model::ModelFile* file) const override {
    model::StoreParameters(*network_, file);
    average_.Store(file);
  }
  Status Load(model::ModelFile* file) override {
    RETURN_IF_ERROR(average_.Load(file));
    return model::LoadParameters(*file, network_.get());
  }

 private:
  const ChoraleSet& set_;
  const ChoraleConfig& config_;
  std::string out_dir_;
  ChoraleNetwork network_;
  std::vector<ChoraleNetwork> networks_;  // of the parts; the first is the one above
  learning::RunningAverage average_;
  ChoraleSource source_;
  std::vector<std::vector<std::vector<ChoraleRow>>> drawn_;  // of each part, of each piece
  int64_t step_ = 0;                                         // for which they were drawn
  ChoraleLoss now_;
};

}  // namespace

Result<ChoraleSummary> TrainChorales(const ChoraleSet& set, const ChoraleConfig& config, const std::string& out_dir,
                                     const std::function<void(const std::string&)>& report) {
  if (set.train.empty() || set.valid.empty()) return FailedPrecondition("no pieces to train or validate on");
  RETURN_IF_ERROR(CheckLengths(set.train, config.shape.context));
  RETURN_IF_ERROR(CheckLengths(set.valid, config.shape.context));
  learning::PrepareRun(config);
  ChoraleNetwork network(config.shape, config.dropout, config.field_dropout);
  report(std::to_string(network->ParameterCount()) + " parameters");
  ChoraleTask task(set, config, out_dir, network);
  ASSIGN_OR_RETURN(const learning::RunSummary run, learning::RunTraining(config, &task, out_dir, report));
  return ChoraleSummary{run.progress.step, run.progress.best_step, run.progress.seconds, run.progress.best,
                        run.finished};
}

Result<ChoraleLoss> EvaluateChorales(const std::string& model_path, const std::vector<Chorale>& pieces, int keys,
                                     int threads) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(model_path));
  ASSIGN_OR_RETURN(const model::ModelFile file, model::ParseModelFile(bytes));
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat) {
    return FailedPrecondition(model_path + " is not a model of format " + kFormat);
  }
  ASSIGN_OR_RETURN(const model::ModelConfig shape, model::ModelConfig::FromMetadata(file.metadata));
  RETURN_IF_ERROR(CheckLengths(pieces, shape.context));
  if (keys < 1 || keys > 12) return OutOfRange("keys " + std::to_string(keys) + " is outside 1 to 12");
  VoiceRanges ranges;
  for (const Chorale& piece : pieces) ranges.Include(piece);
  if (*std::min_element(ranges.lowest.begin(), ranges.lowest.end()) < keys / 2 ||
      *std::max_element(ranges.highest.begin(), ranges.highest.end()) + (keys - 1) / 2 >= kPitches) {
    return OutOfRange("pieces that reach beyond MIDI " + std::to_string(kLowestPitch) + " to " +
                      std::to_string(kLowestPitch + kPitches - 1) + " in one of " + std::to_string(keys) + " keys");
  }
  at::set_num_threads(threads);
  ChoraleNetwork network(shape, 0.0, 0.0);
  RETURN_IF_ERROR(model::LoadParameters(file, network.get()));
  return EvaluateNetwork(*network, pieces, keys);
}

}  // namespace ledgerline::chorales
