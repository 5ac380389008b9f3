#include "tools/bench/journal/raw_rocks.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

void MustSucceed(const rocksdb::Status& status) {
  if (!status.ok()) Die(Internal("raw RocksDB: " + status.ToString()));
}

// 'e' and the number, big-endian, as the journal's own keys.
std::string Key(size_t number) {
  std::string key = "e";
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

RawRocks::RawRocks(const std::string& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* db = nullptr;
  MustSucceed(rocksdb::DB::Open(options, directory, &db));
  db_.reset(db);
}

RawRocks::~RawRocks() = default;

double RawRocks::Write(const std::vector<std::string>& values, size_t batch_size) {
  const Stopwatch watch;
  for (size_t at = 0; at < values.size();) {
    rocksdb::WriteBatch batch;
    for (size_t n = 0; n < batch_size && at < values.size(); ++n, ++at)
      MustSucceed(batch.Put(Key(next_++), values[at]));
    MustSucceed(db_->Write(Synced(), &batch));
  }
  return watch.Seconds();
}

double RawRocks::WriteOne(std::string_view value) {
  const Stopwatch watch;
  MustSucceed(db_->Put(Synced(), Key(next_++), rocksdb::Slice(value.data(), value.size())));
  return watch.Seconds();
}

void RawRocks::Check(const std::vector<std::string>& values) const {
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(rocksdb::ReadOptions()));
  size_t read = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++read) {
    if (read >= values.size() || rows->value().ToStringView() != values[read]) {
      Die(DataLoss("raw RocksDB: row " + std::to_string(read) + " is not what was written"));
    }
  }
  MustSucceed(rows->status());
  if (read != values.size()) Die(DataLoss("raw RocksDB has " + std::to_string(read) + " rows of those written"));
}

}  // namespace ledgerline::bench
