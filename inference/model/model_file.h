// Model files: named raw tensors and text metadata in one file, in the safetensors layout; never pickles.
//
// Layout: u64 little-endian header length; a JSON header; the tensors' bytes. docs/formats/model_file.md is the page.
// F32, BF16 and I8 are written and read. The reader takes bytes from strangers: it bounds the header, checks every
// shape against its byte range, and demands that the ranges cover the data exactly, in order, without gaps. Source:
// https://github.com/huggingface/safetensors, section "Format".
#ifndef LEDGERLINE_INFERENCE_MODEL_MODEL_FILE_H_
#define LEDGERLINE_INFERENCE_MODEL_MODEL_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::model {

inline constexpr size_t kMaxModelFileBytes = 256u << 20;
inline constexpr size_t kMaxModelHeaderBytes = 1u << 20;
inline constexpr size_t kMaxModelTensors = 4096;

// Either `values` or `codes` holds the product of the shape; the other is empty.
struct StoredTensor {
  std::vector<int64_t> shape;  // row-major; empty for a scalar
  std::vector<float> values;   // F32, or BF16 widened
  std::vector<int8_t> codes;   // I8: a quantised matrix, whose scales are the tensor NAME/scales
  bool bfloat16 = false;       // `values` are stored as BF16: RoundToBfloat16 has been applied
};

struct ModelFile {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
};

// The nearest value that BF16 holds (the upper 16 bits of a float), ties to even. Not for what is no number.
float RoundToBfloat16(float value);

// The bytes of a model file. Deterministic: tensors and metadata in name order, the header padded with spaces to 8
// bytes.
std::string SerialiseModelFile(const ModelFile& file);
// Errors: kDataLoss (truncated, gaps, a malformed header), kOutOfRange (a bound above), kInvalidArgument (a dtype other
// than F32, BF16 and I8).
Result<ModelFile> ParseModelFile(std::string_view bytes);

// Errors: kNotFound, kUnavailable (the disk), and those of ParseModelFile.
Result<std::string> ReadFileBytes(const std::string& path);
// Writes beside the target and renames, so that a reader never sees half a file.
Status WriteFileBytes(const std::string& path, std::string_view bytes);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_MODEL_FILE_H_
