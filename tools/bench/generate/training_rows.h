// The trainer's rows: steps of the product's network (forward, backward, clipping, AdamW) on one thread and on two, in
// float32 and bfloat16, beside the fused multiply-adds that one core can do.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_TRAINING_ROWS_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_TRAINING_ROWS_H_

#include <string>

namespace ledgerline::bench {

// Trains a network of the model file's shape, from random weights, on two sample pieces of at most `rows` rows. Checks
// that the loss falls, then times. Returns the exit code. No LibTorch in this header.
int RunTrainingRows(const std::string& model_path, int rows, int repeats);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_TRAINING_ROWS_H_
