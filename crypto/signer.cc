#include "crypto/signer.h"

#include <utility>

namespace ledgerline::crypto {

KeySigner::KeySigner(PrivateKey key) : key_(std::move(key)) {}
PublicKey KeySigner::public_key() const { return key_.public_key(); }
Result<Signature> KeySigner::Sign(std::string_view message) const { return key_.Sign(message); }

}  // namespace ledgerline::crypto
