// Signed notes, checkpoints, verifier keys and private key files: whatever parses is written back as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/key_file.h"
#include "crypto/signed_note.h"

using namespace ledgerline::crypto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto note = SignedNote::Parse(bytes); note.ok()) {
    if (note->Serialize() != bytes) std::abort();
    if (note->Verify({}).ok()) std::abort();
  }
  if (const auto checkpoint = Checkpoint::Parse(bytes); checkpoint.ok() && checkpoint->Text() != bytes) std::abort();
  if (const auto key = VerifierKey::Parse(bytes); key.ok() && key->ToString() != bytes) std::abort();
  if (const auto key = CosignerKey::Parse(bytes); key.ok() && key->ToString() != bytes) std::abort();
  if (const auto key = ParseKeyFile(bytes); key.ok()) {
    const auto* token = std::get_if<TokenKey>(&*key);
    if ((token != nullptr ? FormatTokenKey(*token) : FormatPrivateKey(std::get<NamedKey>(*key))) != bytes) std::abort();
  }
  if (const auto uri = Pkcs11Uri::Parse(bytes); uri.ok() && uri->text != bytes) std::abort();
  return 0;
}
