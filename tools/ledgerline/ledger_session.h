// LedgerSession: one ledger directory, opened by one command: the journal, the fold of its entries, and a way to
// submit.
//
//   DIR/db, DIR/checkpoint   the journal (ledger/store)
//   DIR/keys/operator.key    the operator's private key, mode 0600
//   DIR/operator.vkey        its verifier key, for anyone
//   DIR/private/             sealed personal records and their keys; never part of the log
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_

#include <memory>
#include <string>

#include "crypto/key_file.h"
#include "crypto/signer.h"
#include "ledger/journal/journal.h"
#include "ledger/royalty/ledger_fold.h"
#include "schemas/time.h"

namespace ledgerline::tool {

std::string OperatorKeyPath(const std::string& directory);
std::string OperatorVkeyPath(const std::string& directory);

// Reads blobs of a journal for the folds.
class JournalBlobs : public rights::BlobReader {
 public:
  explicit JournalBlobs(const journal::Journal& journal) : journal_(journal) {}
  Result<std::string> ReadBlob(const Hash256& hash) override { return journal_.ReadBlob(hash); }

 private:
  const journal::Journal& journal_;
};

class LedgerSession {
 public:
  // Makes the directory, the operator's key, an empty tree with genesis, and the first checkpoint.
  // Errors: kAlreadyExists (something is there), those of the journal and of key files.
  static Result<std::unique_ptr<LedgerSession>> Create(const std::string& directory, const std::string& origin,
                                                       Clock& clock);
  // Errors: kNotFound (no ledger there), kPermissionDenied (no operator key), kUnavailable (another process writes),
  // kDataLoss.
  static Result<std::unique_ptr<LedgerSession>> OpenForWriting(const std::string& directory, Clock& clock);
  // Needs no key. Errors: kNotFound, kDataLoss.
  static Result<std::unique_ptr<LedgerSession>> OpenForReading(const std::string& directory);

  const std::string& directory() const { return directory_; }
  journal::Journal& journal() { return *journal_; }
  // The fold of every entry that the journal has now; and the rights in it.
  Result<const royalty::LedgerFold*> Fold();
  Result<const rights::RightsState*> Rights();

  // Signs with the operator's key, or with `signer` where a party speaks, and waits until the entry is durable.
  Result<journal::Committed> Submit(const v1::Payload& payload, const std::string& idempotency_key,
                                    std::vector<std::string> blobs = {}, const crypto::Signer* signer = nullptr);
  // Sixteen random bytes.
  Result<std::string> NewIdempotencyKey();
  crypto::RandomSource& random() { return random_; }
  const crypto::Signer& operator_signer() const { return *operator_signer_; }
  Clock& clock() { return *clock_; }

 private:
  LedgerSession() = default;
  std::string directory_;
  Clock* clock_ = nullptr;
  std::unique_ptr<crypto::Signer> operator_signer_;  // before the journal that borrows it
  std::unique_ptr<journal::Journal> journal_;
  royalty::LedgerFold fold_;
  crypto::SystemRandom random_;
};

// The whole of a file of at most `bytes_max` bytes. Errors: kNotFound, kOutOfRange, kUnavailable.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);
// Writes a file that must not be there yet. Errors: kAlreadyExists, kUnavailable.
Status WriteNewFile(const std::string& path, std::string_view bytes);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_
