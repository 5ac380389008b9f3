// The operator's private keys in a ledger's directory.
//
//   DIR/keys/operator.key            the key in force, or where on a token it is
//   DIR/keys/operator-KEYID.key      another that signs too: the old one during the overlap of a rotation, or a new one
//                                    whose rotation is not recorded yet; KEYID is 8 hex digits
//
// Which is which, the entries say and not the names: a crash between two renames costs nothing.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_OPERATOR_KEY_FILES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_OPERATOR_KEY_FILES_H_

#include <string>
#include <vector>

#include "crypto/named_signer.h"
#include "ledger/journal/journal.h"
#include "schemas/status.h"

namespace ledgerline::tool {

std::string OperatorKeyPath(const std::string& directory);
std::string OperatorVkeyPath(const std::string& directory);

struct OperatorKeyFile {
  std::string path;
  crypto::NamedSigner key;
};

// Every one of them. Errors: kNotFound (there is none), those of ReadKeyFile.
Result<std::vector<OperatorKeyFile>> OpenOperatorKeyFiles(const std::string& directory);

// Copies the key file `from` to DIR/keys/`name`, under the origin as its name; the same key there already is fine.
// Errors: those of key files.
Status CopyOperatorKeyFile(const std::string& from, const std::string& directory, const std::string& name,
                           const std::string& origin);
// "operator-1a2b3c4d.key".
std::string SpareOperatorKeyName(const crypto::PublicKey& key);

// Brings the names in line with the entries: operator.key is the key in force, operator.vkey its public half, the file
// of a revoked key is overwritten and removed. Safe to repeat. Errors: kUnavailable, kPermissionDenied.
Status ArrangeOperatorKeyFiles(const std::string& directory, const journal::Journal& journal,
                               std::vector<OperatorKeyFile>& files);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_OPERATOR_KEY_FILES_H_
