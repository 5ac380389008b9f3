#include "ledger/store/plain_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "crypto/durable_file.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;

Status FromErrno(const std::string& what, const std::string& path, int error) {
  const std::string message = "cannot " + what + " '" + path + "': " + std::strerror(error);
  if (error == ENOENT) return NotFound(message);
  if (error == ENOSPC || error == EDQUOT) return ResourceExhausted(message);
  if (error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR || error == EISDIR)
    return InvalidArgument(message);
  return Unavailable(message);
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Status SyncDirectory(const std::string& path) {
  const Descriptor directory(path, O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return FromErrno("sync", path, errno);
  return Status::Ok();
}

Status RenameDurably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return FromErrno("rename '" + from + "' to", to, errno);
  const std::string parent = fs::path(to).parent_path().string();
  return SyncDirectory(parent.empty() ? "." : parent);
}

Status WriteFileDurably(const std::string& path, std::string_view bytes) {
  std::error_code error;
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty() && fs::create_directories(parent, error)) {
    // New directories are entries of the one above them.
    for (fs::path made = parent; made.has_parent_path() && made != made.root_path(); made = made.parent_path()) {
      if (const Status synced = SyncDirectory(made.parent_path().string()); !synced.ok()) break;
    }
  }
  if (error) return FromErrno("make", parent.string(), error.value());
  return crypto::ReplaceFile(path, bytes);
}

Result<std::string> ReadPlainFile(const std::string& path, size_t bytes_max) {
  const Descriptor file(path, O_RDONLY);
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return FromErrno("read", path, errno);
  if (!S_ISREG(found.st_mode)) return InvalidArgument("'" + path + "' is no regular file");
  if (static_cast<uint64_t>(found.st_size) > bytes_max) {
    return DataLoss("'" + path + "' has " + std::to_string(found.st_size) + " bytes, at most " +
                    std::to_string(bytes_max));
  }
  std::string bytes(static_cast<size_t>(found.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno("read", path, errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<std::vector<std::string>> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  if (error && error != std::errc::no_such_file_or_directory) return FromErrno("list", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace ledgerline::store
