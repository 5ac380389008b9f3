#include "inference/chorales/chorale_trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "inference/chorales/chorale_network.h"
#include "inference/chorales/chorale_source.h"
#include "inference/learning/autocast.h"
#include "inference/learning/optimiser.h"
#include "inference/learning/running_average.h"
#include "inference/learning/schedule.h"
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

struct Progress {
  int64_t step = 0, best_step = 0;
  int stale = 0;
  double seconds = 0, best = 1e9;
};

Status SaveCheckpoint(const std::string& path, ChoraleNetworkImpl& network, const learning::AdamW& optimiser,
                      const learning::RunningAverage& average, const Progress& progress) {
  model::ModelFile file;
  model::StoreParameters(network, &file);
  optimiser.Store(&file);
  average.Store(&file);
  file.metadata = {{"step", std::to_string(progress.step)},
                   {"best_step", std::to_string(progress.best_step)},
                   {"stale", std::to_string(progress.stale)},
                   {"seconds", std::to_string(progress.seconds)},
                   {"best", std::to_string(progress.best)}};
  return model::WriteFileBytes(path, model::SerialiseModelFile(file));
}

Status LoadCheckpoint(const std::string& path, ChoraleNetworkImpl* network, learning::AdamW* optimiser,
                      learning::RunningAverage* average, Progress* progress) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(path));
  ASSIGN_OR_RETURN(model::ModelFile file, model::ParseModelFile(bytes));
  RETURN_IF_ERROR(optimiser->Load(&file));
  RETURN_IF_ERROR(average->Load(&file));
  RETURN_IF_ERROR(model::LoadParameters(file, network));
  auto number = [&](const char* key) { return std::atof(file.metadata[key].c_str()); };
  *progress = {static_cast<int64_t>(number("step")), static_cast<int64_t>(number("best_step")),
               static_cast<int>(number("stale")), number("seconds"), number("best")};
  return Status::Ok();
}

Status SaveModel(const std::string& path, const ChoraleNetworkImpl& network, const ChoraleConfig& config,
                 const Progress& progress, const ChoraleLoss& valid) {
  model::ModelFile file;
  model::StoreParameters(network, &file);
  file.metadata = config.shape.ToMetadata();
  file.metadata["format"] = kFormat;
  file.metadata["trained_steps"] = std::to_string(progress.step);
  file.metadata["seed"] = std::to_string(config.seed);
  file.metadata["valid_nats_per_note"] = std::to_string(valid.Total());
  return model::WriteFileBytes(path, model::SerialiseModelFile(file));
}

}  // namespace

Result<ChoraleSummary> TrainChorales(const ChoraleSet& set, const ChoraleConfig& config, const std::string& out_dir,
                                     const std::function<void(const std::string&)>& report) {
  if (set.train.empty() || set.valid.empty()) return FailedPrecondition("no pieces to train or validate on");
  RETURN_IF_ERROR(CheckLengths(set.train, config.shape.context));
  RETURN_IF_ERROR(CheckLengths(set.valid, config.shape.context));
  std::error_code error;
  std::filesystem::create_directories(out_dir, error);
  at::set_num_threads(config.threads);
  torch::manual_seed(config.seed);
  ChoraleNetwork network(config.shape, config.dropout, config.field_dropout);
  learning::AdamW optimiser(learning::ParametersOf(*network), config.weight_decay);
  learning::RunningAverage average(learning::ParametersOf(*network), config.average);
  const learning::Schedule schedule{config.learning_rate, config.warmup_steps, config.steps};
  report(std::to_string(network->ParameterCount()) + " parameters");
  const ChoraleSource source(set.train, config.seed, config.batch);
  Progress progress;
  const std::string checkpoint = out_dir + "/checkpoint.state";
  if (std::filesystem::exists(checkpoint)) {
    RETURN_IF_ERROR(LoadCheckpoint(checkpoint, network.get(), &optimiser, &average, &progress));
    report("going on from step " + std::to_string(progress.step));
  }
  std::ofstream log(out_dir + "/loss.tsv", progress.step > 0 ? std::ios::app : std::ios::trunc);
  if (progress.step == 0) log << "step\tepoch\tseconds\trate\ttrain\tvalid\tsoprano\talto\ttenor\tbass\n";
  ChoraleSummary summary;
  const auto began = std::chrono::steady_clock::now();
  const double before = progress.seconds;
  double window = 0;
  int64_t window_notes = 0;
  bool stopped_early = false, out_of_time = false;
  while (progress.step < config.steps && !stopped_early && !out_of_time) {
    torch::manual_seed(CounterRandom(config.seed, ~uint64_t{0}).At(static_cast<uint64_t>(progress.step)));
    const ChoraleBatch batch = MakeBatch(source.Draw(progress.step));
    const int64_t notes = kVoices * batch.places.size(0);
    optimiser.ZeroGradients();
    Tensor loss;
    {
      const learning::Autocast autocast(config.bfloat16, learning::Device::kCpu);
      const std::array<Tensor, kVoices> losses = network->Losses(batch);
      const Tensor sum = losses[0] + losses[1] + losses[2] + losses[3];
      loss = sum / static_cast<double>(notes);
      window += sum.item<double>();
      window_notes += notes;
    }
    loss.backward();
    optimiser.Clip(config.gradient_norm);
    const double rate = schedule.RateAt(progress.step);
    optimiser.Step(++progress.step, rate);
    average.Follow(progress.step);
    progress.seconds = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    out_of_time = config.max_minutes > 0 && progress.seconds - before > config.max_minutes * 60;
    const bool last = progress.step == config.steps;
    if (progress.step % config.evaluate_every == 0 || last) {
      average.Swap();
      const ChoraleLoss now = EvaluateNetwork(*network, set.valid, 1);
      const double train = window / static_cast<double>(std::max<int64_t>(window_notes, 1));
      const double epoch = static_cast<double>(progress.step) / static_cast<double>(source.StepsPerEpoch());
      log << progress.step << '\t' << epoch << '\t' << progress.seconds << '\t' << rate << '\t' << train << '\t'
          << now.Total();
      for (size_t v = 0; v < kVoices; ++v) log << '\t' << now.Voice(v);
      log << std::endl;
      char line[160];
      std::snprintf(line, sizeof(line), "step %lld, epoch %.1f, %.0f s, train %.4f, valid %.4f (%.4f %.4f %.4f %.4f)",
                    static_cast<long long>(progress.step), epoch, progress.seconds, train, now.Total(), now.Voice(0),
                    now.Voice(1), now.Voice(2), now.Voice(3));
      report(line);
      window = 0;
      window_notes = 0;
      if (now.Total() < progress.best) {
        progress.best = now.Total();
        progress.best_step = progress.step;
        progress.stale = 0;
        RETURN_IF_ERROR(SaveModel(out_dir + "/best.model", *network, config, progress, now));
      } else if (++progress.stale >= config.patience) {
        stopped_early = true;
      }
      average.Swap();
    }
    if (progress.step % config.evaluate_every == 0 || last || out_of_time || stopped_early) {
      RETURN_IF_ERROR(SaveCheckpoint(checkpoint, *network, optimiser, average, progress));
    }
  }
  summary.steps = progress.step;
  summary.best_step = progress.best_step;
  summary.best_valid = progress.best;
  summary.seconds = progress.seconds;
  summary.finished = !out_of_time;
  return summary;
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
