// The rows of a request: a cover from song to MIDI, its first bar, sixteen candidates of it, its sound, and the memory
// of a model that decodes.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_REQUEST_ROWS_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_REQUEST_ROWS_H_

#include <string>

namespace ledgerline::bench {

// Bytes that a process gains by loading the model file and filling its context, and the most that it held meanwhile.
struct MemoryUse {
  double kept = 0, most = 0;
};
// Measured in a process of its own; call it before this one has threads. Zeros where that fails.
MemoryUse MeasureMemory(const std::string& model_path);

// Checks that covers have their bars and sounds their length, then times. Returns the exit code.
int RunRequestRows(const std::string& model_path, const MemoryUse& memory, int repeats);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_REQUEST_ROWS_H_
