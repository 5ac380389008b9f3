// Where a run of the benchmark writes.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_BENCH_DIRECTORY_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_BENCH_DIRECTORY_H_

#include <string>

namespace ledgerline::bench {

// Made if it is not there, held against other runs by a lock, and removed at the end with all that is in it.
class BenchDirectory {
 public:
  explicit BenchDirectory(std::string path);
  ~BenchDirectory();
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;

 private:
  const std::string path_;
  int lock_ = -1;
};

// An empty directory of this name.
std::string FreshDirectory(const std::string& directory);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_BENCH_DIRECTORY_H_
