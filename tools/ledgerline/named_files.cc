#include "tools/ledgerline/named_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace ledgerline::tool {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

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

}  // namespace

Status InputError(const Status& status) {
  return status.code() == StatusCode::kPermissionDenied ? InvalidArgument(status.message()) : status;
}

bool Exists(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return NotFound("there is no file '" + path + "'");
    return FromErrno("read", path, errno);
  }
  if (!S_ISREG(found.st_mode)) return InvalidArgument("'" + path + "' is not a file");  // a pipe would hold us up
  const File file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return FromErrno("read", path, errno);
  std::string bytes;
  char buffer[65536];
  for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;) {
    bytes.append(buffer, got);
    if (bytes.size() > bytes_max)
      return OutOfRange("'" + path + "' has more bytes than the " + std::to_string(bytes_max) + " that are allowed");
  }
  if (std::ferror(file.get()) != 0) return FromErrno("read", path, errno);
  return bytes;
}

Status WriteNewFile(const std::string& path, std::string_view bytes) {
  File file(std::fopen(path.c_str(), "wbx"));
  if (file == nullptr && errno == EEXIST)
    return AlreadyExists("'" + path + "' exists: choose another name, or remove it first");
  if (file == nullptr) return FromErrno("write", path, errno);
  bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  whole = std::fclose(file.release()) == 0 && whole;
  if (whole) return Status::Ok();
  const int error = errno;
  ::unlink(path.c_str());
  return FromErrno("write", path, error);
}

Result<crypto::NamedSigner> ReadKeyFile(const std::string& option, const std::string& path) {
  auto named = crypto::OpenKeyFile(path, crypto::Pkcs11Access::FromEnvironment());
  if (named.ok()) return named;
  return InputError(named.status()).WithContext(option);
}

Status CreateKeyFile(const std::string& path, const crypto::NamedKey& key) {
  return InputError(crypto::CreatePrivateKeyFile(path, key));
}

}  // namespace ledgerline::tool
