// The house's rules as a test: who may include whom, which headers stay behind which wall, and what a file may be
// called. Source: docs/concepts.md, "The layers".
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;  // from the root of the project, with forward slashes
  std::string header;
  bool quoted = false;
};

// Every #include of the project's own sources, which are found from the working directory (the project's root).
std::vector<Include> AllIncludes() {
  std::vector<Include> includes;
  for (const char* top : {"schemas", "crypto", "ledger", "inference", "tools", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (line.rfind("#include ", 0) != 0) continue;
        const char open = line.size() > 9 ? line[9] : ' ';
        const size_t end = line.find(open == '<' ? '>' : '"', 10);
        if (end == std::string::npos) continue;
        includes.push_back({entry.path().generic_string(), line.substr(10, end - 10), open == '"'});
      }
    }
  }
  return includes;
}

std::string TopOf(const std::string& path) { return path.substr(0, path.find('/')); }

bool Begins(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

TEST(LayersTest, EachPartIncludesOnlyWhatStandsBelowIt) {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"schemas", {"schemas"}},
      {"crypto", {"schemas", "crypto"}},
      {"ledger", {"schemas", "crypto", "ledger"}},
      {"inference", {"schemas", "crypto", "inference"}},
      {"tools", {"schemas", "crypto", "ledger", "inference", "tools"}},
      {"tests", {"schemas", "crypto", "ledger", "inference", "tools", "tests"}},
  };
  size_t own = 0;
  for (const Include& include : AllIncludes()) {
    const std::string target = TopOf(include.header);
    if (!include.quoted || allowed.count(target) == 0) continue;
    ++own;
    EXPECT_TRUE(allowed.at(TopOf(include.file)).count(target) > 0)
        << include.file << " may not include " << include.header;
  }
  EXPECT_GT(own, 100u) << "the test must run in the project's root";
}

TEST(LayersTest, ThirdPartyHeadersStayBehindTheirWalls) {
  // Which folders may name a library's headers. Tests and benchmarks may name any.
  const std::vector<std::pair<std::string, std::vector<std::string>>> walls = {
      {"rocksdb/", {"ledger/store/"}},
      {"xxhash", {"ledger/store/"}},
      {"openssl/", {"crypto/"}},
      {"torch/", {"inference/model/", "inference/learning/", "inference/chorales/", "inference/preference/", "tools/train/"}},
      {"ATen/", {"inference/model/", "inference/learning/"}},
      {"fluidsynth", {"inference/music/"}},
      {"sndfile", {"inference/music/"}},
      {"pugixml", {"inference/music/"}},
      {"zip.h", {"inference/music/"}},
      {"CLI/", {"tools/"}},
  };
  for (const Include& include : AllIncludes()) {
    if (Begins(include.file, "tests/") || Begins(include.file, "tools/bench/")) continue;
    for (const auto& [library, rooms] : walls) {
      if (!Begins(include.header, library)) continue;
      bool inside = false;
      for (const std::string& room : rooms) inside = inside || Begins(include.file, room);
      EXPECT_TRUE(inside) << include.file << " may not include <" << include.header << ">";
    }
  }
}

TEST(LayersTest, NoFileIsNamedForNothing) {
  const std::set<std::string> empty_names = {"util", "utils", "common", "helper", "helpers", "misc", "stuff"};
  for (const char* top : {"schemas", "crypto", "ledger", "inference", "tools", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      EXPECT_EQ(empty_names.count(entry.path().stem().string()), 0u) << entry.path();
    }
  }
}

}  // namespace
