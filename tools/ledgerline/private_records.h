// The private part of the catalogue: names and numbers of persons, sealed in files of their own beside the log, so that
// they can be destroyed while every proof still verifies. See docs/formats/sealed_record.md.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_PRIVATE_RECORDS_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_PRIVATE_RECORDS_H_

#include <string>
#include <vector>

#include "crypto/random.h"
#include "ledger/exchange/catalogue_row.h"
#include "ledger/exchange/parties_file.h"

namespace ledgerline::tool {

// Seals each record under its party's key: DIR/private/keys/, DIR/private/records/PARTY.COMMITMENT.
Status SealPartyRecords(const std::string& directory, const std::vector<exchange::PartyRecord>& records,
                        crypto::RandomSource& random);

// What is left of a party's private part.
struct PrivateTraces {
  bool key = false;
  std::vector<std::string> records;  // paths
  bool erasure_begun = false;        // an erasure that was not finished
  bool any() const { return key || !records.empty(); }
};
// Errors: kUnavailable (a directory cannot be read).
Result<PrivateTraces> FindPrivateTraces(const std::string& directory, const PartyId& party);

// The three steps of an erasure, each safe to repeat. Begin leaves a mark (DIR/private/erasing/PARTY), so that what was
// begun is finished whatever happens between; Destroy overwrites and removes the key first, then the records; Finish
// takes the mark away. Errors: kUnavailable, kPermissionDenied.
Status BeginErasure(const std::string& directory, const PartyId& party);
Status DestroyPrivateTraces(const std::string& directory, const PartyId& party);
Status FinishErasure(const std::string& directory, const PartyId& party);

// The record that the row commits to. Errors: kNotFound (not here, or erased), kDataLoss (it is not the one committed
// to).
Result<exchange::PartyRecord> OpenPartyRecord(const std::string& directory, const exchange::PartyRow& row);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_PRIVATE_RECORDS_H_
