#include "tools/ledgerline/trust_anchor.h"

#include <sstream>

#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kPolicyBytesMax = 64 * 1024;

Result<std::optional<crypto::VerifierKey>> ReadPolicy(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, Named("--policy", ReadFile(path, kPolicyBytesMax)));
  std::optional<crypto::VerifierKey> log;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    std::string keyword, value, rest;
    words >> keyword >> value >> rest;
    const std::string where = "--policy " + path + " line " + std::to_string(number);
    if (keyword.empty() || keyword[0] == '#') continue;
    if (keyword == "log") {
      if (log) return InvalidArgument(where + ": a second log; a ledger is one log");
      auto key = crypto::VerifierKey::Parse(value);
      if (!key.ok()) return key.status().WithContext(where);
      log = *std::move(key);
    } else if (keyword == "quorum" && value == "none") {
      continue;
    } else if (keyword == "quorum" || keyword == "witness" || keyword == "group") {
      return InvalidArgument(where + ": '" + keyword +
                             "' asks for witnesses, whose cosignatures this version cannot check; only 'log VKEY' and "
                             "'quorum none' are taken");
    } else {
      return InvalidArgument(where + ": '" + keyword.substr(0, 40) + "' is neither 'log' nor 'quorum'");
    }
  }
  if (!log) return InvalidArgument("--policy " + path + " names no log: it needs a line 'log VKEY'");
  return log;
}

}  // namespace

Result<std::optional<crypto::VerifierKey>> ReadTrustAnchor(const std::string& vkey, const std::string& policy) {
  if (!policy.empty()) return ReadPolicy(policy);
  if (vkey.empty()) return std::optional<crypto::VerifierKey>();
  if (vkey.find('+') == std::string::npos || Exists(vkey)) {
    ASSIGN_OR_RETURN(std::string text, Named("--vkey", ReadFile(vkey, kPolicyBytesMax)));
    if (text.rfind("ledgerline-private-key", 0) == 0) {
      return InvalidArgument("--vkey " + vkey +
                             " is a private key, which nobody else should see; give the verifier key: "
                             "`ledgerline key show DIR --vkey`");
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    auto key = crypto::VerifierKey::Parse(text);
    // The file may be anything, a secret among them: it is not repeated here.
    if (!key.ok())
      return InvalidArgument("--vkey " + vkey + " holds no verifier key, which is one line, name+hash+base64");
    return std::optional<crypto::VerifierKey>(*std::move(key));
  }
  auto key = crypto::VerifierKey::Parse(vkey);
  if (!key.ok()) return key.status().WithContext("--vkey");
  return std::optional<crypto::VerifierKey>(*std::move(key));
}

}  // namespace ledgerline::tool
