// Files that the user names on the command line. Errors say which file and why; none of them is a failed check, so a
// file that may not be read is an error of the input like one that is not there.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_

#include <string>
#include <string_view>

#include "crypto/key_file.h"
#include "crypto/named_signer.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// False also where it cannot be told.
bool Exists(const std::string& path);
bool IsDirectory(const std::string& path);

// The whole of a regular file of at most `bytes_max` bytes.
// Errors: kNotFound, kInvalidArgument (a directory, no permission), kOutOfRange, kUnavailable.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);
// Writes a file that must not be there yet; what could not be written whole is removed again.
// Errors: kAlreadyExists, kInvalidArgument (no such directory, no permission), kResourceExhausted (disk full),
// kUnavailable.
Status WriteNewFile(const std::string& path, std::string_view bytes);

// A private key file, mode 0600, with the key in it or on the token that it names; a token's module and PIN may come
// from the environment. `option` names the flag in errors: "--key". Errors: kNotFound, kInvalidArgument, kUnavailable.
Result<crypto::NamedSigner> ReadKeyFile(const std::string& option, const std::string& path);
// A permission that a file or a token denies is no leave that was refused: an error of the input.
Status InputError(const Status& status);
// Never replaces a file. Errors: kAlreadyExists, kInvalidArgument, kResourceExhausted, kUnavailable.
Status CreateKeyFile(const std::string& path, const crypto::NamedKey& key);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_
