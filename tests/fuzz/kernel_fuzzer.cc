// Every vector path of the kernel against the scalar one: bytes choose the operation, its shape and its numbers.
#include <cstdio>
#include <cstdlib>

#include "tests/inference/kernel/path_comparison.h"

using namespace ledgerline::kernel;  // NOLINT: a fuzzer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  const size_t a = 1 + data[1] % 128, b = 1 + data[2] % 200, c = 1 + data[3] % 20;
  const Precision precision = data[4] % 2 == 0 ? Precision::kInt8 : Precision::kFloat;
  for (const Path path : {Path::kAvx2, Path::kAvx512}) {
    const auto ops = OpsOf(path);
    if (!ops.ok()) continue;
    // Two bytes make a number from 2^-33 to 2^33 or zero; the bytes repeat.
    size_t at = 5;
    PathComparison compare(**OpsOf(Path::kScalar), **ops, [&] {
      at = at + 2 < size ? at : 5;
      const int mantissa = static_cast<int8_t>(data[at]), exponent = data[at + 1] % 61 - 33;
      at += 2;
      float value = static_cast<float>(mantissa);
      for (int i = 0; i < exponent; ++i) value *= 2;
      for (int i = exponent; i < 0; ++i) value /= 2;
      return value;
    });
    const size_t rows = 1 + data[1] / 64, group = 1 + c / 4;
    std::string difference;
    switch (data[0] % 4) {
      case 0:
        difference = compare.Rows(4 * a);
        break;
      case 1:
        difference = compare.Linear(precision, a, b, c);
        break;
      case 2:
        difference = compare.Attention(precision, b, 2 * a, group, rows);
        break;
      default:
        // Candidates that share b positions, with own lengths on both sides of a page's end.
        difference = compare.Together(precision, b, {rows, rows + c, 64, rows + data[0] / 4u}, 2 * a, group, rows);
    }
    if (!difference.empty()) {
      std::fprintf(stderr, "%s\n", difference.c_str());
      std::abort();
    }
  }
  return 0;
}
