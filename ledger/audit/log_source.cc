#include "ledger/audit/log_source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "crypto/signed_note.h"
#include "crypto/tile.h"
#include "ledger/journal/journal.h"

namespace ledgerline::audit {
namespace {

constexpr std::string_view kBlobPrefix = "blob/";
constexpr std::string_view kEntriesPrefix = "tile/entries/";

bool IsBlobPath(std::string_view path) {
  if (!path.starts_with(kBlobPrefix)) return false;
  const auto hash = Hash256::FromHex(path.substr(kBlobPrefix.size()));
  return hash.ok() && hash->ToHex() == path.substr(kBlobPrefix.size());
}

}  // namespace

std::string BlobPath(const Hash256& hash) { return std::string(kBlobPrefix) + hash.ToHex(); }

size_t LogFileBytesMax(std::string_view path) {
  if (path == kCheckpointPath) return crypto::kNoteBytesMax;
  if (IsBlobPath(path)) return journal::kBlobBytesMax;
  if (path.starts_with(kEntriesPrefix)) {
    // A bundle's name is a level-0 tile's with another word.
    const std::string tile = "tile/0/" + std::string(path.substr(kEntriesPrefix.size()));
    return crypto::ParseTilePath(tile).ok() ? crypto::kTileWidth * (2 + crypto::kEntryBytesMax) : 0;
  }
  return crypto::ParseTilePath(path).ok() ? crypto::kTileWidth * Hash256::kSize : 0;
}

Result<std::string> DirectoryLogSource::Get(std::string_view path) {
  const size_t bytes_max = LogFileBytesMax(path);
  if (bytes_max == 0)
    return InvalidArgument("\"" + std::string(path.substr(0, 120)) + "\" is no path of a log's files");
  const std::string file_name = directory_ + "/" + std::string(path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(file_name.c_str(), "rb"), std::fclose);
  if (file == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return NotFound(file_name + " is not there");
    return Unavailable("cannot read " + file_name + ": " + std::strerror(errno));
  }
  std::string bytes;
  char buffer[65536];
  size_t got = 0;
  while ((got = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    bytes.append(buffer, got);
    if (bytes.size() > bytes_max) {
      return OutOfRange(file_name + " has more than the " + std::to_string(bytes_max) + " bytes that it may have");
    }
  }
  if (std::ferror(file.get()) != 0) return Unavailable("cannot read " + file_name + ": " + std::strerror(errno));
  return bytes;
}

}  // namespace ledgerline::audit
