// Adapter files: a low-rank correction (LoRA: Hu et al., "LoRA: low-rank adaptation of large language models", 2021)
// of some matrices of one base model, in the container of model files. docs/formats/adapter.md is the page.
//
// For each outer layer N three pairs: query, value (rows of query_key_value) and up (rows of gate_up). A pair is
// layers/N/WHICH/a, [rank, width], and layers/N/WHICH/b, [rows, rank]; the corrected rows are
// W + (alpha / rank) * b a. An adapter is good for one base file, whose SHA-256 it states. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_MODEL_ADAPTER_FILE_H_
#define LEDGERLINE_INFERENCE_MODEL_ADAPTER_FILE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/model/model_config.h"
#include "inference/model/model_file.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::model {

inline constexpr size_t kMaxAdapterFileBytes = 8u << 20;
inline constexpr int kMaxAdapterRank = 64;
inline constexpr int kMaxAdapterAlpha = 1024;
inline constexpr char kAdapterFormat[] = "ledgerline-adapter/1";

// One piece that an adapter was trained on, or judged on.
struct AdapterPiece {
  std::string id;       // of the corpus
  std::string licence;  // as the corpus states it
};

// What a file says beside its numbers.
struct AdapterCard {
  Hash256 base;        // SHA-256 of the base model's file
  std::string style;   // the one style that it is for; empty: any style of the base
  std::string artist;  // the party whose leave it needs; empty: nobody's
  int rank = 8;
  int alpha = 16;
  std::vector<AdapterPiece> pieces;    // trained on
  std::vector<AdapterPiece> held_out;  // early stopping and the losses below
  // Everything else, in words: "loss_before", "seed", "texture.ragtime", ...
  std::map<std::string, std::string> notes;
};

struct AdapterFile {
  AdapterCard card;
  std::map<std::string, StoredTensor> tensors;
};

// The rows of a base matrix that a pair corrects.
struct AdaptedRows {
  std::string pair;    // "layers/0/query"
  std::string matrix;  // "layers/0/query_key_value"
  int64_t first = 0;
  int64_t count = 0;
  int64_t inputs = 0;
};
// All pairs of a base of this shape, in the order of layers: query, value, up.
std::vector<AdaptedRows> AdaptedRowsOf(const ModelConfig& config);

// Deterministic.
std::string SerialiseAdapterFile(const AdapterFile& file);
// Errors: those of ParseModelFile; kOutOfRange (the file's size; rank outside 1 to 64, alpha outside 1 to 1024, a value
// outside +-1000), kFailedPrecondition (another format), kInvalidArgument (a field that is missing or malformed).
Result<AdapterFile> ParseAdapterFile(std::string_view bytes);
// Whether the pairs are those of a base of this shape. Errors: kInvalidArgument (names the tensor).
Status CheckAdapterShape(const AdapterFile& adapter, const ModelConfig& config);
// Errors: kFailedPrecondition (the adapter is for another base; names both hashes).
Status CheckAdapterBase(const AdapterFile& adapter, const Hash256& base);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_ADAPTER_FILE_H_
