// SignerRing: the operator's signers, and those among them that a note needs.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SIGNER_RING_H_
#define LEDGERLINE_LEDGER_JOURNAL_SIGNER_RING_H_

#include <mutex>
#include <vector>

#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Thread-safe. Signers are borrowed.
class SignerRing {
 public:
  void Add(const crypto::Signer& signer);
  // One signer for each key. Errors: kFailedPrecondition (a key has none here: names it).
  Result<std::vector<const crypto::Signer*>> For(const std::vector<crypto::VerifierKey>& keys) const;

 private:
  mutable std::mutex mutex_;
  std::vector<const crypto::Signer*> signers_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SIGNER_RING_H_
