// Of random worlds, every party's pack verifies: every line by its nodes and rows, every balance by its sum, every list
// by the index; and strangers are absent.
#include <gtest/gtest.h>

#include "tests/ledger/audit/recorded_ledger.h"
#include "tests/ledger/royalty/random_world.h"

namespace ledgerline::audit {
namespace {

TEST(PackPropertyTest, EveryPartysPackOfARandomWorldVerifies) {
  EXPECT_TRUE(rc::check("packs", [] {
    const World world = RandomWorld();
    LedgerBuilder builder;
    CloseByLedgerline(world, builder);
    RC_ASSERT(!::testing::Test::HasFailure());
    RecordedLedger recorded;
    recorded.Follow(builder);
    recorded.Close("2026-10");
    const royalty::LedgerFold fold = recorded.Fold();
    for (int i = 0; i < 6; ++i) {
      const std::string party = "party-" + std::to_string(i);
      const auto pack = MakeAuditPack(*recorded.journal, fold, *PartyId::Parse(party), *Period::Parse("2026-10"));
      RC_ASSERT(pack.ok());
      RC_ASSERT(FailuresOf(VerifyPack(*pack, recorded.Anchor(), {})) == "");
      RC_ASSERT(pack->index.presence.has_value() == (i < 5));
    }
  }));
}

}  // namespace
}  // namespace ledgerline::audit
