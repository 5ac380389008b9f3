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

// The record that the row commits to. Errors: kNotFound (not here, or erased), kDataLoss (it is not the one committed
// to).
Result<exchange::PartyRecord> OpenPartyRecord(const std::string& directory, const exchange::PartyRow& row);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_PRIVATE_RECORDS_H_
