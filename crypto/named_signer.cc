#include "crypto/named_signer.h"

#include <utility>
#include <variant>

#include "crypto/key_file.h"

namespace ledgerline::crypto {

Result<NamedSigner> OpenKeyFile(const std::string& path, const Pkcs11Access& access) {
  ASSIGN_OR_RETURN(auto key, ReadKeyFile(path));
  if (auto* held = std::get_if<NamedKey>(&key))
    return NamedSigner{std::move(held->name), std::make_shared<KeySigner>(std::move(held->key))};
  auto& token = std::get<TokenKey>(key);
  Result<std::unique_ptr<Pkcs11Signer>> signer = Pkcs11Signer::Open(token.uri, access, token.public_key);
  if (!signer.ok()) return signer.status().WithContext(path);
  return NamedSigner{std::move(token.name), std::shared_ptr<const Signer>(*std::move(signer))};
}

}  // namespace ledgerline::crypto
