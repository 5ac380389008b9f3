// The commands of docs/quickstart.md, run as they stand there: a page that cannot be followed fails here.
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;

// The indented lines from the heading of step 1 on, as one script.
std::string CommandsOf(const std::string& page) {
  std::istringstream lines(page.substr(page.find("\n## 1. ")));
  std::string script;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("    ", 0) == 0) script += line.substr(4) + "\n";
  }
  return script;
}

class QuickstartPageTest : public CommandLineTest {};

TEST_F(QuickstartPageTest, EveryCommandRunsInItsOrder) {
  std::ifstream in("docs/quickstart.md");
  std::ostringstream page;
  page << in.rdbuf();
  const std::string script = CommandsOf(page.str());
  ASSERT_THAT(script, HasSubstr("ledgerline cover ledger"));
  Write("by-hand.sh", "set -euo pipefail\n" + script);
  std::filesystem::copy("tools/demo", directory_, std::filesystem::copy_options::recursive);
  std::filesystem::create_symlink(LEDGERLINE_DEMO_SONGS, directory_ + "/demo_songs");
  const Ran ran = Shell("PATH=$PWD:$PATH bash by-hand.sh");
  EXPECT_EQ(ran.exit_status, 0) << script << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("They are equal to the nano-unit."));
  EXPECT_THAT(ran.out, HasSubstr("VERIFIED"));
  EXPECT_THAT(ran.out, HasSubstr("history before it was rewritten"));
  EXPECT_THAT(ran.out, testing::EndsWith("caught\n"));
}

}  // namespace
}  // namespace ledgerline
