// The commands of docs/auditing.md, run as they stand there.
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;

class AuditingPageTest : public CommandLineTest {};

TEST_F(AuditingPageTest, EveryCommandRunsInItsOrder) {
  std::ifstream in("docs/auditing.md");
  std::string script;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("    ", 0) == 0) script += line.substr(4) + "\n";
  }
  ASSERT_THAT(script, HasSubstr("ledgerline audit files"));
  // The page's directory lies beside `build` and `tools`.
  std::filesystem::create_directory(directory_ + "/page");
  std::filesystem::create_directory(directory_ + "/build");
  std::filesystem::create_symlink(LEDGERLINE_BIN, directory_ + "/build/bin");
  for (const char* part : {"tools", "schemas", "crypto", "ledger", "CMakeLists.txt"})
    std::filesystem::create_symlink(std::filesystem::absolute(part), directory_ + "/" + part);
  Write("page/by-hand.sh", "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + script);
  const Ran ran = Shell("cd page && bash by-hand.sh");
  EXPECT_EQ(ran.exit_status, 0) << script << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Complete only as the operator claims"));
  EXPECT_THAT(ran.out, HasSubstr("complete, per auditor auditor.example/2026"));
  EXPECT_THAT(ran.out, HasSubstr("label"));
}

}  // namespace
}  // namespace ledgerline
