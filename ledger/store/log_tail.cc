#include "ledger/store/log_tail.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <memory>
#include <vector>

namespace ledgerline::store {
namespace {

constexpr uint64_t kBlockBytes = 32'768;
constexpr uint64_t kHeaderBytes = 7;
constexpr uint64_t kPageBytes = 4'096;
constexpr uint64_t kHoleBytesMin = 8;  // fewer zeros may be anything
constexpr uint32_t kRecyclableFirst = 5, kRecyclableLast = 8;
constexpr uint8_t kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4;

uint32_t Byte(std::string_view bytes, uint64_t at) { return static_cast<uint8_t>(bytes[at]); }

uint64_t BlockEnd(std::string_view log, uint64_t at) {
  return std::min<uint64_t>(log.size(), at / kBlockBytes * kBlockBytes + kBlockBytes);
}

struct Fragment {
  uint64_t end = 0;  // where its header says that it ends; the block's end if that cannot be
  uint8_t type = 0;
  bool whole = false;
};

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

uint32_t Masked(uint32_t sum) { return (sum >> 15 | sum << 17) + 0xA282EAD8u; }

uint64_t StoredLength(std::string_view log, uint64_t at) { return Byte(log, at + 4) | Byte(log, at + 5) << 8; }
uint32_t StoredSum(std::string_view log, uint64_t at) {
  return Byte(log, at) | Byte(log, at + 1) << 8 | Byte(log, at + 2) << 16 | Byte(log, at + 3) << 24;
}

Fragment ReadFragment(std::string_view log, uint64_t at) {
  Fragment fragment{BlockEnd(log, at)};
  if (fragment.end - at < kHeaderBytes) return fragment;
  const uint64_t length = StoredLength(log, at);
  fragment.type = static_cast<uint8_t>(Byte(log, at + 6));
  if (fragment.type < kFull || fragment.type > kLast || at + kHeaderBytes + length > fragment.end) return fragment;
  fragment.end = at + kHeaderBytes + length;
  Crc32c crc;
  crc.process_bytes(log.data() + at + 6, length + 1);
  fragment.whole = StoredSum(log, at) == Masked(crc.checksum());
  return fragment;
}

bool BeginsRecord(const Fragment& fragment) {
  return fragment.whole && (fragment.type == kFull || fragment.type == kFirst);
}

// Whether a record begins anywhere behind `from`. Fragments follow each other within a block, and one begins each
// block.
bool RecordBeginsAfter(std::string_view log, uint64_t from) {
  for (uint64_t at = from; at < log.size();) {
    const uint64_t end = BlockEnd(log, at);
    for (; at < end; ++at) {
      Fragment fragment = ReadFragment(log, at);
      while (fragment.whole) {
        if (BeginsRecord(fragment)) return true;
        at = fragment.end;
        if (at >= end) break;
        fragment = ReadFragment(log, at);
      }
    }
  }
  return false;
}

bool HasHole(std::string_view log, uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end;) {
    const uint64_t page_end = std::min(end, at / kPageBytes * kPageBytes + kPageBytes);
    const std::string_view page = log.substr(at, page_end - at);
    if (page.size() >= kHoleBytesMin && page.find_first_not_of('\0') == std::string_view::npos) return true;
    at = page_end;
  }
  return false;
}

// Whether the checksum of the fragment at `at` fits some length up to the end of the log.
bool SomeLengthFits(std::string_view log, uint64_t at) {
  Crc32c crc;
  for (uint64_t end = at + 6; end < log.size(); ++end) {
    crc.process_byte(static_cast<uint8_t>(log[end]));
    if (StoredSum(log, at) == Masked(crc.checksum())) return true;
  }
  return false;
}

bool IsLog(const std::string& name) { return name.ends_with(".log"); }
bool IsManifest(const std::string& name) { return name.starts_with("MANIFEST-"); }  // written as a log is

Result<std::vector<std::string>> LogNames(rocksdb::Env* env, const std::string& path,
                                          bool (*wanted)(const std::string&)) {
  std::vector<std::string> names;
  const rocksdb::Status status = env->GetChildren(path, &names);
  if (!status.ok()) return Unavailable("list " + path + ": " + status.ToString());
  std::erase_if(names, [wanted](const std::string& name) { return !wanted(name); });
  // Numbers of at least six digits: the longer name is the newer, then the later one.
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  return names;
}

Result<std::string> ReadLog(rocksdb::Env* env, const std::string& path) {
  std::string log;
  const rocksdb::Status status = rocksdb::ReadFileToString(env, path, &log);
  if (!status.ok()) return Unavailable("read " + path + ": " + status.ToString());
  return log;
}

}  // namespace

Status CheckLogEnd(std::string_view log, bool hole_may_end_it) {
  uint64_t at = 0;
  while (at < log.size()) {
    const uint64_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeaderBytes) {
      at += left;
      continue;
    }
    if (log.size() - at < kHeaderBytes) return Status::Ok();  // cut short within a header
    if (hole_may_end_it && log.substr(at, kHoleBytesMin).find_first_not_of('\0') == std::string_view::npos)
      return Status::Ok();
    if (const uint32_t type = Byte(log, at + 6); type >= kRecyclableFirst && type <= kRecyclableLast) {
      return DataLoss("the type of the record at byte " + std::to_string(at) +
                      " was altered: it is one of logs that are used again, and ours are not");
    }
    const uint64_t end = at + kHeaderBytes + StoredLength(log, at);
    if (end > log.size()) break;
    if (end - at > left) return Status::Ok();  // damage that RocksDB reports
    at = end;
  }
  if (at >= log.size()) return Status::Ok();
  if (!SomeLengthFits(log, at) && !RecordBeginsAfter(log, at + 1)) return Status::Ok();
  return DataLoss("the length of the record at byte " + std::to_string(at) + " was altered: it reaches beyond the end");
}

Status CheckLogEnds(rocksdb::Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   LogNames(env, path, [](const std::string& name) { return IsLog(name) || IsManifest(name); }));
  for (const std::string& name : names) {
    const Result<std::string> log = ReadLog(env, path + "/" + name);
    // A log that a writer beside us has removed meanwhile is not needed any more.
    if (!log.ok() && env->FileExists(path + "/" + name).IsNotFound()) continue;
    RETURN_IF_ERROR(log.status());
    RETURN_IF_ERROR(CheckLogEnd(*log, IsManifest(name)).WithContext(path + "/" + name));
  }
  return Status::Ok();
}

std::optional<uint64_t> FindUnfinishedWrite(std::string_view log) {
  uint64_t whole_end = 0;  // of the last record that is whole
  bool inside = false;
  for (uint64_t at = 0; at < log.size();) {
    if (const uint64_t left = kBlockBytes - at % kBlockBytes; left < kHeaderBytes) {
      at += left;
      continue;
    }
    const Fragment fragment = ReadFragment(log, at);
    const bool fits = fragment.whole && inside == (fragment.type == kMiddle || fragment.type == kLast);
    if (!fits) {
      // What begins a record although the one before has not ended is not whole either, and is looked at as well.
      if (BeginsRecord(fragment) || !HasHole(log, at, fragment.end) || RecordBeginsAfter(log, at + 1)) return {};
      return whole_end;
    }
    at = fragment.end;
    inside = fragment.type == kFirst || fragment.type == kMiddle;
    if (!inside) whole_end = at;
  }
  return {};
}

Result<bool> CutUnfinishedWrite(rocksdb::Env* env, const std::string& path, bool cut) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, LogNames(env, path, IsLog));
  if (names.empty()) return false;
  const std::string log_path = path + "/" + names.back();
  ASSIGN_OR_RETURN(const std::string log, ReadLog(env, log_path));
  const std::optional<uint64_t> begin = FindUnfinishedWrite(log);
  if (!begin || !cut) return begin.has_value();
  std::unique_ptr<rocksdb::WritableFile> file;  // the file system's own Truncate is not there (RocksDB 7.8)
  rocksdb::Status status = env->ReopenWritableFile(log_path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(*begin);
  if (status.ok()) status = file->Fsync();
  if (status.ok()) status = file->Close();
  if (!status.ok()) return Unavailable("cut " + log_path + ": " + status.ToString());
  return true;
}

}  // namespace ledgerline::store
