#include "crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace ledgerline::crypto {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status FromErrno(const std::string& what, int error) {
  const std::string message = what + ": " + std::strerror(error);
  switch (error) {
    case EEXIST:
      return AlreadyExists(message);
    case ENOENT:
      return NotFound(message);
    case EACCES:
    case EPERM:
    case ELOOP:
      return PermissionDenied(message);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(message);
    default:
      return Unavailable(message);
  }
}

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FromErrno("write " + path, errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) return FromErrno("sync " + path, errno);
  return Status::Ok();
}

Status SyncDirectoryOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = (parent.empty() ? std::filesystem::path(".") : parent).string();
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return FromErrno("sync directory " + directory, errno);
  return Status::Ok();
}

Status CheckPrivate(int fd, const std::string& path, size_t bytes_max, size_t& size) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return FromErrno("stat " + path, errno);
  if (!S_ISREG(info.st_mode)) return InvalidArgument(path + " is not a regular file");
  if ((info.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof(mode), "%04o", static_cast<unsigned>(info.st_mode & 07777));
    return PermissionDenied(path + " has mode " + mode + ", others could read it; run: chmod 600 " + path);
  }
  if (info.st_uid != ::geteuid()) {
    return PermissionDenied(path + " belongs to user " + std::to_string(info.st_uid) + ", not to user " +
                            std::to_string(::geteuid()));
  }
  if (info.st_size < 0 || static_cast<size_t>(info.st_size) > bytes_max) {
    return InvalidArgument(path + " has " + std::to_string(info.st_size) + " bytes, at most " +
                           std::to_string(bytes_max));
  }
  size = static_cast<size_t>(info.st_size);
  return Status::Ok();
}

}  // namespace

Status CreatePrivateFile(const std::string& path, std::string_view content) {
  {
    const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd.get() < 0) return FromErrno("create " + path, errno);
    if (Status status = WriteAll(fd.get(), content, path); !status.ok()) {
      ::unlink(path.c_str());
      return status;
    }
  }
  return SyncDirectoryOf(path);
}

Result<std::string> ReadPrivateFile(const std::string& path, size_t bytes_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return FromErrno("open " + path, errno);
  size_t size = 0;
  RETURN_IF_ERROR(CheckPrivate(fd.get(), path, bytes_max, size));
  std::string content(size, '\0');
  for (size_t at = 0; at < size;) {
    const ssize_t got = ::read(fd.get(), content.data() + at, size - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno("read " + path, errno);
    if (got == 0) return Unavailable("read " + path + ": it became shorter while it was read");
    at += static_cast<size_t>(got);
  }
  return content;
}

Status DestroyPrivateFile(const std::string& path) {
  {
    const Descriptor fd(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) return FromErrno("open " + path, errno);
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) return FromErrno("stat " + path, errno);
    if (!S_ISREG(info.st_mode)) return InvalidArgument(path + " is not a regular file");
    RETURN_IF_ERROR(WriteAll(fd.get(), std::string(static_cast<size_t>(info.st_size), '\0'), path));
  }
  if (::unlink(path.c_str()) != 0) return FromErrno("remove " + path, errno);
  return SyncDirectoryOf(path);
}

}  // namespace ledgerline::crypto
