#include "tools/ledgerline/trust_anchor.h"

#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kVkeyFileBytesMax = 64 * 1024;

}  // namespace

Result<crypto::WitnessPolicy> ReadPolicy(const std::string& option, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, Named(option, ReadFile(path, crypto::kPolicyBytesMax)));
  return Named(option + " " + path, crypto::WitnessPolicy::Parse(text));
}

Result<crypto::VerifierKey> ReadVerifierKey(const std::string& option, const std::string& vkey) {
  if (vkey.find('+') != std::string::npos && !Exists(vkey)) return Named(option, crypto::VerifierKey::Parse(vkey));
  ASSIGN_OR_RETURN(std::string text, Named(option, ReadFile(vkey, kVkeyFileBytesMax)));
  if (text.rfind("ledgerline-private-key", 0) == 0) {
    return InvalidArgument(option + " " + vkey +
                           " is a private key, which nobody else should see; give the verifier key: "
                           "`ledgerline key show DIR --vkey`");
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = crypto::VerifierKey::Parse(text);
  // The file may be anything, a secret among them: it is not repeated here.
  if (!key.ok())
    return InvalidArgument(option + " " + vkey + " holds no verifier key, which is one line, name+hash+base64");
  return key;
}

Result<std::optional<crypto::TrustAnchor>> ReadTrustAnchor(const std::string& vkey, const std::string& policy) {
  if (!policy.empty()) {
    ASSIGN_OR_RETURN(crypto::WitnessPolicy parsed, ReadPolicy("--policy", policy));
    ASSIGN_OR_RETURN(crypto::TrustAnchor anchor,
                     Named("--policy " + policy, crypto::TrustAnchor::FromPolicy(std::move(parsed))));
    return std::optional(std::move(anchor));
  }
  if (vkey.empty()) return std::optional<crypto::TrustAnchor>();
  ASSIGN_OR_RETURN(crypto::VerifierKey key, ReadVerifierKey("--vkey", vkey));
  return std::optional(crypto::TrustAnchor::FromKey(std::move(key)));
}

}  // namespace ledgerline::tool
