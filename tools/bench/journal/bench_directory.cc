#include "tools/bench/journal/bench_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "tools/bench/journal/failure.h"

namespace ledgerline::bench {

BenchDirectory::BenchDirectory(std::string path) : path_(std::move(path)) {
  std::filesystem::create_directories(path_);
  lock_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0 || flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    Die(FailedPrecondition("--dir " + path_ + " is in use by another run"));
  }
}

BenchDirectory::~BenchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  close(lock_);
}

std::string FreshDirectory(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return directory;
}

}  // namespace ledgerline::bench
