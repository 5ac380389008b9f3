// Replacing a file so that after any crash it has its old content or its new one, whole.
#ifndef LEDGERLINE_CRYPTO_DURABLE_FILE_H_
#define LEDGERLINE_CRYPTO_DURABLE_FILE_H_

#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::crypto {

// Written beside as PATH.new, synced, renamed over PATH, and the directory synced; mode 0644.
// Errors: kResourceExhausted (disk full), kUnavailable (anything else; names the file).
Status ReplaceFile(const std::string& path, std::string_view bytes);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_DURABLE_FILE_H_
