// ledgerline-train quantise and compare: the exact kernel's part of a model's making.
#ifndef LEDGERLINE_TOOLS_TRAIN_KERNEL_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_KERNEL_COMMANDS_H_

#include <cstdint>
#include <string>

namespace ledgerline::train {

// Writes the int8 file of a model file of floats. Returns the exit code.
int Quantise(const std::string& model, const std::string& out);

// Prints the loss of LibTorch and of the kernel, in floats and in int8, on the same rows of a split, and the ratios of
// their perplexities. Returns the exit code: 1 when the kernel loses more than 0.5 % in int8 or 0.01 % in floats.
int Compare(const std::string& corpus, const std::string& model, const std::string& split, int64_t rows);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_KERNEL_COMMANDS_H_
