// Whether a ledger kept a promise.
#ifndef LEDGERLINE_LEDGER_AUDIT_PROMISE_CHECK_H_
#define LEDGERLINE_LEDGER_AUDIT_PROMISE_CHECK_H_

#include <optional>

#include "crypto/signed_note.h"
#include "ledger/audit/report.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/promise.h"

namespace ledgerline::audit {

// The promise alone: the operator's signature and the path to the entry. Returns what was promised, if it was.
std::optional<journal::PromisedCommit> CheckPromise(const journal::Promise& promise,
                                                    const std::optional<crypto::VerifierKey>& log_key, Report& report);

// The promise against a ledger: kept if the tree of its last signed checkpoint has the promised leaf at the promised
// index. BROKEN, a failed finding, if a signed tree has another leaf there, or if a signed tree ends before that index
// although its last entry was recorded later than the promise. A ledger that only ends earlier is a failed finding too,
// and no evidence.
void CheckPromiseKept(const journal::Promise& promise, const journal::PromisedCommit& commit,
                      const crypto::VerifierKey& log_key, const journal::Journal& journal, Report& report);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_PROMISE_CHECK_H_
