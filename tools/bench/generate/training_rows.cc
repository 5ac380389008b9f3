#include "tools/bench/generate/training_rows.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>

#include "inference/learning/batch.h"
#include "inference/learning/kept_memory.h"
#include "inference/learning/optimiser.h"
#include "inference/learning/replicas.h"
#include "inference/learning/step_gradients.h"
#include "inference/model/model_file.h"
#include "inference/model/transformer.h"
#include "tools/bench/generate/limits.h"
#include "tools/bench/generate/report.h"
#include "tools/bench/generate/sample_music.h"

namespace ledgerline::bench {
namespace {

constexpr size_t kPieces = 2;

// Operations of one step: twice the products of forward, three times that with backward (each product of matrices has
// two in the backward pass). Matrices count for the rows that go through them; of attention, the pairs that a causal
// one needs, though the network computes all and masks.
double StepOperations(const model::TransformerImpl& network, const std::vector<tokens::Sequence>& pieces) {
  double positions = 0, bars = 0, predicts = 0, notes = 0, pairs = 0;
  for (const tokens::Sequence& piece : pieces) {
    const auto n = static_cast<double>(piece.rows.size());
    positions += n;
    bars += static_cast<double>(piece.bars.size());
    pairs += n * (n + 1) / 2;
    for (const tokens::Row& row : piece.rows) {
      predicts += row[tokens::kPredicts] == 1;
      notes += row[tokens::kPredicts] == 1 && row[tokens::kTargetOnset] < tokens::kEndOfBar;
    }
  }
  const model::ModelConfig& shape = network.config();
  double products = shape.layers * 2.0 * shape.width * pairs;
  for (const auto& item : network.named_parameters()) {
    const std::string& name = item.key();
    if (item.value().dim() != 2) continue;
    const auto size = static_cast<double>(item.value().numel());
    const std::string part = name.substr(0, name.find('/'));
    if (part == "layers") products += size * positions;
    if (name == "bars/project") products += size * bars;
    if (part == "onset") products += size * predicts;
    if (part == "role" || part == "pitch" || part == "duration") products += size * notes;
  }
  return 6 * products;
}

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of processor time that each thread of this process has had, by number; Linux's proc(5) has them in ns. One
// that is not told of there has had none.
std::map<std::string, double> ThreadSeconds() {
  std::map<std::string, double> seconds;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream in(thread.path() / "schedstat");
    double nanoseconds = 0;
    in >> nanoseconds;
    seconds[thread.path().filename()] = nanoseconds / 1e9;
  }
  return seconds;
}

// Steps on the same pieces again and again.
class SamePieces : public learning::TrainingTask {
 public:
  SamePieces(const model::ModelConfig& shape, const std::vector<tokens::Sequence>& pieces, int parts)
      : pieces_(pieces), network_(shape) {
    learning::RunConfig config;
    config.threads = parts;
    networks_ = learning::Replicas<model::Transformer>(network_, config, [&] { return model::Transformer(shape); });
  }
  model::TransformerImpl& network() { return *network_; }

  learning::NamedParameters Parameters(int part) const override {
    return learning::ParametersOf(*networks_[static_cast<size_t>(part)]);
  }
  Result<learning::DrawnBatch> Draw(int64_t, int parts) override {
    drawn_ = learning::CutChunks(pieces_, parts);
    return learning::DrawnBatch{static_cast<int>(drawn_.parts.size()), drawn_.notes};
  }
  Result<torch::Tensor> Loss(int part) override {
    const auto p = static_cast<size_t>(part);
    return learning::NoteLoss(*networks_[p], learning::MakeBatch(drawn_.parts[p]));
  }
  Result<Judgement> Judge(const learning::RunProgress&, double) override { return Judgement{}; }
  Status KeepBest(const learning::RunProgress&) override { return Status::Ok(); }

 private:
  std::vector<tokens::Sequence> pieces_;
  model::Transformer network_;
  std::vector<model::Transformer> networks_;
  learning::ChunkParts drawn_;
};

struct Step {
  double loss, wall, processor, longest;  // nats a note; seconds: of all threads, and of the one that took most
};
Step TimeStep(SamePieces* task, learning::AdamW* optimiser, int number, bool bfloat16, int threads) {
  learning::RunConfig config;
  config.threads = threads;
  config.bfloat16 = bfloat16;
  at::set_num_threads(threads);
  learning::StepGradients gradients(config, task);
  std::map<std::string, double> before = ThreadSeconds();
  const double wall = WallSeconds(), processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const Result<learning::StepGradients::Loss> loss = gradients.Take(number);  // no errors: the pieces are here
  optimiser->Clip(1.0);
  optimiser->Step(number, 1e-3);
  Step step{loss->sum / static_cast<double>(loss->count), WallSeconds() - wall,
            static_cast<double>(std::clock()) / CLOCKS_PER_SEC - processor, 0};
  for (const auto& [thread, seconds] : ThreadSeconds()) step.longest = std::max(step.longest, seconds - before[thread]);
  return step;
}

}  // namespace

int RunTrainingRows(const std::string& model_path, int rows, int repeats) {
  auto fail = [](const Status& status) {
    std::fprintf(stderr, "bench_generate: %s\n", status.ToString().c_str());
    return 3;
  };
  const Result<std::string> bytes = model::ReadFileBytes(model_path);
  if (!bytes.ok()) return fail(bytes.status());
  const Result<model::ModelFile> file = model::ParseModelFile(*bytes);
  if (!file.ok()) return fail(file.status());
  const Result<model::ModelConfig> shape = model::ModelConfig::FromMetadata(file->metadata);
  if (!shape.ok()) return fail(shape.status());
  std::vector<tokens::Sequence> pieces;
  for (size_t p = 0; p < kPieces; ++p) {
    pieces.push_back(SampleRows(static_cast<size_t>(std::min(rows, shape->context)), p + 1));
  }
  learning::KeepFreedMemory();
  double positions = 0;
  for (const tokens::Sequence& piece : pieces) positions += static_cast<double>(piece.rows.size());
  torch::manual_seed(1);
  SamePieces task(*shape, pieces, 2);
  learning::AdamW optimiser(task.Parameters(0), 0.05);
  const double operations = StepOperations(task.network(), pieces);
  std::printf("training: %.2f M parameters, steps of %.0f positions, %.1f GF; OPENBLAS_CORETYPE %s\n",
              static_cast<double>(task.network().ParameterCount()) / 1e6, positions, operations / 1e9,
              std::getenv("OPENBLAS_CORETYPE") == nullptr ? "not set" : std::getenv("OPENBLAS_CORETYPE"));
  int number = 0;
  double first_loss = 0, last_loss = 0;
  Samples share[2], rate[2], two[2], gain[2], longest[2], spent[2], peak;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first is a warm-up
    const double limit = FusedPeakGflops() * 1e9;
    for (const bool bfloat16 : {false, true}) {
      Step steps[2];
      for (const int threads : {1, 2}) {
        steps[threads - 1] = TimeStep(&task, &optimiser, ++number, bfloat16, threads);
      }
      at::set_num_threads(1);
      if (number == 2) first_loss = steps[0].loss;
      last_loss = steps[1].loss;
      if (repeat < 0) continue;
      share[bfloat16].Add(operations / steps[0].processor / limit);
      rate[bfloat16].Add(operations / steps[0].processor / 1e9);
      two[bfloat16].Add(positions / steps[1].wall);
      gain[bfloat16].Add(steps[0].wall / steps[1].wall);
      longest[bfloat16].Add(steps[0].processor / steps[1].longest);
      spent[bfloat16].Add(steps[1].processor / steps[0].processor);
    }
    if (repeat >= 0) peak.Add(limit / 1e9);
  }
  if (!(last_loss < first_loss)) {
    std::printf("FAIL: the loss went from %.3f to %.3f\n", first_loss, last_loss);
    return 1;
  }
  const char* names[2] = {"training, float32", "training, bfloat16"};
  for (const int i : {0, 1}) {
    PrintRow(std::string(names[i]) + ", 1 thread", rate[i].text("GF/s"), "float32 FMA peak " + peak.text("GF/s"),
             share[i].median(), 0.6);
    PrintRow(std::string(names[i]) + ", 2 threads", two[i].text("positions/s"), "against 1 thread, by the wall clock",
             gain[i].median(), 1.7);
    PrintRow("  by the thread that has most to do", longest[i].text("times"), "1 thread, by processor time",
             longest[i].median(), -1);
    PrintRow("  processor time of both", spent[i].text("times"), "1 thread's", spent[i].median(), -1);
  }
  return 0;
}

}  // namespace ledgerline::bench
