// Files that the user names on the command line. Errors say which file and why; none of them is a failed check, so a
// file that may not be read is an error of the input like one that is not there.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_

#include <string>
#include <string_view>

#include "crypto/key_file.h"
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

// A private key, mode 0600. `option` names the flag in errors: "--key". Errors: kNotFound, kInvalidArgument.
Result<crypto::NamedKey> ReadKeyFile(const std::string& option, const std::string& path);
// Never replaces a file. Errors: kAlreadyExists, kInvalidArgument, kResourceExhausted, kUnavailable.
Status CreateKeyFile(const std::string& path, const crypto::NamedKey& key);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_NAMED_FILES_H_
