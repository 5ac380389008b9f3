#include "inference/learning/training_run.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "inference/learning/kept_memory.h"
#include "inference/learning/schedule.h"
#include "inference/learning/step_gradients.h"
#include "inference/model/model_file.h"

namespace ledgerline::learning {
namespace {

// All digits: a loss that is read back is the loss that was written.
std::string Exactly(double value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

Status SaveCheckpoint(const std::string& path, const TrainingTask& task, const AdamW& optimiser,
                      const RunProgress& progress) {
  model::ModelFile file;
  task.Store(&file);
  optimiser.Store(&file);
  file.metadata["step"] = std::to_string(progress.step);
  file.metadata["best_step"] = std::to_string(progress.best_step);
  file.metadata["stale"] = std::to_string(progress.stale);
  file.metadata["seconds"] = Exactly(progress.seconds);
  file.metadata["best"] = Exactly(progress.best);
  return model::WriteFileBytes(path, model::SerialiseModelFile(file));
}

Status LoadCheckpoint(const std::string& path, TrainingTask* task, AdamW* optimiser, RunProgress* progress) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(path));
  ASSIGN_OR_RETURN(model::ModelFile file, model::ParseModelFile(bytes));
  RETURN_IF_ERROR(optimiser->Load(&file));
  RETURN_IF_ERROR(task->Load(&file));
  auto number = [&](const char* key) { return std::atof(file.metadata[key].c_str()); };
  *progress = {static_cast<int64_t>(number("step")), static_cast<int64_t>(number("best_step")),
               static_cast<int>(number("stale")), number("seconds"), number("best")};
  return Status::Ok();
}

// loss.tsv; nothing where no directory was given.
class LossLog {
 public:
  LossLog(const std::string& out_dir, const TrainingTask& task, bool begin) {
    if (out_dir.empty()) return;
    file_.open(out_dir + "/loss.tsv", begin ? std::ios::trunc : std::ios::app);
    const auto [amount, details] = task.Columns();
    if (begin) file_ << "step\t" << amount << "\tseconds\trate\ttrain\tvalid\t" << details << '\n';
  }
  void Write(const RunProgress& progress, double rate, double train, const TrainingTask::Judgement& judged) {
    if (!file_.is_open()) return;
    file_ << progress.step << '\t' << judged.amount << '\t' << progress.seconds << '\t' << rate << '\t' << train << '\t'
          << judged.loss << '\t' << judged.details << std::endl;
  }

 private:
  std::ofstream file_;
};

}  // namespace

void PrepareRun(const RunConfig& config) {
  KeepFreedMemory();
  at::set_num_threads(config.threads);
  torch::manual_seed(config.seed);
}

Result<RunSummary> RunTraining(const RunConfig& config, TrainingTask* task, const std::string& out_dir,
                               const std::function<void(const std::string&)>& report, double best) {
  AdamW optimiser(task->Parameters(0), config.weight_decay);
  StepGradients gradients(config, task);
  const Schedule schedule{config.learning_rate, config.warmup_steps, config.steps};
  RunSummary summary;
  RunProgress& progress = summary.progress;
  progress.best = best;
  const std::string checkpoint = out_dir.empty() ? "" : out_dir + "/checkpoint.state";
  if (!out_dir.empty()) {
    std::error_code error;  // told by the first file that cannot be written
    std::filesystem::create_directories(out_dir, error);
    if (std::filesystem::exists(checkpoint)) {
      RETURN_IF_ERROR(LoadCheckpoint(checkpoint, task, &optimiser, &progress));
      report("going on from step " + std::to_string(progress.step));
    }
  }
  LossLog log(out_dir, *task, progress.step == 0);
  const auto began = std::chrono::steady_clock::now();
  const double before = progress.seconds;
  double window_sum = 0;  // of the losses since the last judgement
  int64_t window_count = 0;
  bool stopped_early = false, out_of_time = false;
  while (progress.step < config.steps && !stopped_early && !out_of_time) {
    ASSIGN_OR_RETURN(const StepGradients::Loss loss, gradients.Take(progress.step));
    window_sum += loss.sum;
    window_count += loss.count;
    optimiser.Clip(config.gradient_norm);
    const double rate = schedule.RateAt(progress.step);
    optimiser.Step(++progress.step, rate);
    ASSIGN_OR_RETURN(const bool early, task->AfterStep(progress));
    progress.seconds = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    out_of_time = config.max_minutes > 0 && progress.seconds - before > config.max_minutes * 60;
    const bool last = progress.step == config.steps;
    const bool judge = early || progress.step % config.evaluate_every == 0 || last;
    if (judge) {
      const double train = window_sum / static_cast<double>(std::max<int64_t>(window_count, 1));
      ASSIGN_OR_RETURN(const TrainingTask::Judgement judged, task->Judge(progress, train));
      log.Write(progress, rate, train, judged);
      report(judged.line);
      window_sum = 0;
      window_count = 0;
      if (judged.loss < progress.best) {
        progress.best = judged.loss;
        progress.best_step = progress.step;
        progress.stale = 0;
        RETURN_IF_ERROR(task->KeepBest(progress));
      } else {
        stopped_early = ++progress.stale >= config.patience;
      }
      stopped_early = stopped_early || judged.stop;
    }
    const bool due = config.checkpoint_every > 0 ? progress.step % config.checkpoint_every == 0 : judge;
    if (!out_dir.empty() && (due || last || out_of_time || stopped_early)) {
      RETURN_IF_ERROR(SaveCheckpoint(checkpoint, *task, optimiser, progress));
    }
  }
  summary.finished = !out_of_time;
  return summary;
}

}  // namespace ledgerline::learning
