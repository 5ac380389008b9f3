// Promises against ledgers: one that kept them, and two by which an operator breaks them.
#include "ledger/audit/promise_check.h"

#include "tests/ledger/audit/audit_fixture.h"

namespace ledgerline::audit {
namespace {

using testing::HasSubstr;

class PromiseCheckTest : public testing::Test {
 protected:
  // A ledger of the same operator with these ratings, each recorded a second after the last, and a checkpoint.
  std::unique_ptr<journal::Journal> Ledger(const std::vector<std::string>& ratings, int64_t starts_us) {
    clock_.now_us = starts_us;
    auto ledger = journal::Journal::Create(NewStorage(), journal::kTestOrigin, operator_, clock_).value();
    for (const std::string& rating : ratings) {
      clock_.now_us += 1'000'000;
      last_ = ledger->Submit(journal::RatingRequest(operator_, rating)).value();
    }
    EXPECT_TRUE(ledger->SignCheckpoint().ok());
    return ledger;
  }
  std::string Against(const journal::Journal& ledger, const journal::Promise& promise) {
    Report report;
    const auto commit = CheckPromise(promise, ledger.checkpoint_key(), report);
    EXPECT_TRUE(commit.has_value());
    if (commit) CheckPromiseKept(promise, *commit, ledger.checkpoint_key(), ledger, report);
    EXPECT_TRUE(report.anchored());
    return Failures(report);
  }

  static constexpr int64_t kStart = 1'790'000'000'000'000;
  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  journal::Committed last_;
};

TEST_F(PromiseCheckTest, KeptAndBroken) {
  const auto honest = Ledger({"one", "two", "three"}, kStart);
  const journal::Promise promise = last_.promise().value();  // of entry 3
  EXPECT_EQ(Against(*honest, promise), "");
  // The same operator with another history: the third entry is another one.
  EXPECT_THAT(Against(*Ledger({"one", "two", "another", "four"}, kStart), promise),
              HasSubstr("BROKEN: the signed tree of size 5 has another entry 3"));
  // Or was left out: its tree is later than the promise, and smaller.
  EXPECT_THAT(Against(*Ledger({"one", "two"}, kStart + 2'000'000), promise),
              HasSubstr("BROKEN: the ledger's last signed checkpoint has 3 entries, and entry 3 was promised"));
  // An older copy shows nothing.
  EXPECT_THAT(Against(*Ledger({"one", "two"}, kStart), promise), HasSubstr("NOT KEPT HERE"));
}

TEST_F(PromiseCheckTest, NotProvedUntilACheckpointCoversIt) {
  const auto ledger = Ledger({"one"}, kStart);
  const journal::Promise promise = ledger->Submit(journal::RatingRequest(operator_, "two"))->promise().value();
  EXPECT_THAT(Against(*ledger, promise), HasSubstr("NOT PROVED YET"));
  ASSERT_TRUE(ledger->SignCheckpoint().ok());
  EXPECT_EQ(Against(*ledger, promise), "");
}

TEST_F(PromiseCheckTest, AnothersSignatureIsNoPromise) {
  const auto ledger = Ledger({"one"}, kStart);
  const auto other = crypto::VerifierKey::Create(journal::kTestOrigin, journal::TestSigner('x').public_key()).value();
  Report report;
  EXPECT_FALSE(CheckPromise(last_.promise().value(), other, report).has_value());
  EXPECT_THAT(Failures(report), HasSubstr("promise signature"));
  EXPECT_FALSE(CheckPromise(last_.promise().value(), std::nullopt, report).has_value());
}

}  // namespace
}  // namespace ledgerline::audit
