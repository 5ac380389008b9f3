// ledgerline-verify: what it links, how large it is, and that it says what `ledgerline verify` says.
#include <nlohmann/json.hpp>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;

class VerifierTest : public CommandLineTest {};

TEST_F(VerifierTest, LinksNeitherAStoreNorAGeneratorNorAllOfProtobufAndIsSmall) {
#ifdef LEDGERLINE_SANITIZED
  GTEST_SKIP() << "under sanitizers the verifier shares everybody's libraries (tools/verify/CMakeLists.txt)";
#else
  const std::string linked = Fine("ldd '" LEDGERLINE_BIN "/ledgerline-verify'");
  EXPECT_THAT(linked, HasSubstr("libcrypto"));
  for (const char* heavy : {"rocksdb", "torch", "libprotobuf.so", "libboost", "libprotoc"})
    EXPECT_THAT(linked, Not(HasSubstr(heavy)));
  Fine("strip -o stripped '" LEDGERLINE_BIN "/ledgerline-verify'");
  EXPECT_LT(std::filesystem::file_size(directory_ + "/stripped"), 5'000'000u);
#endif
}

TEST_F(VerifierTest, SaysOfReceiptsAndPacksWhatLedgerlineVerifySays) {
  MakeLedger();
  Consent("demo-label");
  Fine("ledgerline close ledger --period 2026-10");
  Fine("ledgerline receipt ledger 6 -o receipt.json");
  Fine("ledgerline receipt ledger 6 -o receipt.tlog --format tlog-proof");
  Fine("ledgerline audit-pack ledger --party demo-label --period 2026-10 -o pack.json");
  for (const std::string file : {"receipt.json", "receipt.tlog", "pack.json"}) {
    const std::string flags = " --vkey ledger/operator.vkey " + file;
    EXPECT_EQ(Fine("ledgerline-verify" + flags), Fine("ledgerline verify" + flags));
    EXPECT_EQ(Shell("ledgerline-verify " + file).exit_status, file == "receipt.tlog" ? 3 : 1) << "no anchor: " << file;
  }
  const auto json = nlohmann::json::parse(Fine("ledgerline-verify --json --vkey ledger/operator.vkey pack.json"));
  EXPECT_TRUE(json.at(0).at("verified").get<bool>());
}

TEST_F(VerifierTest, CatchesAChangedDigitAndNamesIt) {
  MakeLedger();
  Fine("ledgerline close ledger --period 2026-10");
  Fine("ledgerline audit-pack ledger --party demo-label --period 2026-10 -o pack.json");
  Fine("sed 's/\"close\": \\([0-9]*\\)/\"close\": 1\\1/' pack.json > wrong.json");
  ASSERT_NE(Read("pack.json"), Read("wrong.json"));
  const Ran ran = Shell("ledgerline-verify --vkey ledger/operator.vkey wrong.json");
  EXPECT_EQ(ran.exit_status, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("FAILED"));
}

TEST_F(VerifierTest, ReplaysAnExportedLogAndNamesWhatWasAltered) {
  MakeLedger();
  Fine("ledgerline close ledger --period 2026-10");
  Fine("ledgerline log export ledger files");
  EXPECT_THAT(Fine("ledgerline-verify --vkey ledger/operator.vkey files"), HasSubstr("VERIFIED"));
  EXPECT_EQ(Shell("ledgerline-verify --vkey ledger/operator.vkey ledger").exit_status, 3);
  const std::string bundle = Fine("find files/tile/entries -type f | tail -n 1 | tr -d '\\n'");
  std::string bytes = Read(bundle);
  bytes[bytes.size() / 2] ^= 1;
  Write(bundle, bytes);
  const Ran ran = Shell("ledgerline-verify --vkey ledger/operator.vkey files");
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.out, HasSubstr("FAILED"));
  EXPECT_THAT(ran.out, HasSubstr("entry "));
}

TEST_F(VerifierTest, WrongUsageAndWrongInputAreToldApart) {
  EXPECT_EQ(Shell("ledgerline-verify").exit_status, 2);
  EXPECT_EQ(Shell("ledgerline-verify --frob x").exit_status, 2);
  const Ran missing = Shell("ledgerline-verify nowhere.json");
  EXPECT_EQ(missing.exit_status, 3);
  EXPECT_THAT(missing.out + missing.err, HasSubstr("nowhere.json"));
}

}  // namespace
}  // namespace ledgerline
