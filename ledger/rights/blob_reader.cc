#include "ledger/rights/blob_reader.h"

#include "crypto/sha256.h"

namespace ledgerline::rights {

Result<std::string> ReadNamedBlob(BlobReader& blobs, const std::string& hash) {
  ASSIGN_OR_RETURN(const Hash256 name, Hash256::FromBytes(hash));
  auto bytes = blobs.ReadBlob(name);
  if (!bytes.ok()) {
    if (bytes.status().code() == StatusCode::kNotFound)
      return DataLoss("blob " + name.ToHex() + " is missing; restore it from a backup");
    return bytes.status();
  }
  if (crypto::Sha256(*bytes) != name)
    return DataLoss("blob " + name.ToHex() + " has other bytes than its name says; restore it from a backup");
  return bytes;
}

}  // namespace ledgerline::rights
