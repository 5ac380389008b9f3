// Every page that a page, a comment or a message names is there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Calls visit(path, text) for every file under `top` with one of these extensions.
template <typename Visit>
size_t ForEachFile(const fs::path& top, const std::vector<std::string>& extensions, Visit visit) {
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    const std::string extension = entry.path().extension();
    if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) continue;
    visit(entry.path(), ReadAll(entry.path()));
    ++count;
  }
  return count;
}

TEST(DocsTest, LinksOfPagesLeadSomewhere) {
  const std::regex link(R"(\]\(([^)#:\s]+)(#[^)]*)?\))");
  size_t links = 0;
  const auto check = [&](const fs::path& path, const std::string& text) {
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      ++links;
      EXPECT_TRUE(fs::exists(path.parent_path() / (*at)[1].str())) << path << " links " << (*at)[1].str();
    }
  };
  ForEachFile("docs", {".md"}, check);
  check("README.md", ReadAll("README.md"));
  EXPECT_GT(links, 40u);
}

TEST(DocsTest, PagesThatSourcesNameExist) {
  const std::regex page(R"(docs/[A-Za-z0-9_./-]+\.(md|png|svg))");
  size_t named = 0;
  for (const char* top : {"schemas", "crypto", "ledger", "inference", "tools", "tests"}) {
    ForEachFile(top, {".h", ".cc", ".proto"}, [&](const fs::path& path, const std::string& text) {
      for (std::sregex_iterator at(text.begin(), text.end(), page), end; at != end; ++at) {
        ++named;
        EXPECT_TRUE(fs::exists(at->str())) << path << " names " << at->str();
      }
    });
  }
  EXPECT_GT(named, 40u);
}

// What lies beside the demo page is on it: nothing is left over from an earlier making, and it stays small.
TEST(DocsTest, TheDemoPageNamesEveryFileBesideIt) {
  const fs::path demo = fs::path("docs") / "demo";
  if (!fs::exists(demo)) GTEST_SKIP() << "no demo page; tools/make_demo_page makes it";
  const std::string page = ReadAll(demo / "README.md");
  uintmax_t bytes = 0;
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(demo)) {
    bytes += entry.file_size();
    if (entry.path().filename() == "README.md") continue;
    ++files;
    EXPECT_NE(page.find("](" + entry.path().filename().string() + ")"), std::string::npos) << entry.path();
  }
  EXPECT_EQ(files, 36u);  // twelve covers: score, roll and sound of each
  EXPECT_LT(bytes, 6'000'000u);
}

TEST(DocsTest, EveryPageIsInTheIndex) {
  const std::string index = ReadAll("docs/README.md");
  for (const auto& entry : fs::directory_iterator("docs/formats")) {
    EXPECT_NE(index.find("formats/" + entry.path().filename().string()), std::string::npos) << entry.path();
  }
}

}  // namespace
