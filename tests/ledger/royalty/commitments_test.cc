// What a close commits to beyond its statements: golden roots, what concerns whom, and what an altered close is caught
// by.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/ledger/royalty/commitment_checks.h"
#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline::royalty {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Hash256 TestSecret() { return *Hash256::FromBytes(std::string(32, '\x07')); }

struct Closed {
  LedgerBuilder ledger;
  CloseResult result;
  FrozenPeriod frozen() const {
    return {result.statements.period, TreeSize{result.statements.prefix_size}, Hash256{}, ledger.fold, ledger.secret};
  }
};

void CloseDemo(Closed& closed, const char* rates) {
  closed.ledger.secret = TestSecret();
  AddDemo(closed.ledger, rates);
  closed.ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\nnobody,2026-10,DE,premium,1,1,EUR\n"));
  closed.result = closed.ledger.Close("2026-10");
}

// As the bytes of a close are, so are its commitments: they come out the same for ever.
TEST(CommitmentsTest, Golden) {
  std::string text;
  for (const auto& [name, rates] : {std::pair{"pro_rata", kProRata}, std::pair{"per_generation", kPerGeneration}}) {
    Closed closed;
    CloseDemo(closed, rates);
    const v1::PeriodClose& close = closed.result.close;
    EXPECT_EQ(CheckCommitments(closed.frozen(), closed.result, {"nobody", "bob", "zz"}), "");
    text += std::string(name) + " statements " + HexEncode(close.statements_sha256()) + "\n" + name + " sums " +
            HexEncode(close.sums_root()) + "\n" + name + " index " + HexEncode(close.index_root()) + "\n" + name +
            " nodes " + HexEncode(close.nodes_root()) + "\n";
  }
  std::ifstream file("tests/golden/closes/commitments_1.txt", std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str());
}

TEST(CommitmentsTest, AmountsAreThoseOfACloseWithout) {
  Closed with, without;
  CloseDemo(with, kProRata);
  AddDemo(without.ledger, kProRata);
  without.ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\nnobody,2026-10,DE,premium,1,1,EUR\n"));
  without.result = without.ledger.Close("2026-10");
  const std::string &a = with.result.blob, &b = without.result.blob;
  EXPECT_EQ(a.substr(a.find('\n')), b.substr(b.find('\n')));
  EXPECT_THAT(a, HasSubstr("\"secret\":\"0707"));
  EXPECT_EQ(without.result.close.index_root(), "");
  EXPECT_EQ(IndexOf(without.frozen(), without.result).status().code(), StatusCode::kFailedPrecondition);
  // Both are computed again and compared.
  for (const Closed* closed : {&with, &without}) {
    const auto again = RecomputeClose(closed->ledger.fold, EntryIndex{closed->ledger.next() - 1});
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(CompareClose(*again, closed->result.close, closed->result.blob).ToString(), "ok");
  }
}

TEST(CommitmentsTest, WhatConcernsWhom) {
  Closed closed;
  CloseDemo(closed, kProRata);
  const auto concerns = GatherConcerns(closed.frozen(), closed.result);
  ASSERT_EQ(concerns.size(), 2u);
  // Entries: 1 parties, 2 works, 3 recordings, 4 share sets, 5 rates, 6 and 7 consents of ann and label, 8 permit,
  // 9 generation, 10 usage. The consent of the other is nobody's business but the other's.
  EXPECT_THAT(concerns.at("ann").entries, ElementsAre(1, 2, 3, 4, 5, 6, 8, 9, 10));
  EXPECT_THAT(concerns.at("ann").rows, ElementsAre(RowReference{1, 0}, RowReference{2, 0}, RowReference{3, 0},
                                                   RowReference{4, 1}, RowReference{5, 0}, RowReference{10, 0}));
  // Line 0 is the header, 1 the total, 2 and 3 the balances.
  EXPECT_THAT(concerns.at("ann").lines, ElementsAre(2, 4));
  // The work is ann's alone, the recording of it both's.
  EXPECT_THAT(concerns.at("label").entries, ElementsAre(1, 3, 4, 5, 7, 8, 9, 10));
  EXPECT_THAT(concerns.at("label").rows, ElementsAre(RowReference{1, 1}, RowReference{3, 0}, RowReference{4, 0},
                                                     RowReference{5, 0}, RowReference{10, 0}));
  EXPECT_THAT(concerns.at("label").lines, ElementsAre(3, 5));
}

TEST(CommitmentsTest, ASecondPeriodNamesWhatIsNewAndWhatItsLinesRestOn) {
  Closed closed;
  CloseDemo(closed, kProRata);
  const uint64_t close = closed.ledger.next() - 1;
  const uint64_t usage = closed.ledger.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\n"));
  closed.result = closed.ledger.Close("2026-11");
  const auto concerns = GatherConcerns(closed.frozen(), closed.result);
  // Works are not new and no line rests on them; the close before has the balance.
  EXPECT_THAT(concerns.at("ann").entries, ElementsAre(1, 3, 4, 5, 6, 8, 9, close, usage));
  EXPECT_EQ(CheckCommitments(closed.frozen(), closed.result, {"bob"}), "");
}

TEST(CommitmentsTest, AnUnauthorisedCoverAndARivalClaimConcernTheOwner) {
  Closed closed;
  LedgerBuilder& ledger = closed.ledger;
  ledger.secret = TestSecret();
  AddDemo(ledger, kProRata);
  ledger.Revoke("ann", 6);
  const uint64_t made = ledger.Cover({"cov-2", {{"rec-1", kWholePpm}}});
  const uint64_t rival = ledger.File(
      "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
      "set-r,work:work-1,MECHANICAL,WW,2020-01-01,,DISPUTED,rival,600000,\n");
  const uint64_t usage = ledger.File(Usage("cov-2,2026-10,DE,premium,10,100,EUR\n"));
  closed.result = ledger.Close("2026-10");
  const auto concerns = GatherConcerns(closed.frozen(), closed.result);
  for (const uint64_t entry : {made, rival, usage}) EXPECT_TRUE(concerns.at("ann").entries.contains(entry)) << entry;
  EXPECT_FALSE(concerns.at("ann").rows.contains({rival, 0}));  // whose share it is, is the rival's business
  EXPECT_TRUE(concerns.at("rival").rows.contains({rival, 0}));
  EXPECT_TRUE(concerns.at("rival").entries.contains(made));
  EXPECT_EQ(CheckCommitments(closed.frozen(), closed.result, {"bob"}), "");
}

TEST(CommitmentsTest, CorrectionsBelowZeroAreInATreeOfTheirOwn) {
  Closed closed;
  CloseDemo(closed, kProRata);
  closed.ledger.File(Usage("cov-1,2026-10,DE,premium,0,-20,EUR\n"));
  closed.result = closed.ledger.Close("2026-11");
  ASSERT_EQ(closed.result.close.sums_size(), 1);
  const v1::SumCommitment& sum = closed.result.close.sums(0);
  EXPECT_EQ(sum.credits_count(), 0u);
  EXPECT_EQ(sum.debits_count(), 2u);
  EXPECT_EQ(FromWire(sum.debits(), "")->ToDecimal(), "10.4");  // 13 of which 2.6 is claimed by nobody
  EXPECT_EQ(CheckCommitments(closed.frozen(), closed.result, {"bob"}), "");
}

TEST(CommitmentsTest, EachAlteredCommitmentIsNamed) {
  Closed closed;
  CloseDemo(closed, kProRata);
  const auto altered = [&](auto change) {
    v1::PeriodClose close = closed.result.close;
    change(close);
    return CompareClose(closed.result, close, closed.result.blob).message();
  };
  const std::string other(32, 'x');
  EXPECT_THAT(altered([&](auto& c) { c.mutable_sums(0)->set_credits_root(other); }), HasSubstr("sum trees in EUR"));
  EXPECT_THAT(altered([&](auto& c) { c.mutable_sums(0)->mutable_credits()->set_units(1); }), HasSubstr("sum trees"));
  EXPECT_THAT(altered([&](auto& c) { c.mutable_sums(0)->set_debits_count(1); }), HasSubstr("sum trees"));
  EXPECT_THAT(altered([&](auto& c) { c.clear_sums(); }), HasSubstr("sums in 0 currencies"));
  EXPECT_THAT(altered([&](auto& c) { c.set_sums_root(other); }), HasSubstr("sums_root"));
  EXPECT_THAT(altered([&](auto& c) { c.set_index_root(other); }), HasSubstr("the index"));
  EXPECT_THAT(altered([&](auto& c) { c.set_index_count(3); }), HasSubstr("the index"));
  EXPECT_THAT(altered([&](auto& c) { c.set_nodes_root(other); }), HasSubstr("the nodes"));
  EXPECT_THAT(altered([&](auto& c) { c.set_node_count(3); }), HasSubstr("the nodes"));
}

// Another secret hides the same things under other hashes, and changes no amount.
TEST(CommitmentsTest, TheSecretHides) {
  Closed one, other;
  CloseDemo(one, kProRata);
  other.ledger.secret = *Hash256::FromBytes(std::string(32, '\x08'));
  AddDemo(other.ledger, kProRata);
  other.ledger.File(Usage("cov-1,2026-10,DE,premium,10,100,EUR\nnobody,2026-10,DE,premium,1,1,EUR\n"));
  other.result = other.ledger.Close("2026-10");
  EXPECT_NE(one.result.close.index_root(), other.result.close.index_root());
  EXPECT_NE(one.result.close.nodes_root(), other.result.close.nodes_root());
  EXPECT_NE(one.result.close.sums(0).credits_root(), other.result.close.sums(0).credits_root());
  EXPECT_EQ(one.result.close.sums(0).credits().units(), other.result.close.sums(0).credits().units());
}

}  // namespace
}  // namespace ledgerline::royalty
