// Dividing a gathered period: from each pool down to the lines, one largest-remainder split a level.
// Rules: docs/decisions/0004-royalty-rules-v1.md, "Pools" and "Down to the lines".
#ifndef LEDGERLINE_LEDGER_ROYALTY_DIVIDE_H_
#define LEDGERLINE_LEDGER_ROYALTY_DIVIDE_H_

#include "ledger/royalty/pool.h"

namespace ledgerline::royalty {

// Adds nodes, lines (in the order of statements, with their ids) and their traces to `result`.
// Errors: kOutOfRange, kInternal.
Status DividePeriod(const FrozenPeriod& frozen, const GatheredPeriod& gathered, CloseResult& result);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_DIVIDE_H_
