#include <filesystem>

#include "tools/bench/journal/rows.h"

namespace ledgerline::bench {

std::string FreshDirectory(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return directory;
}

}  // namespace ledgerline::bench
