#include <array>
#include <charconv>
#include <set>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "crypto/tile.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/journal.h"
#include "ledger/store/backup.h"
#include "ledger/store/backup_files.h"
#include "ledger/store/plain_files.h"

namespace ledgerline::store {
namespace {

constexpr std::string_view kFirstLine = "ledgerline-backup/1";
constexpr size_t kSizeDigits = 20;

std::string Digits(TreeSize size) {
  const std::string digits = std::to_string(size.value);
  return std::string(kSizeDigits - digits.size(), '0') + digits;
}

Result<uint64_t> ParseNumber(std::string_view what, std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || std::to_string(number) != text)
    return InvalidArgument(std::string(what) + " \"" + std::string(text) + "\" is no number");
  return number;
}

class BackupWalk {
 public:
  BackupWalk(std::string backup, const BackupVisitor& visitor) : backup_(std::move(backup)), visitor_(visitor) {}

  Result<BackupReport> Run() {
    RETURN_IF_ERROR(ReadDescription());
    RETURN_IF_ERROR(ReadCheckpoints());
    for (uint64_t i = 0; i * crypto::kTileWidth < size().value; ++i) RETURN_IF_ERROR(WalkBundle(i));
    for (uint8_t level = 0; level <= crypto::kTileLevelMax; ++level) {
      const uint64_t index = (size().value >> (level * crypto::kTileHeight)) / crypto::kTileWidth;
      if (!open_tiles_[level].empty()) RETURN_IF_ERROR(CompareTile(level, index));
    }
    if (frontier_.Root() != report_.description.root) {
      return DataLoss("the entries give root " + frontier_.Root().Short() + ", '" + Path(kBackupDescription) +
                      "' says " + report_.description.root.Short());
    }
    if (next_checkpoint_ != checkpoints_.size())
      return DataLoss("'" + Path(kBackupCheckpoints) + "/" + checkpoints_.back().name +
                      "' is of more entries than there are");
    for (const Kept& kept : checkpoints_) {
      if (visitor_.checkpoint) RETURN_IF_ERROR(visitor_.checkpoint(kept.note));
    }
    RETURN_IF_ERROR(CheckNamedFiles());
    return report_;
  }

 private:
  struct Kept {
    std::string name;
    std::string note;
    crypto::Checkpoint checkpoint;
  };
  TreeSize size() const { return report_.description.size; }
  std::string Path(std::string_view path) const { return backup_ + "/" + std::string(path); }

  // A file that must be there.
  Result<std::string> Read(const std::string& path, size_t bytes_max) {
    Result<std::string> bytes = ReadPlainFile(Path(path), bytes_max);
    if (bytes.status().code() == StatusCode::kNotFound) return DataLoss("'" + Path(path) + "' is missing");
    RETURN_IF_ERROR(bytes.status());
    ++report_.files_checked;
    report_.bytes_checked += bytes->size();
    return bytes;
  }

  Status ReadDescription() {
    const Result<std::string> text = ReadPlainFile(Path(kBackupDescription), kBackupDescriptionBytesMax);
    if (text.status().code() == StatusCode::kNotFound) return NotFound("there is no backup in '" + backup_ + "'");
    RETURN_IF_ERROR(text.status());
    Result<BackupDescription> description = BackupDescription::Parse(*text);
    if (!description.ok())
      return DataLoss("'" + Path(kBackupDescription) + "' is damaged: " + description.status().message());
    report_.description = std::move(*description);
    if (size().value == 0)
      return NotFound("the first backup into '" + backup_ + "' did not come to an end: run it again");
    return Status::Ok();
  }

  Status ReadCheckpoints() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(Path(kBackupCheckpoints)));
    for (const std::string& name : names) {
      if (name.ends_with(kUnfinishedSuffix)) continue;
      const std::string path = std::string(kBackupCheckpoints) + "/" + name;
      ASSIGN_OR_RETURN(std::string note, Read(path, crypto::kNoteBytesMax));
      const Result<crypto::SignedNote> parsed = crypto::SignedNote::Parse(note);
      Result<crypto::Checkpoint> checkpoint =
          parsed.ok() ? crypto::Checkpoint::Parse(parsed->text) : Result<crypto::Checkpoint>(parsed.status());
      if (!checkpoint.ok()) return DataLoss("'" + Path(path) + "' is damaged: " + checkpoint.status().message());
      if (name != BackupCheckpointName(checkpoint->size, note))
        return DataLoss("'" + Path(path) + "' is damaged: it is not what its name says");
      checkpoints_.push_back({name, std::move(note), std::move(*checkpoint)});
    }
    // A killed run may have left newer ones than the description knows; they end this backup's list.
    while (!checkpoints_.empty() && checkpoints_.back().checkpoint.size > size()) checkpoints_.pop_back();
    if (checkpoints_.size() < report_.description.checkpoints) {
      return DataLoss("'" + Path(kBackupCheckpoints) + "' has " + std::to_string(checkpoints_.size()) + " files, '" +
                      Path(kBackupDescription) + "' says " + std::to_string(report_.description.checkpoints));
    }
    return Status::Ok();
  }

  Status WalkBundle(uint64_t index) {
    const uint32_t width = crypto::TileWidthAt(0, index, size());
    const std::string path = LogPath(crypto::EntryBundlePath(index, width));
    ASSIGN_OR_RETURN(const std::string bytes, Read(path, crypto::kTileWidth * (crypto::kEntryBytesMax + 2)));
    const Result<std::vector<std::string>> entries = crypto::ParseEntryBundle(bytes);
    if (!entries.ok()) return DataLoss("'" + Path(path) + "' is damaged: " + entries.status().message());
    if (entries->size() != width) {
      return DataLoss("'" + Path(path) + "' has " + std::to_string(entries->size()) + " entries, needs " +
                      std::to_string(width));
    }
    for (const std::string& entry : *entries) RETURN_IF_ERROR(TakeEntry(path, entry));
    return Status::Ok();
  }

  Status TakeEntry(const std::string& path, const std::string& bytes) {
    const EntryIndex index = frontier_.size().NextIndex();
    const std::string where = "'" + Path(path) + "' is damaged: entry " + std::to_string(index.value);
    const Result<journal::ParsedEntry> entry = journal::ParseEntry(bytes);
    if (!entry.ok()) return DataLoss(where + ": " + entry.status().message());
    if (entry->index != index) return DataLoss(where + " says that it is " + std::to_string(entry->index.value));
    if (entry->previous_leaf_hash != last_leaf_hash_) return DataLoss(where + " does not follow the one before it");
    last_leaf_hash_ = crypto::LeafHash(bytes);
    Status tiles;
    frontier_.Append(last_leaf_hash_, [&](crypto::NodeId node, const Hash256& hash) {
      if (node.level % crypto::kTileHeight != 0) return;
      const auto level = static_cast<uint8_t>(node.level / crypto::kTileHeight);
      open_tiles_[level].append(hash.view());
      if (open_tiles_[level].size() == crypto::kTileWidth * Hash256::kSize && tiles.ok())
        tiles = CompareTile(level, node.index / crypto::kTileWidth);
    });
    RETURN_IF_ERROR(tiles);
    if (visitor_.entry) RETURN_IF_ERROR(visitor_.entry(bytes));
    for (const Hash256& blob : journal::ReferencedBlobs(entry->submission.payload)) {
      if (!blobs_.insert(blob).second) continue;
      ASSIGN_OR_RETURN(const std::string content, Read(BackupBlobPath(blob), journal::kBlobBytesMax));
      if (crypto::Sha256(content) != blob)
        return DataLoss("'" + Path(BackupBlobPath(blob)) + "' is damaged: it is not what its name says");
      if (visitor_.blob) RETURN_IF_ERROR(visitor_.blob(content));
    }
    for (; next_checkpoint_ < checkpoints_.size(); ++next_checkpoint_) {
      const Kept& kept = checkpoints_[next_checkpoint_];
      if (kept.checkpoint.size > frontier_.size()) break;
      if (kept.checkpoint.root != frontier_.Root()) {
        return DataLoss("'" + Path(kBackupCheckpoints) + "/" + kept.name + "' has root " +
                        kept.checkpoint.root.Short() + ", the entries give " + frontier_.Root().Short());
      }
    }
    return Status::Ok();
  }

  Status CompareTile(uint8_t level, uint64_t index) {
    std::string& open = open_tiles_[level];
    const crypto::TileId tile{level, index, static_cast<uint32_t>(open.size() / Hash256::kSize)};
    const std::string path = LogPath(crypto::TilePath(tile));
    ASSIGN_OR_RETURN(const std::string bytes, Read(path, crypto::kTileWidth * Hash256::kSize));
    if (bytes != open && level == 0) {
      return DataLoss("'" + Path(path) + "' or '" + Path(LogPath(crypto::EntryBundlePath(index, tile.width))) +
                      "' is damaged: the entries do not hash to the tile");
    }
    if (bytes != open) return DataLoss("'" + Path(path) + "' is damaged: it is not what the tiles below give");
    open.clear();
    return Status::Ok();
  }

  Status CheckNamedFiles() {
    for (const auto& [name, digest] : report_.description.files) {
      ASSIGN_OR_RETURN(const std::string bytes, Read(name, kNamedFileBytesMax));
      if (crypto::Sha256(bytes) != digest) return DataLoss("'" + Path(name) + "' is damaged: its digest is another");
    }
    ASSIGN_OR_RETURN(const std::string published, Read(LogPath("checkpoint"), crypto::kNoteBytesMax));
    // A killed run may have replaced it by a newer one.
    for (const Kept& kept : checkpoints_) {
      if (kept.note == published) return Status::Ok();
    }
    const Result<crypto::SignedNote> note = crypto::SignedNote::Parse(published);
    const Result<crypto::Checkpoint> newer =
        note.ok() ? crypto::Checkpoint::Parse(note->text) : Result<crypto::Checkpoint>(note.status());
    if (newer.ok() && newer->size > size()) return Status::Ok();
    return DataLoss("'" + Path(LogPath("checkpoint")) + "' is damaged: it is none of the checkpoints");
  }

  std::string backup_;
  const BackupVisitor& visitor_;
  BackupReport report_;
  std::vector<Kept> checkpoints_;  // ascending by size
  size_t next_checkpoint_ = 0;
  std::set<Hash256> blobs_;
  crypto::Frontier frontier_;
  Hash256 last_leaf_hash_;
  std::array<std::string, crypto::kTileLevelMax + 1> open_tiles_;
};

}  // namespace

std::string BackupCheckpointName(TreeSize size, std::string_view note) {
  return Digits(size) + "-" + crypto::Sha256(note).ToHex();
}

std::string BackupDescription::Text() const {
  std::string text = std::string(kFirstLine) + "\norigin " + origin + "\nsize " + std::to_string(size.value) +
                     "\nroot " + root.ToHex() + "\ncheckpoints " + std::to_string(checkpoints) + "\n";
  for (const auto& [name, digest] : files) text += "file " + name + " " + digest.ToHex() + "\n";
  return text + "sha256 " + crypto::Sha256(text).ToHex() + "\n";
}

Result<BackupDescription> BackupDescription::Parse(std::string_view text) {
  const size_t last = text.rfind("sha256 ");
  if (last == std::string_view::npos ||
      text.substr(last) != "sha256 " + crypto::Sha256(text.substr(0, last)).ToHex() + "\n")
    return InvalidArgument("its last line is not the SHA-256 of the lines before it");
  BackupDescription description;
  size_t line_number = 0;
  for (std::string_view rest = text.substr(0, last); !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const size_t blank = line.find(' ');
    const std::string_view value = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    const auto is = [&](std::string_view name) { return line.substr(0, blank) == name; };
    if (line_number == 0 && line == kFirstLine) {
    } else if (line_number == 1 && is("origin")) {
      description.origin = std::string(value);
    } else if (line_number == 2 && is("size")) {
      ASSIGN_OR_RETURN(const uint64_t size, ParseNumber("size", value));
      if (size > crypto::kTreeSizeMax) return InvalidArgument("size " + std::to_string(size) + " is above 2^60");
      description.size = TreeSize{size};
    } else if (line_number == 3 && is("root")) {
      ASSIGN_OR_RETURN(description.root, Hash256::FromHex(value));
    } else if (line_number == 4 && is("checkpoints")) {
      ASSIGN_OR_RETURN(description.checkpoints, ParseNumber("checkpoints", value));
    } else if (line_number > 4 && is("file") && IsNamedFile(value.substr(0, value.find(' ')))) {
      const size_t split = value.find(' ');
      if (split == std::string_view::npos)
        return InvalidArgument("line " + std::to_string(line_number + 1) + " has no digest");
      ASSIGN_OR_RETURN(description.files[std::string(value.substr(0, split))],
                       Hash256::FromHex(value.substr(split + 1)));
    } else {
      return InvalidArgument("line " + std::to_string(line_number + 1) + " is none of this version: \"" +
                             std::string(line.substr(0, 80)) + "\"");
    }
  }
  if (line_number < 5) return InvalidArgument("it has only " + std::to_string(line_number) + " lines before the last");
  return description;
}

Result<BackupReport> WalkBackup(const std::string& backup, const BackupVisitor& visitor) {
  return BackupWalk(backup, visitor).Run();
}

Result<BackupReport> CheckBackup(const std::string& backup) { return WalkBackup(backup, {}); }

}  // namespace ledgerline::store
