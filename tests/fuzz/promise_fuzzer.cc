// Promises come from outside: any bytes are refused, or are exactly what is written again, and verification ends.
// Nothing that was not signed by the key is believed.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/ed25519.h"
#include "ledger/journal/promise.h"

using namespace ledgerline;
using namespace ledgerline::journal;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto key =
      crypto::VerifierKey::Create("log.example", crypto::PrivateKey::FromSeed(std::string(32, 'f'))->public_key());
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto commit = PromisedCommit::Parse(bytes); commit.ok() && commit->Text() != bytes) std::abort();
  const auto promise = Promise::Parse(bytes);
  if (!promise.ok()) return 0;
  if (promise->Serialize() != bytes) std::abort();
  if (promise->Verify(*key).ok()) std::abort();
  return 0;
}
