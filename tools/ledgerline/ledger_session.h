// LedgerSession: one ledger directory, opened by one command: the journal, the fold of its entries, and a way to
// submit.
//
//   DIR/db, DIR/checkpoint   the journal (ledger/store)
//   DIR/keys/operator.key    the operator's private key, mode 0600; see operator_key_files.h
//   DIR/operator.vkey        its verifier key, for anyone
//   DIR/private/             sealed personal records and their keys; never part of the log
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "crypto/key_file.h"
#include "crypto/signer.h"
#include "ledger/journal/journal.h"
#include "ledger/royalty/ledger_fold.h"
#include "schemas/time.h"
#include "tools/ledgerline/operator_key_files.h"

namespace ledgerline::tool {

// Errors: kNotFound (no ledger there; says how to make one), kInvalidArgument (it cannot be read).
Status CheckLedgerDirectory(const std::string& directory);

class LedgerSession {
 public:
  // Makes the directory, the operator's key (or takes that of `key_file`), an empty tree with genesis, and the first
  // checkpoint.
  // Errors: kAlreadyExists (something is there), those of the journal and of key files.
  static Result<std::unique_ptr<LedgerSession>> Create(const std::string& directory, const std::string& origin,
                                                       const std::string& key_file, Clock& clock);
  // With a policy, after asking its witnesses and anchors whether this is the newest copy (restore_guard.h).
  // Errors: kNotFound (no ledger there), kInvalidArgument (the operator's key cannot be read), kUnavailable (another
  // process writes; it cannot be told whether this is the newest copy), kDataLoss (also: this copy is behind, or
  // differs).
  static Result<std::unique_ptr<LedgerSession>> OpenForWriting(const std::string& directory, Clock& clock);
  // Needs no key. Errors: kNotFound, kDataLoss.
  static Result<std::unique_ptr<LedgerSession>> OpenForReading(const std::string& directory);

  const std::string& directory() const { return directory_; }
  journal::Journal& journal() { return *journal_; }
  // The fold of every entry that the journal has now; and the rights in it.
  Result<const royalty::LedgerFold*> Fold();
  Result<const rights::RightsState*> Rights();

  // Signs with the operator's key, or with `signer` where a party speaks, and waits until the entry is durable. An
  // empty idempotency key stands for a new random one.
  Result<journal::Committed> Submit(const v1::Payload& payload, std::string idempotency_key = "",
                                    std::vector<std::string> blobs = {}, const crypto::Signer* signer = nullptr);
  // Signs a checkpoint of everything that is durable. If the ledger has a policy (DIR/policy), its witnesses are asked,
  // and it is an error if their quorum is missing and the policy fails closed.
  Status SignCheckpoint();
  // Submits, and signs a checkpoint that covers the entry: what a command with one entry does.
  Result<journal::Committed> Record(const v1::Payload& payload, std::string idempotency_key = "",
                                    std::vector<std::string> blobs = {}, const crypto::Signer* signer = nullptr);
  // Sixteen random bytes.
  Result<std::string> NewIdempotencyKey();
  crypto::RandomSource& random() { return random_; }
  // The operator's newest key, or while that is being revoked another in force.
  const crypto::Signer& operator_signer() const { return *operator_signer_; }
  std::vector<OperatorKeyFile>& operator_key_files() { return operator_keys_; }
  // After a rotation or a revocation of an operator's key: files and signer as the entries now say.
  Status ArrangeOperatorKeys();
  // Signs with `key` from now on too: the new key, before its rotation is recorded.
  void AddOperatorKey(OperatorKeyFile key);
  Clock& clock() { return *clock_; }

 private:
  LedgerSession() = default;
  std::string directory_;
  Clock* clock_ = nullptr;
  std::vector<OperatorKeyFile> operator_keys_;
  std::vector<std::shared_ptr<const crypto::Signer>> lent_;  // before the journal that borrows them
  std::shared_ptr<const crypto::Signer> operator_signer_;
  std::unique_ptr<journal::Journal> journal_;
  royalty::LedgerFold fold_;
  crypto::SystemRandom random_;
};

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_LEDGER_SESSION_H_
