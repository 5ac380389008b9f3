#include "tools/bench/generate/training_rows.h"

#include <chrono>
#include <cmath>
#include <ctime>

#include "inference/learning/autocast.h"
#include "inference/learning/batch.h"
#include "inference/learning/kept_memory.h"
#include "inference/learning/optimiser.h"
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

struct Step {
  double loss, wall, processor;
};
Step TimeStep(model::TransformerImpl* network, learning::AdamW* optimiser, const learning::Batch& batch, int number,
              bool bfloat16) {
  const double wall = WallSeconds(), processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  optimiser->ZeroGradients();
  torch::Tensor loss;
  {
    const learning::Autocast autocast(bfloat16, learning::Device::kCpu);
    const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
    loss = (losses.onset + losses.role + losses.pitch + losses.duration) / static_cast<double>(losses.events);
  }
  loss.backward();
  optimiser->Clip(1.0);
  optimiser->Step(number, 1e-3);
  return {loss.item<double>(), WallSeconds() - wall, static_cast<double>(std::clock()) / CLOCKS_PER_SEC - processor};
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
  const learning::Batch batch = learning::MakeBatch(pieces);
  const auto positions = static_cast<double>(batch.rows.size(0) * batch.rows.size(1));
  torch::manual_seed(1);
  model::Transformer network(*shape);
  learning::AdamW optimiser(learning::ParametersOf(*network), 0.05);
  const double operations = StepOperations(*network, pieces);
  std::printf("training: %.2f M parameters, steps of %.0f positions, %.1f GF; OPENBLAS_CORETYPE %s\n",
              static_cast<double>(network->ParameterCount()) / 1e6, positions, operations / 1e9,
              std::getenv("OPENBLAS_CORETYPE") == nullptr ? "not set" : std::getenv("OPENBLAS_CORETYPE"));
  int number = 0;
  double first_loss = 0, last_loss = 0;
  Samples share[2], rate[2], two[2], gain[2], peak;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first is a warm-up
    const double limit = FusedPeakGflops() * 1e9;
    for (const bool bfloat16 : {false, true}) {
      Step steps[2];
      for (const int threads : {1, 2}) {
        at::set_num_threads(threads);
        steps[threads - 1] = TimeStep(network.get(), &optimiser, batch, ++number, bfloat16);
      }
      at::set_num_threads(1);
      if (number == 2) first_loss = steps[0].loss;
      last_loss = steps[1].loss;
      if (repeat < 0) continue;
      share[bfloat16].Add(operations / steps[0].processor / limit);
      rate[bfloat16].Add(operations / steps[0].processor / 1e9);
      two[bfloat16].Add(positions / steps[1].wall);
      gain[bfloat16].Add(steps[0].wall / steps[1].wall);
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
  }
  return 0;
}

}  // namespace ledgerline::bench
