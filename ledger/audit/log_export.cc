#include "ledger/audit/log_export.h"

#include <filesystem>

#include "crypto/checkpoint.h"
#include "crypto/durable_file.h"
#include "ledger/audit/log_source.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/payload_check.h"

namespace ledgerline::audit {
namespace {

namespace fs = std::filesystem;

class Exporter {
 public:
  Exporter(const journal::Journal& journal, const std::string& directory) : journal_(journal), directory_(directory) {}

  Result<LogExport> Run(bool public_only) && {
    const std::string note = journal_.LatestCheckpoint();
    ASSIGN_OR_RETURN(const crypto::SignedNote parsed, crypto::SignedNote::Parse(note));
    ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(parsed.text));
    done_.size = checkpoint.size;
    RETURN_IF_ERROR(CheckEarlier(checkpoint.size));
    for (const crypto::TileId& tile : crypto::TilesOf(checkpoint.size)) {
      if (tile.level == 0 && !public_only) RETURN_IF_ERROR(WriteEntries(tile));
    }
    for (const crypto::TileId& tile : crypto::TilesOf(checkpoint.size)) {
      RETURN_IF_ERROR(WriteOnce(crypto::TilePath(tile), [&] { return journal_.ReadTile(tile); }));
    }
    RETURN_IF_ERROR(crypto::ReplaceFile(directory_ + "/" + std::string(kCheckpointPath), note));
    ++done_.files_written;
    return done_;
  }

 private:
  // Nobody who follows these files may see the log go back or change.
  Status CheckEarlier(TreeSize size) const {
    const Result<std::string> earlier = DirectoryLogSource(directory_).Get(kCheckpointPath);
    if (earlier.status().code() == StatusCode::kNotFound) return Status::Ok();
    RETURN_IF_ERROR(earlier.status());
    ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(*earlier));
    ASSIGN_OR_RETURN(const crypto::Checkpoint old, crypto::Checkpoint::Parse(note.text));
    const std::string there = "'" + directory_ + "' holds an export of ";
    if (old.origin != journal_.origin()) return InvalidArgument(there + "another log, \"" + old.origin + "\"");
    if (old.size > size) {
      return DataLoss(there + "size " + std::to_string(old.size.value) + ", this ledger's last checkpoint is of size " +
                      std::to_string(size.value) + ": it is an older copy");
    }
    if (old.size.value == 0) return Status::Ok();
    ASSIGN_OR_RETURN(const Hash256 root, journal_.RootAt(old.size));
    if (root == old.root) return Status::Ok();
    return DataLoss(there + "another history: at size " + std::to_string(old.size.value) + " its root is " +
                    old.root.Short() + ", here it is " + root.Short());
  }

  // A bundle, and before it the blobs that its entries name: where the bundle is, they are.
  Status WriteEntries(const crypto::TileId& tile) {
    return WriteOnce(crypto::EntryBundlePath(tile.index, tile.width), [&]() -> Result<std::string> {
      ASSIGN_OR_RETURN(std::string bundle, journal_.ReadEntryBundle(tile.index, tile.width));
      ASSIGN_OR_RETURN(const std::vector<std::string> entries, crypto::ParseEntryBundle(bundle));
      for (const std::string& bytes : entries) {
        ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
        for (const Hash256& hash : journal::ReferencedBlobs(entry.submission.payload))
          RETURN_IF_ERROR(WriteOnce(BlobPath(hash), [&] { return journal_.ReadBlob(hash); }));
      }
      return bundle;
    });
  }

  template <typename Read>
  Status WriteOnce(const std::string& path, Read read) {
    const fs::path file = fs::path(directory_) / path;
    std::error_code error;
    if (fs::exists(file, error)) {
      ++done_.files_there;
      return Status::Ok();
    }
    ASSIGN_OR_RETURN(const std::string bytes, read());
    fs::create_directories(file.parent_path(), error);
    if (error) return Unavailable("cannot make '" + file.parent_path().string() + "': " + error.message());
    ++done_.files_written;
    return crypto::ReplaceFile(file.string(), bytes);
  }

  const journal::Journal& journal_;
  const std::string& directory_;
  LogExport done_;
};

}  // namespace

Result<LogExport> ExportLog(const journal::Journal& journal, const std::string& directory, bool public_only) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Unavailable("cannot make '" + directory + "': " + error.message());
  return Exporter(journal, directory).Run(public_only);
}

}  // namespace ledgerline::audit
