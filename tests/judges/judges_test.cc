// Programs that no one here wrote read our real output: a journal grown to 70,000 entries, exported as files at each of
// nine sizes, its checkpoints cosigned, with our own proofs beside them. Go's sumdb/note and sumdb/tlog, and sigstore's
// verifier from npm. A judge that cannot be had is a failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "crypto/cosignature.h"
#include "ledger/audit/log_export.h"
#include "ledger/audit/log_source.h"
#include "ledger/journal/tlog_proof.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline {
namespace {

namespace fs = std::filesystem;
using journal::Journal;

constexpr uint64_t kSizes[] = {1, 2, 3, 8, 255, 256, 257, 1000, 70'000};

class JudgesTest : public testing::Test {
 protected:
  // Made once for all judges.
  static void SetUpTestSuite() {
    directory_ = fs::path(testing::TempDir()) / ("judges." + std::to_string(::getpid()));
    fs::remove_all(directory_);
    for (const char* part : {"checkpoints", "inclusion", "consistency"}) fs::create_directories(directory_ / part);
    Grow();
  }
  static void TearDownTestSuite() {
    journal_.reset();
    fs::remove_all(directory_);
  }

  static void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }

  static void Append(uint64_t size) {
    std::mutex mutex;
    std::condition_variable finished;
    uint64_t next = journal_->size().value, waiting = 0;
    for (; next < size; ++next) {
      {
        std::unique_lock lock(mutex);
        finished.wait(lock, [&] { return waiting < 2000; });
        ++waiting;
      }
      const Status queued = journal_->SubmitAsync(journal::RatingRequest(*operator_, std::to_string(next)),
                                                  [&](Result<journal::Committed> committed) {
                                                    EXPECT_TRUE(committed.ok());
                                                    const std::lock_guard lock(mutex);
                                                    --waiting;
                                                    finished.notify_all();
                                                  });
      ASSERT_TRUE(queued.ok()) << queued.ToString();
    }
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return waiting == 0; });
  }

  static void Grow() {
    const crypto::KeySigner witness = journal::TestSigner('w');
    journal::JournalOptions options;
    options.check_signatures = false;  // signed all the same; the submitters' signatures are not what is judged
    journal_ = Journal::Create(std::make_unique<journal::MemoryStorage>(held_), journal::kTestOrigin, *operator_,
                               *clock_, options)
                   .value();
    Write("vkey", journal_->checkpoint_key().ToString() + "\n");
    Write("witness_vkey", crypto::CosignerKey::Create("witness.example/w", witness.public_key()).value().ToString());
    for (const uint64_t size : kSizes) {
      Append(size);
      const std::string note = journal_->SignCheckpoint().value();
      crypto::SignedNote cosigned = crypto::SignedNote::Parse(note).value();
      cosigned.signatures.push_back(
          crypto::Cosign(cosigned.text, "witness.example/w", witness, 1'790'000'000 + size).value());
      ASSERT_TRUE(journal_->AddCosignatures(cosigned.Serialize()).ok());
      ASSERT_TRUE(audit::ExportLog(*journal_, (directory_ / "log").string(), false).ok());
      Write("checkpoints/" + std::to_string(size), journal_->LatestCheckpoint());
      WriteProofs(size);
    }
  }

  static void WriteProofs(uint64_t size) {
    for (const uint64_t index :
         {uint64_t{0}, uint64_t{1}, size / 2, size - 2, size - 1, uint64_t{255}, uint64_t{256}}) {
      if (index >= size) continue;
      Write("inclusion/" + std::to_string(index) + "-" + std::to_string(size),
            journal::MakeReceipt(*journal_, EntryIndex{index}).value().Serialize());
    }
    for (const uint64_t old_size : kSizes) {
      if (old_size >= size) continue;
      const witness::AddCheckpointRequest proof{TreeSize{old_size},
                                                journal_->ConsistencyProof(TreeSize{old_size}, TreeSize{size}).value(),
                                                journal_->LatestCheckpoint()};
      Write("consistency/" + std::to_string(old_size) + "-" + std::to_string(size), proof.Serialize());
    }
  }

  // Standard output and error of a shell command, and its status.
  static std::pair<int, std::string> Run(const std::string& command) {
    std::string out;
    std::FILE* pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
    if (pipe == nullptr) return {-1, "popen failed"};
    char buffer[4096];
    for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
    return {::pclose(pipe), out};
  }

  static inline fs::path directory_;
  static inline std::shared_ptr<journal::MemoryRecords> held_ = std::make_shared<journal::MemoryRecords>();
  static inline std::unique_ptr<crypto::KeySigner> operator_ =
      std::make_unique<crypto::KeySigner>(journal::TestSigner('o'));
  static inline std::unique_ptr<journal::TestClock> clock_ = std::make_unique<journal::TestClock>();
  static inline std::unique_ptr<Journal> journal_;
};

TEST_F(JudgesTest, GoReadsCheckpointsCosignaturesTilesAndProofs) {
  const auto [status, out] = Run("env GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=" LEDGERLINE_JUDGES_BUILD
                                 "/gocache go run tests/judges/go_judge.go " +
                                 directory_.string());
  ASSERT_EQ(status, 0) << out;
  std::istringstream said(out);
  std::string word;
  int trees = 0, accepted = 0, refused = 0;
  said >> word >> trees >> word >> accepted >> word >> refused;
  EXPECT_EQ(trees, 9) << out;
  EXPECT_EQ(accepted, 9 * 3 + 50 * 3 + 36 * 3) << out;
  EXPECT_EQ(refused, 9 * 2 + 50 + 47 + 8 + 36 * 2 + 1) << out;
}

TEST_F(JudgesTest, SigstoreReadsInclusionProofs) {
  // Installed from the committed lock, without anybody's scripts.
  const std::string npm = LEDGERLINE_JUDGES_BUILD "/npm";
  const auto [installed, how] =
      Run("mkdir -p " + npm + " && cd " + npm + " && { cmp -s package-lock.json installed-lock.json || { cp " +
          fs::absolute("tests/judges").string() +
          "/package*.json . && npm ci --ignore-scripts --no-audit --no-fund && "
          "cp package-lock.json installed-lock.json; } }");
  ASSERT_EQ(installed, 0) << how;
  const auto [status, out] =
      Run("cp tests/judges/sigstore_judge.js " + npm + " && node " + npm + "/sigstore_judge.js " + directory_.string());
  ASSERT_EQ(status, 0) << out;
  const int files = static_cast<int>(std::distance(fs::directory_iterator(directory_ / "inclusion"), {}));
  EXPECT_THAT(out, testing::HasSubstr("accepted " + std::to_string(files) + " refused "));
  EXPECT_GE(files, 40);
}

TEST_F(JudgesTest, SizeZero) {
  EXPECT_EQ(journal_->ConsistencyProof(TreeSize{0}, TreeSize{1}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(JudgesTest, AnExportGrowsAndNeverGoesBack) {
  const std::string log = (directory_ / "log").string(), open = (directory_ / "open").string();
  const audit::LogExport again = audit::ExportLog(*journal_, log, false).value();
  EXPECT_EQ(again.size, TreeSize{70'000});
  EXPECT_EQ(again.files_written, 1u) << "the checkpoint alone";
  audit::DirectoryLogSource source(log);
  EXPECT_EQ(source.Get("checkpoint").value(), journal_->LatestCheckpoint());
  EXPECT_EQ(source.Get("tile/0/273.p/112").value().size(), 112u * 32);
  EXPECT_TRUE(source.Get("tile/0/000.p/3").ok()) << "a checkpoint of size 3 was signed";
  ASSERT_TRUE(audit::ExportLog(*journal_, open, true).ok());
  EXPECT_FALSE(fs::exists(fs::path(open) / "tile/entries"));
  EXPECT_TRUE(fs::exists(fs::path(open) / "tile/2/000.p/1"));
  // Another history, and an older copy, of the same log.
  auto other = std::make_shared<journal::MemoryRecords>();
  clock_->now_us += 1;
  const auto forked =
      Journal::Create(std::make_unique<journal::MemoryStorage>(other), journal::kTestOrigin, *operator_, *clock_, {})
          .value();
  const Status behind = audit::ExportLog(*forked, log, false).status();
  EXPECT_EQ(behind.code(), StatusCode::kDataLoss);
  EXPECT_THAT(behind.message(), testing::HasSubstr("it is an older copy"));
  const std::string small = (directory_ / "small").string();
  fs::create_directories(small);
  fs::copy_file(directory_ / "checkpoints/1", fs::path(small) / "checkpoint");
  EXPECT_THAT(audit::ExportLog(*forked, small, false).status().message(), testing::HasSubstr("another history"));
}

}  // namespace
}  // namespace ledgerline
