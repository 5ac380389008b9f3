// LogSource: where a follower gets the files of a log in C2SP tlog-tiles form: a directory that `ledgerline log export`
// wrote, or a server of such files (tools/ledgerline/http_log_source.h).
//
// Paths are relative: "checkpoint", "tile/0/x001/234", "tile/entries/000.p/7", and "blob/<64 hex digits>", which is our
// own. What comes back is not believed: the caller checks it against a signed checkpoint.
#ifndef LEDGERLINE_LEDGER_AUDIT_LOG_SOURCE_H_
#define LEDGERLINE_LEDGER_AUDIT_LOG_SOURCE_H_

#include <string>
#include <string_view>

#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::audit {

inline constexpr std::string_view kCheckpointPath = "checkpoint";
std::string BlobPath(const Hash256& hash);  // "blob/<hex>"

// The most bytes that the resource at `path` may have: 8,192 for a hash tile, 256 * 65,537 for an entry bundle, the
// journal's bound for a blob, that of a note for a checkpoint; 0: no such path.
size_t LogFileBytesMax(std::string_view path);

class LogSource {
 public:
  virtual ~LogSource() = default;
  // The whole resource. Errors: kInvalidArgument (no path of a log), kNotFound, kOutOfRange (longer than it may be),
  // kUnavailable (cannot be read now).
  virtual Result<std::string> Get(std::string_view path) = 0;
  // For messages: a directory or a URL.
  virtual std::string name() const = 0;
};

// Files below a directory. Follows no `..`: paths are checked first.
class DirectoryLogSource : public LogSource {
 public:
  explicit DirectoryLogSource(std::string directory) : directory_(std::move(directory)) {}
  Result<std::string> Get(std::string_view path) override;
  std::string name() const override { return directory_; }

 private:
  std::string directory_;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_LOG_SOURCE_H_
