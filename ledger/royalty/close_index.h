// The index of a close, built anew from the close itself: to commit to it, and to open it for a pack.
#ifndef LEDGERLINE_LEDGER_ROYALTY_CLOSE_INDEX_H_
#define LEDGERLINE_LEDGER_ROYALTY_CLOSE_INDEX_H_

#include "ledger/royalty/party_index.h"

namespace ledgerline::royalty {

// The blob's lines without their ends. Borrows the blob.
std::vector<std::string_view> LinesOf(std::string_view blob);

// `result` is that of ClosePeriod over `frozen`, with its blob. Errors: kFailedPrecondition (the close has no secret).
Result<PartyIndex> IndexOf(const FrozenPeriod& frozen, const CloseResult& result);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_CLOSE_INDEX_H_
