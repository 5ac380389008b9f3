// Ops: the arithmetic of the exact kernel, in three implementations that give the same bits.
//
// The contract (docs/decisions/0015-exact-kernel.md): products of int8 weights and int8 activations are summed exactly
// in int32; every float result is one fixed expression of IEEE 754 binary32 operations in round-to-nearest; a sum of
// floats runs over 16 fixed lanes (element i in lane i mod 16, in order) and then the tree 8, 4, 2, 1; exponentials are
// one polynomial (exact_exp.h). So a result depends on its own row alone: not on the batch, on the threads, on the
// width of the vectors or on the compiler's optimisation. ops_scalar.cc defines the truth; the vector paths equal it.
//
// Every array of floats is padded with zeros to a multiple of 16 elements, rows of matrices' results to a multiple of
// 64, and all are aligned to 64 bytes. Nothing here allocates or throws.
#ifndef LEDGERLINE_INFERENCE_KERNEL_OPS_H_
#define LEDGERLINE_INFERENCE_KERNEL_OPS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::kernel {

inline constexpr size_t kLanes = 16;          // of every fixed-order sum
inline constexpr size_t kTile = 64;           // outputs that one tile of packed int8 weights holds
inline constexpr size_t kFloatTile = 32;      // outputs that one tile of packed float weights holds
inline constexpr size_t kPagePositions = 64;  // positions in a page of the cache
inline constexpr size_t kMaxInputs = 65'536;  // of a matrix: 127 * 255 * kMaxInputs stays below 2^31

constexpr size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// int8 weights [outputs, inputs] in tiles of 64 outputs: element (n, k) is byte
// (n / 64) * 64 * inputs + (k / 4) * 256 + (n % 64) * 4 + k % 4, xor the path's `bias`. Outputs are padded to 64,
// inputs to 16.
struct Int8Weights {
  const uint8_t* codes;
  const float* scales;  // [outputs], 0 where padded
  size_t outputs;
  size_t inputs;
};

// float weights [outputs, inputs] in tiles of 32 outputs: element (n, k) is (n / 32) * 32 * inputs + k * 32 + n % 32.
// Outputs are padded to 64, inputs to 16.
struct FloatWeights {
  const float* values;
  size_t outputs;
  size_t inputs;
};

// Rows of activations: x = code * scale, codes in -127 to 127.
struct Int8Rows {
  const int8_t* codes;  // [rows, inputs]
  const float* scales;  // [rows]
  const int32_t* sums;  // [rows], of the codes
  size_t rows;
};

enum class Write { kSet, kAdd };

struct AttentionJob;  // attention_job.h

// Bounds of what the quantiser takes for a row's largest magnitude: below, a row is zero; from the upper one on, too.
inline constexpr float kTiniest = 1e-30f;
inline constexpr float kHugest = 1e30f;

enum class Path { kScalar, kAvx2, kAvx512 };

struct Ops {
  Path path;
  const char* name;
  uint8_t bias;  // xor of stored weights and keys: 0x80 where the instruction wants unsigned bytes

  // codes[i] = round(x[i] * (127 / largest)), scale = largest / 127, sum of codes. n is a multiple of 16.
  void (*quantise)(const float* x, size_t n, int8_t* codes, float* scale, int32_t* sum);
  // y = (x * (1 / sqrt(sum(x^2) * (1 / n) + 1e-5))) * gain, over n elements; arrays are padded.
  void (*rms_norm)(const float* x, const float* gain, size_t n, float* y);
  // y = (gate / (1 + exp(-gate))) * up. n is a multiple of 16.
  void (*silu_gate)(const float* gate, const float* up, size_t n, float* y);
  // Turns the pairs (i, i + half) of one head: (a c - b s, b c + a s).
  void (*rotate)(float* x, const float* cosines, const float* sines, size_t half);
  // to[i * 4] = codes[i] for n elements, a multiple of 16; what is between them stays. `to` is at most 3 bytes after an
  // address that is a multiple of 64.
  void (*spread)(const int8_t* codes, size_t n, int8_t* to);
  // x[i] = x[i] + rows[0][i] + rows[1][i] ..., one addition after the other, for `count` rows of n elements, any n.
  void (*add_rows)(const float* const* rows, size_t count, size_t n, float* x);
  // y[r, n] = acc * (x.scale[r] * w.scale[n]), or that fused-added to y. `stride` floats from row to row of y.
  void (*linear_int8)(const Int8Weights& weights, const Int8Rows& x, float* y, size_t stride, Write write);
  // y[r, n] = the chain of fused multiply-adds over k from 0, or that added to y.
  void (*linear_float)(const FloatWeights& weights, const float* x, size_t x_stride, size_t rows, float* y,
                       size_t stride, Write write);
  // A query's result does not depend on the rows that it is taken with.
  void (*attend_int8)(const AttentionJob& job);
  void (*attend_float)(const AttentionJob& job);
};

// The table of a path. Errors: kFailedPrecondition (this processor lacks the instructions).
Result<const Ops*> OpsOf(Path path);
// The fastest path of this processor, or the one that the environment variable LEDGERLINE_KERNEL names (scalar, avx2,
// avx512). Errors: kInvalidArgument (another name), kFailedPrecondition (this processor lacks it).
Result<const Ops*> ChooseOps();
// "scalar", "avx2", "avx512". Errors: kInvalidArgument.
Result<Path> PathNamed(std::string_view name);

// Holds the calling thread's floating-point unit in round-to-nearest with denormals, whatever the process set, for the
// scope's life. The contract needs it.
class ExactFloats {
 public:
  ExactFloats();
  ~ExactFloats();
  ExactFloats(const ExactFloats&) = delete;
  ExactFloats& operator=(const ExactFloats&) = delete;

 private:
  uint32_t saved_;
};

namespace internal {
const Ops& ScalarOps();
const Ops& Avx2Ops();
const Ops& Avx512Ops();
}  // namespace internal

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_OPS_H_
