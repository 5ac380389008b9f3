// bench_generate: decoding speed on one thread, beside LibTorch, onnxruntime-node and the machine's limits, all
// measured in the same run and in turn. Answers are checked before they are timed.
//
// Rates are of processor time (of the thread, and of the whole process for node), so that other programs on the machine
// count as little as may be; what they do to the shared caches counts. Covers are timed by the wall clock.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "tools/bench/generate/flat_rows.h"
#include "tools/bench/generate/product_rows.h"
#include "tools/bench/generate/request_rows.h"
#include "tools/bench/generate/torch_peer.h"
#include "tools/bench/generate/training_rows.h"

int main(int argc, char** argv) {
  using namespace ledgerline::bench;  // NOLINT: a program's main file
  CLI::App app{"Decoding speed, with peers and limits."};
  std::string shapes = "SML", model = "inference/weights/ledgerline.model";
  FlatOptions options;
  int training_rows = 768;
  std::vector<std::string> parts = {"flat", "product", "request", "training"};
  app.add_option("--shapes", shapes, "Flat shapes to run: letters of SML; \"-\" for none")->capture_default_str();
  app.add_option("--repeats", options.repeats, "Repeats; medians are printed")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--node-modules", options.node_modules,
                 "Folder where `npm install --ignore-scripts onnxruntime-node` was run")
      ->check(CLI::ExistingDirectory);
  app.add_option("--only", parts, "Parts to run: flat, product, request, training")
      ->delimiter(',')
      ->check(CLI::IsMember({"flat", "product", "request", "training"}));
  app.add_option("--training-rows", training_rows, "Rows of each of a training step's two pieces")
      ->check(CLI::Range(48, 8192))
      ->capture_default_str();
  app.add_option("--model", model, "The product's model file")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  auto wanted = [&](const char* part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); };
  const MemoryUse memory = wanted("request") ? MeasureMemory(model) : MemoryUse{};
  std::printf("%s\n", TorchPeer::Version().c_str());
  int worst = 0;
  for (const FlatShape& shape : kFlatShapes) {
    if (wanted("flat") && shapes.find(shape.name) != std::string::npos) {
      worst = std::max(worst, RunFlatRows(shape, options));
    }
  }
  if (wanted("product")) worst = std::max(worst, RunProductRows(model, options.repeats));
  if (wanted("request")) worst = std::max(worst, RunRequestRows(model, memory, options.repeats));
  if (wanted("training")) worst = std::max(worst, RunTrainingRows(model, training_rows, options.repeats));
  return worst;
}
