#include "inference/learning/trainer.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "inference/kernel/stored_tensors.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/model/transformer.h"

namespace ledgerline::learning {
namespace {

using torch::Tensor;

// Autocast's spelling differs between LibTorch versions: this is the only place that knows.
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) {
    if (!on_) return;
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
#else
    at::autocast::set_cpu_enabled(true);
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
#endif
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (!on_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_enabled(at::kCPU, false);
#else
    at::autocast::set_cpu_enabled(false);
#endif
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
};

struct Batch {
  Tensor rows;    // int64 [B, T, kColumns]
  Tensor bars;    // int64 [N, kBarColumns]
  Tensor places;  // int64 [N]
};

// Pads chunks to the longest of them.
Batch MakeBatch(const std::vector<tokens::Sequence>& chunks) {
  size_t longest = 1;
  for (const tokens::Sequence& chunk : chunks) longest = std::max(longest, chunk.rows.size());
  std::vector<tokens::Row> rows;
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
  for (size_t b = 0; b < chunks.size(); ++b) {
    for (size_t t = 0; t < longest; ++t) {
      if (t >= chunks[b].rows.size()) {
        rows.push_back({});
        continue;
      }
      rows.push_back(chunks[b].rows[t]);
      if (rows.back()[tokens::kBarIndex] >= 0) {
        bars.push_back(chunks[b].bars[static_cast<size_t>(rows.back()[tokens::kBarIndex])]);
        places.push_back(static_cast<int64_t>(b * longest + t));
      }
    }
  }
  return {model::RowsTensor(rows).reshape({static_cast<int64_t>(chunks.size()), static_cast<int64_t>(longest), -1}),
          model::BarsTensor(bars), torch::tensor(places, torch::kInt64)};
}

Evaluation EvaluateNetwork(model::TransformerImpl& network, const std::vector<tokens::Sequence>& chunks) {
  torch::NoGradGuard no_grad;
  Evaluation sum;
  for (const tokens::Sequence& chunk : chunks) {
    const Batch batch = MakeBatch({chunk});
    const model::FieldLosses losses = network.Losses(batch.rows, batch.bars, batch.places);
    sum.onset += losses.onset.item<double>();
    if (losses.events > 0) {
      sum.role += losses.role.item<double>();
      sum.pitch += losses.pitch.item<double>();
      sum.duration += losses.duration.item<double>();
    }
    sum.notes += losses.events;
  }
  const double notes = static_cast<double>(std::max<int64_t>(sum.notes, 1));
  for (double* value : {&sum.onset, &sum.role, &sum.pitch, &sum.duration}) *value /= notes;
  sum.total = sum.onset + sum.role + sum.pitch + sum.duration;
  return sum;
}

// AdamW (Loshchilov and Hutter, 2019), written out so that its state can be stored as plain tensors.
class AdamW {
 public:
  AdamW(const model::TransformerImpl& network, double weight_decay) : decay_(weight_decay) {
    for (const auto& item : network.named_parameters()) {
      items_.push_back({item.key(), item.value(), torch::zeros_like(item.value()), torch::zeros_like(item.value())});
    }
  }
  void Step(int64_t step, double rate) {
    torch::NoGradGuard no_grad;
    constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-8;
    const double first = 1.0 - std::pow(kBeta1, static_cast<double>(step));
    const double second = 1.0 - std::pow(kBeta2, static_cast<double>(step));
    for (Item& item : items_) {
      const Tensor gradient = item.parameter.grad();
      if (!gradient.defined()) continue;
      item.mean.mul_(kBeta1).add_(gradient, 1.0 - kBeta1);
      item.square.mul_(kBeta2).addcmul_(gradient, gradient, 1.0 - kBeta2);
      if (item.parameter.dim() > 1) item.parameter.mul_(1.0 - rate * decay_);
      item.parameter.addcdiv_(item.mean, (item.square / second).sqrt_().add_(kEpsilon), -rate / first);
    }
  }
  // Scales gradients to a joint norm of at most `bound`; returns the norm before.
  double Clip(double bound) {
    torch::NoGradGuard no_grad;
    double sum = 0;
    for (Item& item : items_) {
      if (item.parameter.grad().defined()) sum += item.parameter.grad().square().sum().item<double>();
    }
    const double norm = std::sqrt(sum);
    if (norm > bound) {
      for (Item& item : items_) {
        if (item.parameter.grad().defined()) item.parameter.grad().mul_(bound / norm);
      }
    }
    return norm;
  }
  void ZeroGradients() {
    for (Item& item : items_) {
      if (item.parameter.grad().defined()) item.parameter.mutable_grad().reset();
    }
  }
  void Store(model::ModelFile* file) const {
    for (const Item& item : items_) {
      for (const auto& [prefix, tensor] : {std::pair("mean:", item.mean), std::pair("square:", item.square)}) {
        const Tensor flat = tensor.contiguous();
        model::StoredTensor stored;
        stored.shape.assign(flat.sizes().begin(), flat.sizes().end());
        stored.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
        file->tensors[prefix + item.name] = std::move(stored);
      }
    }
  }
  // Takes the moments out of `file`. Errors: kInvalidArgument (one is missing).
  Status Load(model::ModelFile* file) {
    for (Item& item : items_) {
      for (const auto& [prefix, tensor] : {std::pair("mean:", item.mean), std::pair("square:", item.square)}) {
        const auto found = file->tensors.find(prefix + item.name);
        if (found == file->tensors.end() || at::IntArrayRef(found->second.shape) != tensor.sizes()) {
          return InvalidArgument("the checkpoint lacks " + (prefix + item.name));
        }
        tensor.copy_(torch::from_blob(found->second.values.data(), tensor.sizes()));
        file->tensors.erase(found);
      }
    }
    return Status::Ok();
  }

 private:
  struct Item {
    std::string name;
    Tensor parameter, mean, square;
  };
  std::vector<Item> items_;
  double decay_;
};

double RateAt(const TrainingConfig& config, int64_t step) {
  if (step < config.warmup_steps) {
    return config.learning_rate * static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  }
  const double progress = static_cast<double>(step - config.warmup_steps) /
                          static_cast<double>(std::max<int64_t>(1, config.steps - config.warmup_steps));
  return config.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(progress, 1.0))));
}

// Chunks of a step are as long as the context, half of it or a quarter, in equal numbers of rows: most of what is to be
// learnt is near, and short pieces would leave long chunks empty.
int HalvingsAt(const TrainingConfig& config, int64_t step) {
  if (config.halvings == 0) return 0;
  return static_cast<int>(model::CounterRandom(config.seed, ~uint64_t{0}).At(static_cast<uint64_t>(step)) %
                          static_cast<uint64_t>(config.halvings + 1));
}

std::string Describe(const Evaluation& e) {
  char text[160];
  std::snprintf(text, sizeof(text), "%.4f (onset %.4f role %.4f pitch %.4f duration %.4f)", e.total, e.onset, e.role,
                e.pitch, e.duration);
  return text;
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
  at::set_num_threads(config.threads);
  torch::manual_seed(config.seed);
  model::Transformer network(config.shape);
  AdamW optimiser(*network, config.weight_decay);
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
    const Batch batch = MakeBatch(chunks);
    optimiser.ZeroGradients();
    Tensor loss;
    {
      const Autocast autocast(config.bfloat16);
      const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
      const Tensor sum = losses.onset + losses.role + losses.pitch + losses.duration;
      loss = sum / static_cast<double>(std::max<int64_t>(losses.events, 1));
      window_loss += sum.item<double>();
      window_notes += losses.events;
      progress.notes += losses.events;
    }
    loss.backward();
    optimiser.Clip(config.gradient_norm);
    const double rate = RateAt(config, progress.step);
    ++progress.step;
    optimiser.Step(progress.step, rate);
    progress.seconds = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    out_of_time = config.max_minutes > 0 && progress.seconds - before > config.max_minutes * 60;
    const bool last = progress.step == config.steps;
    if (progress.step % config.evaluate_every == 0 || last) {
      const Evaluation now = EvaluateNetwork(*network, valid_chunks);
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
  ASSIGN_OR_RETURN(const model::ModelFile file, kernel::DequantiseModelFile(stored));
  ASSIGN_OR_RETURN(const model::ModelConfig shape, model::ModelConfig::FromMetadata(file.metadata));
  at::set_num_threads(threads);
  model::Transformer network(shape);
  RETURN_IF_ERROR(model::LoadParameters(file, network.get()));
  Dataset known = dataset;
  for (DatasetPiece& item : known.pieces) {
    if (item.piece.style >= shape.styles) item.piece.style = 0;  // a style that this model was not told of
  }
  return EvaluateNetwork(*network,
                         CoveringChunks(known, static_cast<size_t>(shape.context), static_cast<size_t>(max_rows)));
}

}  // namespace ledgerline::learning
