#include "ledger/store/journal_directory.h"

#include "ledger/store/rocks_storage.h"

namespace ledgerline::store {

Result<std::unique_ptr<journal::Journal>> CreateJournal(const std::string& directory, const std::string& origin,
                                                        const crypto::Signer& operator_signer, Clock& clock,
                                                        journal::JournalOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<journal::Storage> storage, CreateRocksStorage({.directory = directory}));
  return journal::Journal::Create(std::move(storage), origin, operator_signer, clock, options);
}

Result<std::unique_ptr<journal::Journal>> OpenJournal(const std::string& directory, journal::OperatorSigners signers,
                                                      Clock& clock, journal::JournalOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<journal::Storage> storage, OpenRocksStorage({.directory = directory}));
  return journal::Journal::Open(std::move(storage), std::move(signers), clock, options);
}

Result<std::unique_ptr<journal::Journal>> OpenJournalReadOnly(const std::string& directory) {
  ASSIGN_OR_RETURN(std::unique_ptr<journal::Storage> storage, OpenRocksStorageReadOnly({.directory = directory}));
  return journal::Journal::OpenReadOnly(std::move(storage));
}

journal::VerifyReport VerifyDirectory(const std::string& directory, const journal::VerifyOptions& options) {
  const Result<std::unique_ptr<journal::Storage>> storage = OpenRocksStorageReadOnly({.directory = directory});
  if (storage.ok()) return journal::VerifyJournal(**storage, options);
  journal::VerifyReport report;
  report.key_from_outside = options.checkpoint_key.has_value();
  report.checks.push_back({"store", "RocksDB in " + directory + "/db opens", 1, {storage.status().ToString()}});
  return report;
}

}  // namespace ledgerline::store
