#include "ledger/witness/witness_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "crypto/cosignature.h"
#include "crypto/durable_file.h"
#include "crypto/sha256.h"

namespace ledgerline::witness {
namespace {

namespace fs = std::filesystem;

Status FileError(const std::string& what, const std::string& path) {
  return Unavailable("cannot " + what + " " + path + ": " + std::strerror(errno));
}

Result<std::optional<std::string>> ReadIfThere(const std::string& path, size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (fd < 0) return FileError("read", path);
  std::string bytes;
  char buffer[16384];
  Status status;
  while (bytes.size() <= bytes_max) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status = FileError("read", path);
    if (got <= 0) break;
    bytes.append(buffer, static_cast<size_t>(got));
  }
  ::close(fd);
  RETURN_IF_ERROR(status);
  if (bytes.size() > bytes_max) return DataLoss(path + " has more than " + std::to_string(bytes_max) + " bytes");
  return std::optional(std::move(bytes));
}

std::string LogsDirectory(const std::string& directory) { return directory + "/logs"; }
std::string EvidenceDirectory(const std::string& directory) { return directory + "/evidence"; }

}  // namespace

std::string WitnessKeyPath(const std::string& directory) { return directory + "/witness.key"; }
std::string WitnessVkeyPath(const std::string& directory) { return directory + "/witness.vkey"; }

Status WitnessDirectory::Create(const std::string& directory, const std::string& name, crypto::RandomSource& random) {
  RETURN_IF_ERROR(crypto::CheckKeyName(name));
  std::error_code error;
  if (fs::exists(directory, error) && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error)))
    return AlreadyExists("'" + directory + "' is there: a witness is made in a new or an empty directory");
  fs::create_directories(LogsDirectory(directory), error);
  if (!error) fs::create_directories(EvidenceDirectory(directory), error);
  if (error) return InvalidArgument("cannot make '" + directory + "': " + error.message());
  ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(random));
  ASSIGN_OR_RETURN(const crypto::CosignerKey verifier, crypto::CosignerKey::Create(name, key.public_key()));
  RETURN_IF_ERROR(crypto::ReplaceFile(WitnessVkeyPath(directory), verifier.ToString() + "\n"));
  // The key last: with it the directory is a witness's.
  return crypto::CreatePrivateKeyFile(WitnessKeyPath(directory), {name, std::move(key)});
}

Result<std::unique_ptr<WitnessDirectory>> WitnessDirectory::Open(const std::string& directory) {
  ASSIGN_OR_RETURN(std::unique_ptr<WitnessDirectory> opened, OpenReadOnly(directory));
  const std::string path = directory + "/lock";
  opened->lock_fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (opened->lock_fd_ < 0) return FileError("open", path);
  if (::flock(opened->lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return Unavailable("another process runs the witness in '" + directory + "': two could sign two histories");
    return FileError("lock", path);
  }
  return opened;
}

Result<std::unique_ptr<WitnessDirectory>> WitnessDirectory::OpenReadOnly(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(WitnessKeyPath(directory), error)) {
    return NotFound("there is no witness in '" + directory + "': make one with `ledgerline witness init " + directory +
                    " --name NAME`");
  }
  return std::unique_ptr<WitnessDirectory>(new WitnessDirectory(directory, -1));
}

WitnessDirectory::~WitnessDirectory() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Result<std::optional<std::string>> WitnessDirectory::Latest(const std::string& origin) const {
  return ReadIfThere(LogsDirectory(directory_) + "/" + crypto::Sha256(origin).ToHex(), crypto::kNoteBytesMax);
}

Status WitnessDirectory::Keep(const std::string& origin, const std::string& note) {
  if (lock_fd_ < 0) return FailedPrecondition("the witness's directory is open for reading only");
  return crypto::ReplaceFile(LogsDirectory(directory_) + "/" + crypto::Sha256(origin).ToHex(), note);
}

Status WitnessDirectory::KeepEvidence(const ForkEvidence& evidence) {
  if (lock_fd_ < 0) return FailedPrecondition("the witness's directory is open for reading only");
  // By the texts alone: the same two checkpoints signed or proved anew are no new evidence.
  ASSIGN_OR_RETURN(const crypto::SignedNote first, crypto::SignedNote::Parse(evidence.first));
  ASSIGN_OR_RETURN(const crypto::SignedNote second, crypto::SignedNote::Parse(evidence.second));
  const std::string name =
      crypto::Sha256(first.text + "\n" + second.text + (evidence.other_root ? "proved" : "")).ToHex();
  ASSIGN_OR_RETURN(const std::vector<std::string> names, EvidenceNames());
  if (std::find(names.begin(), names.end(), name) != names.end()) return Status::Ok();
  if (names.size() >= kEvidenceFilesMax) {
    return ResourceExhausted("there are " + std::to_string(names.size()) + " pieces of evidence already, at most " +
                             std::to_string(kEvidenceFilesMax));
  }
  return crypto::ReplaceFile(EvidenceDirectory(directory_) + "/" + name, evidence.Serialize());
}

Result<std::vector<std::string>> WitnessDirectory::EvidenceNames() const {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(EvidenceDirectory(directory_), error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (Hash256::FromHex(name).ok()) names.push_back(std::move(name));  // not what a crash left half written
  }
  if (error) return Unavailable("cannot read '" + EvidenceDirectory(directory_) + "': " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> WitnessDirectory::ReadEvidence(const std::string& name) const {
  RETURN_IF_ERROR(Hash256::FromHex(name).status());
  ASSIGN_OR_RETURN(std::optional<std::string> text,
                   ReadIfThere(EvidenceDirectory(directory_) + "/" + name, kForkEvidenceBytesMax));
  if (!text) return NotFound("there is no evidence " + name);
  return *std::move(text);
}

}  // namespace ledgerline::witness
