// Following a log from its files: a whole one passes, each lie of whoever serves it is a finding, and the memory of
// what was seen catches a rewritten past.
#include "ledger/audit/replay_log.h"

#include <gmock/gmock.h>

#include <map>

#include "ledger/audit/attestation.h"
#include "ledger/audit/journal_log_source.h"
#include "tests/ledger/audit/recorded_ledger.h"
#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline::audit {
namespace {

using testing::HasSubstr;

// The journal's files, of which the server shows some otherwise.
class LyingSource : public LogSource {
 public:
  explicit LyingSource(const journal::Journal& journal) : honest_(journal, "liar") {}
  Result<std::string> Get(std::string_view path) override {
    if (missing == path) return NotFound(std::string(path) + " is not there");
    const auto found = instead.find(std::string(path));
    if (found != instead.end()) return found->second;
    return honest_.Get(path);
  }
  std::string name() const override { return honest_.name(); }

  std::string missing;
  std::map<std::string, std::string> instead;

 private:
  JournalLogSource honest_;
};

class ReplayLogTest : public testing::Test {
 protected:
  void SetUp() override {
    AddDemo(builder_, kProRata);
    builder_.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
    recorded_.Follow(builder_);
    close_ = recorded_.Close("2026-10");
    size_ = recorded_.journal->size();
  }
  ReplayedLog Follow(LogSource& source, std::optional<std::string> kept = {}) const {
    ReplayOptions options;
    options.anchor = recorded_.Anchor();
    options.kept_checkpoint = std::move(kept);
    return ReplayLog(source, options);
  }
  std::string Failures(LogSource& source, std::optional<std::string> kept = {}) const {
    return FailuresOf(Follow(source, std::move(kept)).report);
  }
  std::string BundlePath() const { return crypto::EntryBundlePath(0, static_cast<uint32_t>(size_.value)); }

  LedgerBuilder builder_;
  RecordedLedger recorded_;
  EntryIndex close_;
  TreeSize size_;
};

TEST_F(ReplayLogTest, AWholeLogIsReplayedAndItsCloseFound) {
  LyingSource source(*recorded_.journal);
  const ReplayedLog log = Follow(source);
  EXPECT_EQ(FailuresOf(log.report), "");
  EXPECT_TRUE(log.report.anchored());
  EXPECT_EQ(log.size, size_);
  ASSERT_EQ(log.closes.size(), 1u);
  EXPECT_EQ(log.closes[0].index, close_);
  EXPECT_EQ(log.closes[0].period, "2026-10");
  const auto attestation = AttestationOf(log.closes[0].entry, log.size, log.root);
  ASSERT_TRUE(attestation.ok());
  EXPECT_EQ(CheckAttestation(*attestation, log.closes[0].entry).ToString(), "ok");
}

TEST_F(ReplayLogTest, WithoutAKeyItIsSelfConsistentOnly) {
  LyingSource source(*recorded_.journal);
  const ReplayedLog log = ReplayLog(source, {});
  EXPECT_EQ(FailuresOf(log.report), "");
  EXPECT_FALSE(log.report.anchored());
}

TEST_F(ReplayLogTest, ItGoesOnFromWhatWasSeen) {
  LyingSource source(*recorded_.journal);
  const std::string seen = recorded_.journal->LatestCheckpoint();
  builder_.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\n"));
  recorded_.Follow(builder_);
  recorded_.Close("2026-11");
  const ReplayedLog log = Follow(source, seen);
  EXPECT_EQ(FailuresOf(log.report), "");
  EXPECT_EQ(log.kept_size, size_);
  EXPECT_EQ(log.closes.size(), 2u);
}

TEST_F(ReplayLogTest, EachLieIsNamed) {
  const std::string bundle = JournalLogSource(*recorded_.journal, "").Get(BundlePath()).value();
  const auto entries = crypto::ParseEntryBundle(bundle).value();
  {
    LyingSource source(*recorded_.journal);  // an entry altered
    auto altered = entries;
    altered[5].back() ^= 1;
    source.instead[BundlePath()] = crypto::EncodeEntryBundle(altered).value();
    EXPECT_THAT(Failures(source), HasSubstr("tree: the entries give root"));
    EXPECT_THAT(Failures(source, recorded_.journal->LatestCheckpoint()), HasSubstr("it cannot be told"));
  }
  {
    LyingSource source(*recorded_.journal);  // two exchanged
    auto altered = entries;
    std::swap(altered[6], altered[7]);
    source.instead[BundlePath()] = crypto::EncodeEntryBundle(altered).value();
    EXPECT_THAT(Failures(source), HasSubstr("entries: entry 6: it says that it is entry 7"));
  }
  {
    LyingSource source(*recorded_.journal);  // one left out
    auto altered = entries;
    altered.pop_back();
    source.instead[BundlePath()] = crypto::EncodeEntryBundle(altered).value();
    EXPECT_THAT(Failures(source), HasSubstr("has only " + std::to_string(size_.value - 1) + " entries"));
  }
  {
    LyingSource source(*recorded_.journal);  // a hash tile altered
    const std::string path = crypto::TilePath({0, 0, static_cast<uint32_t>(size_.value)});
    std::string tile = source.Get(path).value();
    tile[0] ^= 1;
    source.instead[path] = tile;
    EXPECT_THAT(Failures(source), HasSubstr("hash tiles: " + path));
  }
  const royalty::LedgerFold fold = recorded_.Fold();
  const Hash256 statements = *Hash256::FromBytes(fold.closes()[0].close.statements_sha256());
  {
    LyingSource source(*recorded_.journal);  // a file withheld
    source.missing = BlobPath(statements);
    EXPECT_THAT(Failures(source), HasSubstr("blobs: blob " + statements.Short() + " of " + Named(close_)));
  }
  {
    LyingSource source(*recorded_.journal);  // a file altered
    source.instead[BlobPath(statements)] = "other";
    EXPECT_THAT(Failures(source), HasSubstr("it has other content than its name says"));
  }
  {
    LyingSource source(*recorded_.journal);
    source.instead["checkpoint"] = "no note";
    EXPECT_THAT(Failures(source), HasSubstr("checkpoint:"));
    source.instead.clear();
    source.missing = "checkpoint";
    EXPECT_THAT(Failures(source), HasSubstr("checkpoint: checkpoint is not there"));
  }
}

TEST_F(ReplayLogTest, AnotherHistoryThanTheOneSeenIsCaught) {
  // The same operator signs another log of the same name.
  RecordedLedger other;
  LedgerBuilder builder;
  AddDemo(builder, kPerGeneration);
  builder.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\n"));
  other.Follow(builder);
  other.Close("2026-10");
  LyingSource source(*other.journal);
  EXPECT_EQ(Failures(source), "");  // whole in itself
  EXPECT_THAT(Failures(source, recorded_.journal->LatestCheckpoint()), HasSubstr("history was rewritten"));
  // And one that is behind.
  LyingSource behind(*recorded_.journal);
  const std::string old = recorded_.journal->LatestCheckpoint();
  builder_.Consent("ann", "*");
  recorded_.Follow(builder_);
  const std::string seen = recorded_.journal->LatestCheckpoint();
  behind.instead["checkpoint"] = old;
  EXPECT_THAT(Failures(behind, seen), HasSubstr("behind what was seen"));
}

// A close that the operator signed and that is not what the ledger leads to: named, and never among those to attest.
TEST_F(ReplayLogTest, AFalseCloseIsNamedAndNotOffered) {
  builder_.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\n"));
  recorded_.Follow(builder_);
  const royalty::LedgerFold fold = recorded_.Fold();
  const auto head = recorded_.journal->head();
  auto result = royalty::ClosePeriod({*Period::Parse("2026-11"), head.size, head.root, fold, recorded_.secret});
  ASSERT_TRUE(result.ok());
  result->close.set_index_root(std::string(32, 'x'));  // somebody is missing from the index
  v1::Payload payload;
  *payload.mutable_period_close() = result->close;
  const EntryIndex index = recorded_.Submit(payload, recorded_.operator_signer(), {result->blob});
  ASSERT_TRUE(recorded_.journal->SignCheckpoint().ok());
  LyingSource source(*recorded_.journal);
  const ReplayedLog log = Follow(source);
  EXPECT_THAT(FailuresOf(log.report), HasSubstr("close in " + Named(index) + ": close of 2026-11: the index is not"));
  ASSERT_EQ(log.closes.size(), 1u);
  EXPECT_EQ(log.closes[0].index, close_);
}

TEST_F(ReplayLogTest, AnotherKeyIsRefused) {
  LyingSource source(*recorded_.journal);
  ReplayOptions options;
  options.anchor =
      crypto::TrustAnchor::FromKey(*crypto::VerifierKey::Create(LedgerBuilder::kOrigin, TestKey(9).public_key()));
  EXPECT_THAT(FailuresOf(ReplayLog(source, options).report), HasSubstr("checkpoint signature"));
}

// An operator who writes what a party never signed: the tree is whole and the checkpoint is its own.
TEST_F(ReplayLogTest, AForgedSignatureIsNamed) {
  journal::TestClock clock;
  journal::JournalOptions careless;
  careless.check_signatures = false;
  const auto forged =
      journal::Journal::Create(std::make_unique<journal::MemoryStorage>(std::make_shared<journal::MemoryRecords>()),
                               LedgerBuilder::kOrigin, recorded_.operator_signer(), clock, careless)
          .value();
  for (int i = 1; i < 70; ++i) {
    v1::Submission submission;
    const std::string signed_bytes =
        journal::SignSubmission(LedgerBuilder::kOrigin, std::to_string(i), journal::ConsentPayload("ann"),
                                recorded_.operator_signer())
            .value();
    ASSERT_TRUE(submission.ParseFromString(signed_bytes));
    if (i == 5 || i == 68) submission.mutable_signature()->at(9) ^= 1;
    ASSERT_TRUE(forged->Submit({submission.SerializeAsString(), {}}).ok());
  }
  ASSERT_TRUE(forged->SignCheckpoint().ok());
  LyingSource source(*forged);
  const std::string failures = Failures(source);
  EXPECT_THAT(failures, HasSubstr("signatures: entry 5: submission.signature is not key"));
  EXPECT_THAT(failures, HasSubstr("entry 68: submission.signature is not key"));
}

}  // namespace
}  // namespace ledgerline::audit
