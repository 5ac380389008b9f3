// What is still open between a ledger and a party: the money that somebody would have to find the party for. Personal
// data is not destroyed before it is settled. Rules: docs/decisions/0013-erasure.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_OPEN_AMOUNTS_H_
#define LEDGERLINE_LEDGER_ROYALTY_OPEN_AMOUNTS_H_

#include <string>
#include <vector>

#include "ledger/rights/blob_reader.h"
#include "ledger/royalty/ledger_fold.h"

namespace ledgerline::royalty {

struct OpenAmount {
  Money amount;
  std::string why;  // "is the closing balance of 2026-10"
  std::string ToString() const { return amount.ToString() + " " + why; }
};

// By kind, then currency:
//   1. the party's closing balance in the last close, where it is not zero;
//   2. what closes hold back on assets of which some share set names the party, where it does not sum to zero;
//   3. the revenue of usage of such recordings, or of covers of them, that no close has settled, zero included.
// Empty: nothing is open. Errors: kDataLoss (a statements' blob is missing or altered), kOutOfRange (a sum).
Result<std::vector<OpenAmount>> OpenAmounts(const LedgerFold& fold, const PartyId& party, rights::BlobReader& blobs);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_OPEN_AMOUNTS_H_
