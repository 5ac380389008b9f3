// bench_generate: decoding speed on one thread, beside LibTorch, onnxruntime-node and the machine's limits, all
// measured in the same run and in turn. Answers are checked before they are timed.
//
// Rates are of processor time (of the thread, and of the whole process for node), so that other programs on the machine
// count as little as may be; what they do to the shared caches counts. Covers are timed by the wall clock.
#include <CLI/CLI.hpp>
#include <string>

#include "tools/bench/generate/flat_rows.h"
#include "tools/bench/generate/product_rows.h"
#include "tools/bench/generate/request_rows.h"
#include "tools/bench/generate/torch_peer.h"

int main(int argc, char** argv) {
  using namespace ledgerline::bench;  // NOLINT: a program's main file
  CLI::App app{"Decoding speed, with peers and limits."};
  std::string shapes = "SML", model = "inference/weights/ledgerline.model";
  FlatOptions options;
  app.add_option("--shapes", shapes, "Flat shapes to run: letters of SML; \"-\" for none")->capture_default_str();
  app.add_option("--repeats", options.repeats, "Repeats; medians are printed")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--node-modules", options.node_modules,
                 "Folder where `npm install --ignore-scripts onnxruntime-node` was run")
      ->check(CLI::ExistingDirectory);
  app.add_option("--model", model, "The product's model file")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const MemoryUse memory = MeasureMemory(model);
  std::printf("%s\n", TorchPeer::Version().c_str());
  int worst = 0;
  for (const FlatShape& shape : kFlatShapes) {
    if (shapes.find(shape.name) != std::string::npos) worst = std::max(worst, RunFlatRows(shape, options));
  }
  worst = std::max(worst, RunProductRows(model, options.repeats));
  return std::max(worst, RunRequestRows(model, memory, options.repeats));
}
