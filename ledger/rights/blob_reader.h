// Where a fold gets the files that entries name by their hash.
#ifndef LEDGERLINE_LEDGER_RIGHTS_BLOB_READER_H_
#define LEDGERLINE_LEDGER_RIGHTS_BLOB_READER_H_

#include <string>

#include "ledgerline/v1/catalogue.pb.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::rights {

class BlobReader {
 public:
  virtual ~BlobReader() = default;
  // The bytes whose SHA-256 is `hash`. Errors: kNotFound, kDataLoss, kUnavailable.
  virtual Result<std::string> ReadBlob(const Hash256& hash) = 0;
};

// The bytes that `hash` (32 bytes, as an entry has it) names, after hashing them. Blobs are part of the ledger: one
// that is missing or altered is kDataLoss. Errors: kInvalidArgument (not 32 bytes), kDataLoss, kUnavailable.
Result<std::string> ReadNamedBlob(BlobReader& blobs, const std::string& hash);

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_BLOB_READER_H_
