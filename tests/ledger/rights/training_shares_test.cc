// The rule of shares by hand, and an entry whose shares are not what the rule gives.
#include "ledger/rights/training_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

#include "tests/ledger/rights/demo_catalogue.h"

namespace ledgerline::rights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kHash[] = "fe2957c69b3bea4a31c97c7c2a1c822a3222c7971f4286bb3e2274a905ba9286";

std::vector<uint32_t> Ppm(const std::map<std::string, OwnerTotal>& owners, uint32_t weight) {
  return TrainingSharesPpm(owners, weight).value();
}

TEST(TrainingSharesTest, TheRuleByHand) {
  const std::map<std::string, OwnerTotal> owners = {{"a", {100, 900}}, {"b", {200, 0}}, {"c", {700, 100}}};
  EXPECT_THAT(Ppm(owners, 0), ElementsAre(100'000, 200'000, 700'000));
  EXPECT_THAT(Ppm(owners, 500'000), ElementsAre(500'000, 100'000, 400'000));
  EXPECT_THAT(Ppm(owners, 250'000), ElementsAre(300'000, 150'000, 550'000));
  // Thirds: the odd millionth goes to the lower name.
  EXPECT_THAT(Ppm({{"a", {1, 0}}, {"b", {1, 0}}, {"c", {1, 0}}}, 0), ElementsAre(333'334, 333'333, 333'333));
  // Nobody has influence: the prior alone.
  EXPECT_THAT(Ppm({{"a", {1, 0}}, {"b", {3, 0}}}, 500'000), ElementsAre(250'000, 750'000));
  EXPECT_EQ(TrainingSharesPpm(owners, 500'001).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingSharesPpm({{"a", {0, 5}}}, 0).status().code(), StatusCode::kInvalidArgument);
}

TEST(TrainingSharesTest, SharesSumToTheWholeWhateverTheNumbers) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<uint64_t, uint64_t>>& numbers, uint32_t weight) {
    std::map<std::string, OwnerTotal> owners;
    for (const auto& [notes, influence] : numbers) {
      owners["owner " + std::to_string(1000 + owners.size())] = {notes % 2'000'000'000'000 + 1,
                                                                 influence % 2'000'000'000'000};
    }
    RC_PRE(!owners.empty());
    const std::vector<uint32_t> shares = Ppm(owners, weight % (kInfluenceWeightPpmMax + 1));
    RC_ASSERT(std::accumulate(shares.begin(), shares.end(), uint64_t{0}) == kWholePpm);
  }));
}

std::vector<StatedInfluence> Stated() {
  return {{"collection:songs", "songs/1", kHash, 300, 600'000'000},
          {"collection:songs", "songs/2", kHash, 100, 0},
          {"party:ann", "ann/1, quoted", kHash, 600, 400'000'000}};
}

v1::TrainingShares Event(uint32_t weight) {
  v1::TrainingShares shares;
  shares.set_period("2026-11");
  shares.set_model_sha256(std::string(32, 'm'));
  shares.set_index_sha256(std::string(32, 'i'));
  shares.set_influence_weight_ppm(weight);
  if (weight > 0) {
    shares.set_validation_sha256(std::string(32, 'v'));
    shares.set_lds_low_ppm(20'000);
    shares.set_lds_high_ppm(60'000);
  }
  const auto totals = TotalsByOwner(Stated()).value();
  const std::vector<uint32_t> ppm = Ppm(totals, weight);
  size_t at = 0;
  for (const auto& [name, total] : totals) {
    v1::TrainingOwner& owner = *shares.add_owners();
    owner.set_owner(name);
    owner.set_notes(total.notes);
    owner.set_influence(total.influence);
    owner.set_share_ppm(ppm[at++]);
  }
  return shares;
}

TEST(TrainingSharesTest, WhatAnEntrySaysIsHeldAgainstTheBlob) {
  const std::string csv = FormatInfluences(Stated());
  EXPECT_EQ(ParseInfluences(csv)->at(2).piece, "ann/1, quoted");
  for (const uint32_t weight : {0u, 250'000u, 500'000u}) EXPECT_TRUE(CheckTrainingShares(Event(weight), csv).ok());
  const auto refused = [&](uint32_t weight, auto change) {
    v1::TrainingShares shares = Event(weight);
    change(shares);
    return CheckTrainingShares(shares, csv).message();
  };
  // .75 * .4 + .25 * .6 and .75 * .6 + .25 * .4
  EXPECT_EQ(Event(250'000).owners(0).share_ppm(), 450'000u);
  EXPECT_EQ(Event(250'000).owners(1).share_ppm(), 550'000u);
  EXPECT_EQ(refused(250'000, [](auto& s) { s.mutable_owners(1)->set_share_ppm(550'001); }),
            "training shares: share_ppm of party:ann is 550001, should be 550000");
  EXPECT_THAT(refused(0, [](auto& s) { s.mutable_owners(0)->set_notes(401); }), HasSubstr("notes of collection:songs"));
  EXPECT_THAT(refused(0, [](auto& s) { s.mutable_owners(0)->set_influence(1); }), HasSubstr("should be 600000000"));
  EXPECT_THAT(refused(0, [](auto& s) { s.mutable_owners(0)->set_owner("party:ben"); }), HasSubstr("owner 0"));
  EXPECT_THAT(refused(0, [](auto& s) { s.mutable_owners()->RemoveLast(); }), HasSubstr("number of owners is 1"));
  // Influence weighs nothing until an interval above 0 is named.
  EXPECT_THAT(refused(250'000, [](auto& s) { s.set_lds_low_ppm(0); }), HasSubstr("should be 0 while no validation"));
  EXPECT_THAT(refused(250'000, [](auto& s) { s.clear_validation_sha256(); }), HasSubstr("should be 0 while"));
  EXPECT_THAT(refused(500'000, [](auto& s) { s.set_influence_weight_ppm(500'001); }), HasSubstr("above 500000"));
}

TEST(TrainingSharesTest, StatedInfluencesAreBounded) {
  const auto refused = [](const std::string& row) {
    return ParseInfluences("owner,piece,file_sha256,notes,influence\n" + row + "\n").status().message();
  };
  EXPECT_THAT(refused("a,p,abc,1,1"), HasSubstr("file_sha256"));
  EXPECT_THAT(refused(",p," + std::string(kHash) + ",1,1"), HasSubstr("owner"));
  EXPECT_THAT(refused(std::string(101, 'o') + ",p," + kHash + ",1,1"), HasSubstr("at most 100 bytes"));
  EXPECT_THAT(refused("a,p," + std::string(kHash) + ",-1,1"), HasSubstr("notes"));
  EXPECT_THAT(refused("a,p," + std::string(kHash) + ",1,1000000000000001"), HasSubstr("influence"));
  // Both sides of the bound, of one owner's pieces and of all owners' together, for either number.
  const auto total = [](uint64_t notes, uint64_t influence, const std::string& second) {
    return TotalsByOwner({{"a", "p", kHash, 1, 1}, {second, "q", kHash, notes, influence}}).status().code();
  };
  for (const char* second : {"a", "b"}) {
    EXPECT_EQ(total(kTrainingNumberMax - 1, kTrainingNumberMax - 1, second), StatusCode::kOk) << second;
    EXPECT_EQ(total(kTrainingNumberMax, 1, second), StatusCode::kOutOfRange) << second;
    EXPECT_EQ(total(1, kTrainingNumberMax, second), StatusCode::kOutOfRange) << second;
  }
  std::vector<StatedInfluence> many;
  for (int i = 0; i < 501; ++i) many.push_back({"o" + std::to_string(i), "p", kHash, 1, 1});
  EXPECT_EQ(TotalsByOwner(many).status().code(), StatusCode::kOutOfRange);
  many.pop_back();
  EXPECT_TRUE(TotalsByOwner(many).ok());
}

TEST(TrainingSharesTest, TheFoldNamesWhatIsWrong) {
  LedgerBuilder ledger;
  AddDemoCatalogue(ledger);
  v1::Payload grant;
  grant.mutable_consent_grant()->set_party_id("ann");
  grant.mutable_consent_grant()->set_asset("*");
  grant.mutable_consent_grant()->add_uses(v1::USE_TRAIN);
  grant.mutable_consent_grant()->set_territories("WW");
  const uint64_t granted = ledger.Add(grant);
  const auto add = [&](auto change) {
    v1::Payload payload;
    *payload.mutable_training_shares() = Event(250'000);
    payload.mutable_training_shares()->set_influences_sha256(ledger.blobs.Put(FormatInfluences(Stated())));
    payload.mutable_training_shares()->mutable_owners(1)->set_consent_index(granted);
    change(*payload.mutable_training_shares());
    const size_t before = ledger.rights().faults().size();
    ledger.Add(payload);
    const auto& faults = ledger.rights().faults();
    return faults.size() > before ? faults.back().text : std::string();
  };
  EXPECT_EQ(add([](auto&) {}), "");
  EXPECT_THAT(add([](auto& s) { s.mutable_owners(1)->set_share_ppm(1); }), HasSubstr("share_ppm of party:ann is 1"));
  EXPECT_THAT(add([](auto& s) { s.mutable_owners(1)->set_consent_index(1); }),
              HasSubstr("entry 1 is no consent of party:ann for TRAIN"));
  // Somebody else's consent, and one of the owner's to another use.
  v1::Payload other = grant;
  other.mutable_consent_grant()->set_party_id("ben");
  const uint64_t bens = ledger.Add(other);
  EXPECT_THAT(add([&](auto& s) { s.mutable_owners(1)->set_consent_index(bens); }),
              HasSubstr("entry " + std::to_string(bens) + " is no consent of party:ann for TRAIN"));
  const uint64_t covers = ledger.Consent("ann", "*");
  EXPECT_THAT(add([&](auto& s) { s.mutable_owners(1)->set_consent_index(covers); }),
              HasSubstr("entry " + std::to_string(covers) + " is no consent of party:ann for TRAIN"));
  EXPECT_EQ(add([](auto&) {}), "");
  v1::Payload revoked;
  revoked.mutable_consent_revocation()->set_party_id("ann");
  revoked.mutable_consent_revocation()->set_grant_index(granted);
  ledger.Add(revoked);
  EXPECT_THAT(add([](auto&) {}), HasSubstr("no consent of party:ann for TRAIN that is in force"));
}

}  // namespace
}  // namespace ledgerline::rights
