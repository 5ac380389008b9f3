// Decoder: a loaded model that reads rows and gives the logits of the next event's fields. No LibTorch in this header.
//
// Batch 1, one thread, with a key-value cache. Not thread-safe; two decoders may run on two threads.
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

class Decoder {
 public:
  // Errors: those of ParseModelFile; kFailedPrecondition (another format or vocabulary); kInvalidArgument (tensors that
  // do not fit the stated shape).
  static Result<std::unique_ptr<Decoder>> Load(std::string_view model_file_bytes);
  ~Decoder();

  const ModelConfig& config() const;
  const std::map<std::string, std::string>& metadata() const;

  void Reset();            // forgets every row
  int64_t length() const;  // rows in the cache, at most config().context
  // Reads rows after those in the cache. bars[i] is the table row of rows[places[i]]. The last row's state is kept.
  // Errors: kOutOfRange (beyond the context), kInternal (LibTorch).
  Status Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
              const std::vector<int64_t>& places);

  // Logits of one field for the last row read, whose context columns `row` fills. Valid until the next call.
  // Sizes: kEndOfBar + 1, kTargetRoles, 128, kDurationCount. Errors: kInternal (LibTorch).
  Result<std::span<const float>> Onset(const tokens::Row& row);
  Result<std::span<const float>> Role(const tokens::Row& row);
  Result<std::span<const float>> Pitch(const tokens::Row& row);
  Result<std::span<const float>> Duration(const tokens::Row& row);

 private:
  struct Held;
  explicit Decoder(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

// "libtorch-1.13.1 AVX512 1-thread openblas-...": what equal bytes depend on beside model, seed and inputs.
std::string KernelVersion();
// Whether the BLAS in use is the slow reference one; the text says how to mend it. Empty when all is well.
std::string BlasWarning();

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_DECODER_H_
