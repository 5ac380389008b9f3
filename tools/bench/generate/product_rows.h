// The product's rows: positions and notes a second of the two-level model, and a whole cover from request to MIDI.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_PRODUCT_ROWS_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_PRODUCT_ROWS_H_

#include <string>

namespace ledgerline::bench {

// Checks that decoding row by row and in one pass give the same bits, then times. Returns the exit code.
int RunProductRows(const std::string& model_path, int repeats);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_PRODUCT_ROWS_H_
