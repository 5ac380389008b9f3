// A journal in a directory: what the command line and the server open. DIR/db is RocksDB, DIR/checkpoint the published
// checkpoint; keys are the caller's business.
#ifndef LEDGERLINE_LEDGER_STORE_JOURNAL_DIRECTORY_H_
#define LEDGERLINE_LEDGER_STORE_JOURNAL_DIRECTORY_H_

#include <memory>
#include <string>

#include "crypto/signer.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/verify.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::store {

// Errors: those of CreateRocksStorage and Journal::Create. Signer and clock are borrowed for the journal's life.
Result<std::unique_ptr<journal::Journal>> CreateJournal(const std::string& directory, const std::string& origin,
                                                        const crypto::Signer& operator_signer, Clock& clock,
                                                        journal::JournalOptions options = {});
// Errors: those of OpenRocksStorage and Journal::Open.
Result<std::unique_ptr<journal::Journal>> OpenJournal(const std::string& directory, journal::OperatorSigners signers,
                                                      Clock& clock, journal::JournalOptions options = {});
// Needs no key; works while nobody writes. Errors: those of OpenRocksStorageReadOnly and Journal::OpenReadOnly.
Result<std::unique_ptr<journal::Journal>> OpenJournalReadOnly(const std::string& directory);

// VerifyJournal on a directory. A store that does not open is a failed check of its own.
journal::VerifyReport VerifyDirectory(const std::string& directory, const journal::VerifyOptions& options = {});

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_JOURNAL_DIRECTORY_H_
