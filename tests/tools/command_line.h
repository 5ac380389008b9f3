// Runs the built command line as a person would, in a directory of its own.
#ifndef LEDGERLINE_TESTS_TOOLS_COMMAND_LINE_H_
#define LEDGERLINE_TESTS_TOOLS_COMMAND_LINE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace ledgerline {

struct Ran {
  int exit_status = -1;
  std::string out;
  std::string err;
};

class CommandLineTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "cli." + std::to_string(::getpid()) + "." + info->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // A shell command in the test's directory; `ledgerline` and `ledgerline-forge` are those of this build.
  Ran Shell(const std::string& command) {
    const std::string err_path = directory_ + "/.stderr";
    const std::string whole = "cd '" + directory_ + "' && PATH='" LEDGERLINE_BIN "':$PATH && { " + command +
                              " ; } 2>'" + err_path + "' </dev/null";
    Ran ran;
    std::FILE* pipe = ::popen(whole.c_str(), "r");
    if (pipe == nullptr) return ran;
    char buffer[4096];
    for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.out.append(buffer, got);
    const int status = ::pclose(pipe);
    ran.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
    ran.err = Read(".stderr");
    return ran;
  }
  // The same, which must succeed.
  std::string Fine(const std::string& command) {
    const Ran ran = Shell(command);
    EXPECT_EQ(ran.exit_status, 0) << command << "\n" << ran.out << ran.err;
    return ran.out;
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(directory_ + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // A ledger with the demo catalogue, and the keys and consents of the label and the publisher.
  void MakeLedger() {
    std::filesystem::copy("tools/demo", directory_, std::filesystem::copy_options::recursive);
    Fine("ledgerline init ledger --origin test.example/ledger");
    Fine("ledgerline catalog import ledger parties.csv works.csv recordings.csv shares.csv rates.csv");
    Fine("mkdir keys");
    for (const std::string party : {"demo-label", "demo-publisher"}) {
      Fine("ledgerline key new --name " + party + " -o keys/" + party + ".key");
      Fine("ledgerline key enrol ledger --party " + party + " --key keys/" + party + ".key");
    }
  }
  void Consent(const std::string& party, const std::string& use = "COVER") {
    Fine("ledgerline consent grant ledger --party " + party + " --key keys/" + party + ".key --use " + use);
  }
  // The label's and the publisher's: all that most of the demo's songs need.
  void ConsentOfBoth(const std::string& use = "COVER") {
    Consent("demo-label", use);
    Consent("demo-publisher", use);
  }

  // A ledger whose label and publisher have consented to covers, and the songs that `demo_songs` writes.
  void MakeLedgerForCovers(const std::string& demo_songs) {
    MakeLedger();
    ConsentOfBoth();
    Fine("'" + demo_songs + "' songs");
  }

  std::string directory_;
};

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_TOOLS_COMMAND_LINE_H_
