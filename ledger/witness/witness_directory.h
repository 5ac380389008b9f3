// A witness's directory:
//
//   WDIR/witness.key        its private key, mode 0600; WDIR/witness.vkey for everybody
//   WDIR/lock               held by the one process that may use it
//   WDIR/logs/HEX           the last cosigned checkpoint of a log; HEX is SHA-256 of its origin
//   WDIR/evidence/HEX       evidence of forks; HEX is SHA-256 of the two checkpoints' texts
//
// A file is written beside, synced, renamed and its directory synced before anyone is told. A copy of the directory
// must never be put back: the witness would have forgotten what it signed since.
#ifndef LEDGERLINE_LEDGER_WITNESS_WITNESS_DIRECTORY_H_
#define LEDGERLINE_LEDGER_WITNESS_WITNESS_DIRECTORY_H_

#include <memory>
#include <string>

#include "crypto/key_file.h"
#include "ledger/witness/witness_store.h"

namespace ledgerline::witness {

std::string WitnessKeyPath(const std::string& directory);
std::string WitnessVkeyPath(const std::string& directory);

class WitnessDirectory : public WitnessStore {
 public:
  // Makes WDIR (new or empty) with a new key. Errors: kAlreadyExists, kInvalidArgument (name), kUnavailable.
  static Status Create(const std::string& directory, const std::string& name, crypto::RandomSource& random);
  // Takes the lock, and holds it for the object's life. Errors: kNotFound (no witness there), kUnavailable (another
  // process has the lock), kPermissionDenied (the key file's mode).
  static Result<std::unique_ptr<WitnessDirectory>> Open(const std::string& directory);
  // For reading evidence beside a running witness: no lock; Keep and KeepEvidence say kFailedPrecondition.
  static Result<std::unique_ptr<WitnessDirectory>> OpenReadOnly(const std::string& directory);
  ~WitnessDirectory() override;

  Result<std::optional<std::string>> Latest(const std::string& origin) const override;
  Status Keep(const std::string& origin, const std::string& note) override;
  Status KeepEvidence(const ForkEvidence& evidence) override;
  Result<std::vector<std::string>> EvidenceNames() const override;
  Result<std::string> ReadEvidence(const std::string& name) const override;

 private:
  WitnessDirectory(std::string directory, int lock_fd) : directory_(std::move(directory)), lock_fd_(lock_fd) {}
  std::string directory_;
  int lock_fd_;  // -1: read-only
};

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_LEDGER_WITNESS_WITNESS_DIRECTORY_H_
