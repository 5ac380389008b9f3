#include "ledger/rights/share_book.h"

#include <gtest/gtest.h>

#include "tests/ledger/rights/demo_catalogue.h"

namespace ledgerline {
namespace {

using exchange::Asset;
using exchange::Right;
using rights::ShareStanding;

class ShareBookTest : public ::testing::Test {
 protected:
  ShareBookTest() { AddDemoCatalogue(ledger_); }
  rights::ShareAnswer Master(const std::string& territory, const std::string& at, TreeSize as_of) {
    return ledger_.rights().shares().At(Asset{Asset::Kind::kRecording, "rec-1"}, Right::kMaster, territory, At(at),
                                        as_of);
  }
  rights::ShareAnswer Master(const std::string& territory, const std::string& at) {
    return Master(territory, at, ledger_.fold.size());
  }
  LedgerBuilder ledger_;
};

TEST_F(ShareBookTest, ValidTimeIsHalfOpen) {
  EXPECT_EQ(Master("DE", "2019-12-31T23:59:59.999999Z").standing, ShareStanding::kMissing);
  const auto answer = Master("DE", "2020-01-01");
  ASSERT_EQ(answer.standing, ShareStanding::kInForce);
  EXPECT_EQ(answer.set->row.id.text(), "set-m");
  // Restated with an end.
  ledger_.File(Shares("set-m,recording:rec-1,MASTER,WW,2020-01-01,2026-10-01,ACCEPTED,label,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-09-30T23:59:59.999999Z").standing, ShareStanding::kInForce);
  EXPECT_EQ(Master("DE", "2026-10-01").standing, ShareStanding::kMissing);
}

TEST_F(ShareBookTest, AsOfAnIndexOnlyWhatStandsBeforeIt) {
  const TreeSize before = ledger_.fold.size();
  const uint64_t change = ledger_.File(Shares("set-m,recording:rec-1,MASTER,WW,2020-01-01,,ACCEPTED,pub,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-10-01", before).set->row.lines[0].party.text(), "label");
  EXPECT_EQ(Master("DE", "2026-10-01", TreeSize{change}).set->row.lines[0].party.text(), "label");
  EXPECT_EQ(Master("DE", "2026-10-01", TreeSize{change + 1}).set->row.lines[0].party.text(), "pub");
  EXPECT_EQ(Master("DE", "2026-10-01", TreeSize{0}).standing, ShareStanding::kMissing);
}

TEST_F(ShareBookTest, OnlyTheContestedPartIsContested) {
  const uint64_t other =
      ledger_.File(Shares("set-x,recording:rec-1,MASTER,DE,2026-10-01,2026-11-01,ACCEPTED,pub,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-09-30").standing, ShareStanding::kInForce);
  const auto contested = Master("DE", "2026-10-15");
  EXPECT_EQ(contested.standing, ShareStanding::kContested);
  EXPECT_EQ(contested.set, nullptr);
  EXPECT_EQ(contested.involved.size(), 2u);
  EXPECT_NE(contested.explanation.find("set-x (entry " + std::to_string(other) + ")"), std::string::npos)
      << contested.explanation;
  EXPECT_EQ(Master("AT", "2026-10-15").standing, ShareStanding::kInForce);
  EXPECT_EQ(Master("DE", "2026-11-01").standing, ShareStanding::kInForce);
  EXPECT_NE(ledger_.FaultsText().find("share set set-x overlaps share set set-m"), std::string::npos)
      << ledger_.FaultsText();
  // Superseding one of the two ends it.
  ledger_.File(Shares("set-x,recording:rec-1,MASTER,DE,2026-10-01,2026-11-01,SUPERSEDED,pub,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-10-15").set->row.id.text(), "set-m");
}

TEST_F(ShareBookTest, DisputedHoldsAndDraftsDoNothing) {
  ledger_.File(
      Shares("set-x,recording:rec-1,MASTER,DE,2026-10-01,,DRAFT,pub,1000000,\nset-y,recording:rec-1,MASTER,DE,2026-10-"
             "01,,PENDING,pub,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-10-15").standing, ShareStanding::kInForce);
  ledger_.File(Shares("set-x,recording:rec-1,MASTER,DE,2026-10-01,,DISPUTED,pub,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-10-15").standing, ShareStanding::kDisputed);
  EXPECT_EQ(Master("FR", "2026-10-15").standing, ShareStanding::kInForce);
}

TEST_F(ShareBookTest, ASetThatMovesToAnotherAssetLeavesTheFirst) {
  ledger_.File(Shares("set-m,recording:rec-2,MASTER,WW,2020-01-01,,ACCEPTED,label,1000000,\n"));
  EXPECT_EQ(Master("DE", "2026-10-15").standing, ShareStanding::kMissing);
}

}  // namespace
}  // namespace ledgerline
