// Decoder: a model that reads rows and gives the logits of the next event's fields: what composing needs.
//
// A decoder holds one sequence. Decoders of one model can be served together: the exact kernel then reads the weights
// once for all of them, and a beginning that they share once. Not thread-safe; decoders of one model may be used on
// several threads, each on one at a time.
//
// The product's decoder is the exact kernel's (inference/kernel/exact_decoder.h): the same logits, bit for bit, on
// every machine. LibTorch's (torch_decoder.h) stands behind the same interface as the reference.
#ifndef LEDGERLINE_INFERENCE_MODEL_DECODER_H_
#define LEDGERLINE_INFERENCE_MODEL_DECODER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/model/model_config.h"
#include "inference/tokens/positions.h"
#include "schemas/status.h"

namespace ledgerline::model {

enum class Field { kOnset, kRole, kPitch, kDuration };

class Decoder {
 public:
  // The exact kernel's decoder, with an adapter's bytes (adapter_file.h) or without. Errors: those of ParseModelFile
  // and ParseAdapterFile; kFailedPrecondition (another format or vocabulary; an adapter of another base);
  // kInvalidArgument (tensors that do not fit the stated shape), kOutOfRange (weights above the kernel's bound).
  static Result<std::unique_ptr<Decoder>> Load(std::string_view model_file_bytes,
                                               std::string_view adapter_file_bytes = {});
  virtual ~Decoder() = default;

  virtual const ModelConfig& config() const = 0;
  virtual const std::map<std::string, std::string>& metadata() const = 0;
  // An empty decoder of the same model.
  virtual std::unique_ptr<Decoder> Another() const = 0;

  virtual void Reset() = 0;            // forgets every row
  virtual int64_t length() const = 0;  // rows in the cache, at most config().context
  // Reads rows after those in the cache. bars[i] is the table row of rows[places[i]]. The last row's state is kept.
  // Errors: kOutOfRange (beyond the context), kInvalidArgument (a symbol that the model does not have), kInternal
  // (LibTorch).
  virtual Status Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
                      const std::vector<int64_t>& places) = 0;

  // Logits of one field for the last row read, whose context columns `row` fills. Valid until the next call.
  // Sizes: kEndOfBar + 1, kTargetRoles, 128, kDurationCount. Errors: kFailedPrecondition (nothing read),
  // kInvalidArgument (a symbol that the model does not have), kInternal (LibTorch).
  virtual Result<std::span<const float>> Logits(Field field, const tokens::Row& row) = 0;
  Result<std::span<const float>> Onset(const tokens::Row& row) { return Logits(Field::kOnset, row); }
  Result<std::span<const float>> Role(const tokens::Row& row) { return Logits(Field::kRole, row); }
  Result<std::span<const float>> Pitch(const tokens::Row& row) { return Logits(Field::kPitch, row); }
  Result<std::span<const float>> Duration(const tokens::Row& row) { return Logits(Field::kDuration, row); }

  // One decoder's next step: rows to read, or a field to ask for. The answers are those of Read and Logits.
  struct Step {
    Decoder* decoder = nullptr;
    bool reads = false;
    std::vector<tokens::Row> rows;  // to read; or the one row of a field
    std::vector<tokens::BarRow> bars;
    std::vector<int64_t> places;
    Field field = Field::kOnset;
    Status status;
    std::span<const float> logits;  // valid until the decoder's next step
  };
  // Serves steps of different decoders, all of this one's model and kind. Each gets what it would get alone.
  virtual void Serve(std::span<Step*> steps);
};

// "ledgerline-kernel/1": what equal bytes depend on beside model, seed and inputs. It names no machine.
std::string KernelVersion();

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_DECODER_H_
