#include "crypto/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ledgerline::crypto {
namespace {

Status FileError(const std::string& what, const std::string& path) {
  const std::string message = "cannot " + what + " " + path + ": " + std::strerror(errno);
  return errno == ENOSPC || errno == EDQUOT ? ResourceExhausted(message) : Unavailable(message);
}

Status SyncDirectory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError("open", directory);
  const int synced = ::fsync(fd);
  const Status status = synced == 0 ? Status::Ok() : FileError("sync", directory);
  ::close(fd);
  return status;
}

Status WriteSynced(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return FileError("create", path);
  Status status;
  while (status.ok() && !bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      status = FileError("write", path);
    else
      bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (status.ok() && ::fsync(fd) != 0) status = FileError("sync", path);
  if (::close(fd) != 0 && status.ok()) status = FileError("close", path);
  return status;
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  RETURN_IF_ERROR(WriteSynced(beside, bytes));
  if (::rename(beside.c_str(), path.c_str()) != 0) return FileError("rename", beside);
  const size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

}  // namespace ledgerline::crypto
