#include "tools/ledgerline/named_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ledgerline::tool {
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
  int Close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

Status FromErrno(const std::string& what, const std::string& path, int error) {
  const std::string message = "cannot " + what + " '" + path + "': " + std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENAMETOOLONG:
      return InvalidArgument(message);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(message);
    default:
      return Unavailable(message);
  }
}

// A permission that a file denies is no leave that was refused.
Status InputError(const Status& status) {
  return status.code() == StatusCode::kPermissionDenied ? InvalidArgument(status.message()) : status;
}

}  // namespace

bool Exists(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe must not hold us up
  if (file.get() < 0 && errno == ENOENT) return NotFound("there is no file '" + path + "'");
  if (file.get() < 0) return FromErrno("read", path, errno);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return FromErrno("read", path, errno);
  if (!S_ISREG(found.st_mode)) return InvalidArgument("'" + path + "' is not a file");
  if (static_cast<uint64_t>(found.st_size) > bytes_max) {
    return OutOfRange("'" + path + "' has " + std::to_string(found.st_size) + " bytes: " + std::to_string(bytes_max) +
                      " are allowed");
  }
  std::string bytes(static_cast<size_t>(found.st_size), '\0');
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t got = ::read(file.get(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno("read", path, errno);
    if (got == 0) return Unavailable("'" + path + "' became shorter while it was read");
    at += static_cast<size_t>(got);
  }
  return bytes;
}

Status WriteNewFile(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0 && errno == EEXIST)
    return AlreadyExists("'" + path + "' exists: choose another name, or remove it first");
  if (file.get() < 0) return FromErrno("write", path, errno);
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<size_t>(written));
    else if (errno != EINTR)
      error = errno;
  }
  if (file.Close() != 0 && error == 0) error = errno;
  if (error == 0) return Status::Ok();
  ::unlink(path.c_str());
  return FromErrno("write", path, error);
}

Result<crypto::NamedKey> ReadKeyFile(const std::string& option, const std::string& path) {
  auto named = crypto::ReadPrivateKeyFile(path);
  if (named.ok()) return named;
  return InputError(named.status()).WithContext(option);
}

Status CreateKeyFile(const std::string& path, const crypto::NamedKey& key) {
  return InputError(crypto::CreatePrivateKeyFile(path, key));
}

}  // namespace ledgerline::tool
