// The peer: RocksDB as it comes, with one Put for each entry and a synced batch for each commit.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_RAW_ROCKS_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_RAW_ROCKS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class DB;
}

namespace ledgerline::bench {

// Default options, no compression. Ends the program on an error.
class RawRocks {
 public:
  explicit RawRocks(const std::string& directory);
  ~RawRocks();
  RawRocks(const RawRocks&) = delete;
  RawRocks& operator=(const RawRocks&) = delete;

  // The values under consecutive 9-byte keys, in synced batches of `batch_size`; returns the seconds that it took.
  double Write(const std::vector<std::string>& values, size_t batch_size);
  // One synced write of `value`; returns the seconds that it took.
  double WriteOne(std::string_view value);
  // Reads back as many values as were written and compares them.
  void Check(const std::vector<std::string>& values) const;

 private:
  std::unique_ptr<rocksdb::DB> db_;
  size_t next_ = 0;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_RAW_ROCKS_H_
