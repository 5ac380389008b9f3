#include "ledger/journal/signer_ring.h"

#include <algorithm>
#include <string>

namespace ledgerline::journal {

void SignerRing::Add(const crypto::Signer& signer) {
  const std::lock_guard lock(mutex_);
  signers_.push_back(&signer);
}

Result<std::vector<const crypto::Signer*>> SignerRing::For(const std::vector<crypto::VerifierKey>& keys) const {
  const std::lock_guard lock(mutex_);
  std::vector<const crypto::Signer*> found;
  for (const crypto::VerifierKey& key : keys) {
    const auto signer = std::find_if(signers_.begin(), signers_.end(), [&](const crypto::Signer* candidate) {
      return candidate->public_key() == key.public_key();
    });
    if (signer == signers_.end()) {
      return FailedPrecondition((
          keys.size() == 1 ? "the key is not this journal's operator key, which is " + key.ToString()
                           : "in the overlap of a rotation every checkpoint is signed by " +
                                 std::to_string(keys.size()) + " keys; missing is the operator key " + key.ToString()));
    }
    found.push_back(*signer);
  }
  return found;
}

}  // namespace ledgerline::journal
