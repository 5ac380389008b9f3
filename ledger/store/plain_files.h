// Plain files that survive a power cut: written beside, synced, renamed, and the directory synced.
#ifndef LEDGERLINE_LEDGER_STORE_PLAIN_FILES_H_
#define LEDGERLINE_LEDGER_STORE_PLAIN_FILES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::store {

// What ReplaceFile writes beside; a crash may leave it.
inline constexpr std::string_view kUnfinishedSuffix = ".new";

// Makes the directories above `path`, then crypto::ReplaceFile. Errors: kResourceExhausted (disk full),
// kInvalidArgument (a directory cannot be made), kUnavailable.
Status WriteFileDurably(const std::string& path, std::string_view bytes);
// The whole of a regular file. Errors: kNotFound, kDataLoss (more than `bytes_max`), kInvalidArgument (no permission),
// kUnavailable.
Result<std::string> ReadPlainFile(const std::string& path, size_t bytes_max);
// Makes new names in a directory durable. Errors: kUnavailable.
Status SyncDirectory(const std::string& path);
// A rename that is durable when it returns. Errors: as WriteFileDurably.
Status RenameDurably(const std::string& from, const std::string& to);
// Names in a directory, sorted; none if it is not there. Errors: kUnavailable.
Result<std::vector<std::string>> NamesIn(const std::string& path);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_PLAIN_FILES_H_
