// The flat model's rows: batch 1, from position 1,024, sixteen candidates, prefill, memory; beside LibTorch and
// onnxruntime-node on the same weights, and the limits of the machine, in the same run.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_ROWS_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_ROWS_H_

#include <string>

#include "tools/bench/generate/flat_model.h"

namespace ledgerline::bench {

struct FlatOptions {
  int repeats = 5;
  std::string node_modules;  // where onnxruntime-node is; empty: that peer is left out, and the report says so
};

// Checks the answers against LibTorch, then times. Returns the exit code: 1 when an answer is wrong.
int RunFlatRows(const FlatShape& shape, const FlatOptions& options);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_ROWS_H_
