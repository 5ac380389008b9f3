#include "ledger/store/table_tail.h"

#include <rocksdb/env.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace ledgerline::store {
namespace {

constexpr uint64_t kMagic = 0x88e241b785f4cff7;
constexpr uint64_t kHandlesBytes = 40;
constexpr uint64_t kTrailerBytes = 5;
constexpr uint64_t kRestartBytes = 4;
constexpr uint64_t kTablePageBytes = 4'096;
constexpr std::string_view kProperties = "rocksdb.properties";

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// Takes a varint off the front, at most ten bytes; nothing if there is none.
std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < std::min<size_t>(bytes.size(), 10); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    if (i == 9 && byte > 1) return {};
    value |= static_cast<uint64_t>(byte & 0x7F) << 7 * i;
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  return {};
}

struct Handle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

std::optional<Handle> TakeHandle(std::string_view& bytes) {
  const std::optional<uint64_t> offset = TakeVarint(bytes);
  if (!offset) return {};
  const std::optional<uint64_t> size = TakeVarint(bytes);
  if (!size) return {};
  return Handle{*offset, *size};
}

// Whether a page's part of these bytes, which stand at `offset` of the file, is all zeros.
bool MissesPage(std::string_view bytes, uint64_t offset) {
  for (uint64_t at = 0; at < bytes.size();) {
    const uint64_t end = std::min<uint64_t>(bytes.size(), at + kTablePageBytes - (offset + at) % kTablePageBytes);
    if (bytes.substr(at, end - at).find_first_not_of('\0') == std::string_view::npos) return true;
    at = end;
  }
  return false;
}

// The block's bytes, or nothing if a page of it never reached the disk.
Result<std::optional<std::string>> ReadBlock(const char* name, const Handle& handle, uint64_t end,
                                             const ReadTable& read) {
  const std::string what = std::string("the ") + name + " block's ";
  if (handle.size > kTableTailBlockBytesMax) {
    return DataLoss(what + "size is " + std::to_string(handle.size) + ", at most " +
                    std::to_string(kTableTailBlockBytesMax));
  }
  if (handle.size < kRestartBytes)
    return DataLoss(what + "size is " + std::to_string(handle.size) + ", at least " + std::to_string(kRestartBytes));
  const uint64_t stored = handle.size + kTrailerBytes;
  if (handle.offset > end || stored > end - handle.offset) {
    return DataLoss(what + "place, byte " + std::to_string(handle.offset) + " and " + std::to_string(stored) +
                    " on, is beyond byte " + std::to_string(end) + ", where the footer begins");
  }
  ASSIGN_OR_RETURN(std::string bytes, read(handle.offset, stored));
  const std::string_view block = std::string_view(bytes).substr(0, handle.size + 1);
  const auto sum = static_cast<uint32_t>(LittleEndian(std::string_view(bytes).substr(handle.size + 1)));
  if (sum != TableChecksum(block)) {
    // Only rot sets this bit, in whatever else there is; it is what RocksDB does not survive.
    const bool restarts_rotted = (static_cast<uint8_t>(block[handle.size - 1]) & 0x80) != 0;
    if (!restarts_rotted && MissesPage(bytes, handle.offset)) return std::optional<std::string>();
    return DataLoss(what + "checksum, at byte " + std::to_string(handle.offset + handle.size + 1) + ", does not fit");
  }
  bytes.resize(handle.size);
  return std::optional<std::string>(std::move(bytes));
}

// Where the metaindex says that the properties are. Its checksum fits, so what cannot be read is not ours.
// An entry: three varints, how many bytes of the key before it it shares, how many it adds, how many its value has;
// then those bytes. Behind the entries: a u32le place for each restart, and their count.
Result<std::optional<Handle>> FindProperties(std::string_view metaindex) {
  const uint64_t restarts = LittleEndian(metaindex.substr(metaindex.size() - kRestartBytes));
  if (restarts > metaindex.size() / kRestartBytes - 1) {
    return DataLoss("the metaindex block has " + std::to_string(restarts) + " restarts in " +
                    std::to_string(metaindex.size()) + " bytes");
  }
  std::string_view entries = metaindex.substr(0, metaindex.size() - kRestartBytes * (restarts + 1));
  std::string key;
  while (!entries.empty()) {
    const std::optional<uint64_t> shared = TakeVarint(entries);
    const std::optional<uint64_t> added = shared ? TakeVarint(entries) : std::nullopt;
    const std::optional<uint64_t> value_size = added ? TakeVarint(entries) : std::nullopt;
    if (!value_size || *shared > key.size() || *added > entries.size() || *value_size > entries.size() - *added)
      return DataLoss("the metaindex block has an entry that does not fit into it");
    key.resize(*shared);
    key += entries.substr(0, *added);
    std::string_view value = entries.substr(*added, *value_size);
    entries.remove_prefix(*added + *value_size);
    if (key != kProperties) continue;
    const std::optional<Handle> handle = TakeHandle(value);
    if (!handle || !value.empty()) return DataLoss("the metaindex block's entry of the properties is not a handle");
    return handle;
  }
  return std::optional<Handle>();
}

Status CheckTable(rocksdb::Env* env, const std::string& path) {
  uint64_t size = 0;
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  rocksdb::Status status = env->GetFileSize(path, &size);
  if (status.ok()) status = env->NewRandomAccessFile(path, &file, rocksdb::EnvOptions());
  if (!status.ok()) return Unavailable("open " + path + ": " + status.ToString());
  return CheckTableTail(size,
                        [&](uint64_t offset, uint64_t count) -> Result<std::string> {
                          std::string bytes(count, '\0');
                          rocksdb::Slice found;
                          const rocksdb::Status read = file->Read(offset, count, &found, bytes.data());
                          if (!read.ok()) return Unavailable("read: " + read.ToString());
                          if (found.size() != count) return Unavailable("read: the file became shorter meanwhile");
                          return found.ToString();
                        })
      .WithContext(path);
}

}  // namespace

uint32_t TableChecksum(std::string_view block) {
  if (block.empty()) return 0;
  const auto sum = static_cast<uint32_t>(XXH3_64bits(block.data(), block.size() - 1));
  return sum ^ static_cast<uint8_t>(block.back()) * 0x6b9083d9u;
}

Status CheckTableTail(uint64_t file_size, const ReadTable& read) {
  if (file_size < kTableFooterBytes) return Status::Ok();
  const uint64_t footer_at = file_size - kTableFooterBytes;
  ASSIGN_OR_RETURN(const std::string footer, read(footer_at, kTableFooterBytes));
  const std::string_view bytes = footer;
  if (LittleEndian(bytes.substr(1 + kHandlesBytes + 4)) != kMagic || MissesPage(bytes, footer_at)) return Status::Ok();
  const uint64_t version = LittleEndian(bytes.substr(1 + kHandlesBytes, 4));
  if (version != kTableFormatVersion) {
    return DataLoss("the footer's format version is " + std::to_string(version) + ", not " +
                    std::to_string(kTableFormatVersion));
  }
  if (const auto type = static_cast<uint8_t>(bytes[0]); type != kTableChecksumType) {
    return DataLoss("the footer's checksum type is " + std::to_string(type) + ", not " +
                    std::to_string(kTableChecksumType));
  }
  std::string_view handles = bytes.substr(1, kHandlesBytes);
  const std::optional<Handle> metaindex = TakeHandle(handles);
  if (!metaindex) return DataLoss("the footer's handle of the metaindex block is not two varints");
  ASSIGN_OR_RETURN(const std::optional<std::string> block, ReadBlock("metaindex", *metaindex, footer_at, read));
  if (!block) return Status::Ok();
  ASSIGN_OR_RETURN(const std::optional<Handle> properties, FindProperties(*block));
  if (!properties) return Status::Ok();
  return ReadBlock("properties", *properties, footer_at, read).status();
}

Status CheckTableTails(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(path, &names);
  if (!listed.ok()) return Unavailable("list " + path + ": " + listed.ToString());
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".sst"); });
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const Status checked = CheckTable(env, path + "/" + name);
    // A table that a writer beside us has removed meanwhile is not needed any more.
    if (!checked.ok() && env->FileExists(path + "/" + name).IsNotFound()) continue;
    RETURN_IF_ERROR(checked);
  }
  return Status::Ok();
}

}  // namespace ledgerline::store
