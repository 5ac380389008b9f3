// ValidationFile: what retraining said of a method: docs/formats/influence_validation.md.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_VALIDATION_FILE_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_VALIDATION_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::influence {

inline constexpr size_t kValidationBytesMax = 4'096;

struct ValidationFile {
  std::string method;  // InfluenceMethod::Name()
  Hash256 model;       // of the network that was taught every piece, whose gradients were judged
  uint64_t parameters = 0;
  uint64_t pieces = 0, queries = 0, subsets = 0, steps = 0, seed = 0;
  int64_t lds_ppm = 0, low_ppm = 0, high_ppm = 0;  // each from -1,000,000 to 1,000,000

  std::string Serialise() const;
  // Accepts exactly what Serialise writes. Errors: kInvalidArgument (another form), kOutOfRange (a bound).
  static Result<ValidationFile> Parse(std::string_view text);
  friend bool operator==(const ValidationFile&, const ValidationFile&) = default;
};

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_VALIDATION_FILE_H_
