// Files that only their owner may read: created with O_EXCL and mode 0600, refused on reading if anyone else has
// access.
#ifndef LEDGERLINE_CRYPTO_PRIVATE_FILE_H_
#define LEDGERLINE_CRYPTO_PRIVATE_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::crypto {

// Creates `path` with mode 0600 and writes and syncs `content` and the directory; never replaces a file.
// Errors: kAlreadyExists, kPermissionDenied, kResourceExhausted (disk full), kUnavailable.
Status CreatePrivateFile(const std::string& path, std::string_view content);

// The content of a regular file of at most `bytes_max` bytes that belongs to this user and has no permission for group
// or others. Errors: kNotFound, kPermissionDenied (mode or owner; says how to repair it), kInvalidArgument (too long).
Result<std::string> ReadPrivateFile(const std::string& path, size_t bytes_max);

// Overwrites the file with zeros, syncs, removes it and syncs the directory. On copy-on-write file systems and flash
// the old blocks may outlive this; docs/formats/sealed_record.md says so. Errors: kNotFound, kPermissionDenied,
// kUnavailable.
Status DestroyPrivateFile(const std::string& path);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_PRIVATE_FILE_H_
