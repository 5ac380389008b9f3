#include "tools/train/influence_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/inference/influence/sample_index.h"

namespace ledgerline::train {
namespace {

using influence::InfluenceIndex;
using influence::SampleIndex;
using influence::ValidationFile;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(InfluenceSharesTest, WholeInfluencesSumToOneWhole) {
  EXPECT_THAT(WholeInfluences({3, -5, 1}).value(), ElementsAre(750'000'000, 0, 250'000'000));
  EXPECT_THAT(WholeInfluences({-1, 0}).value(), ElementsAre(0, 0));
  const std::vector<uint64_t> thirds = WholeInfluences({1.5, 1.5, 1.5}).value();
  EXPECT_EQ(std::accumulate(thirds.begin(), thirds.end(), uint64_t{0}), kInfluenceWhole);
  EXPECT_EQ(thirds[0], 333'333'334u);
}

TEST(InfluenceSharesTest, CoversAddUpAndAnotherIndexIsRefused) {
  const InfluenceIndex index = SampleIndex(3, 1, 1);
  Hash256 hash;
  hash.bytes[0] = 9;
  std::vector<uint64_t> sums(3, 0);
  const std::string csv = FormatCoverInfluences(index, hash, "cover, one", {600'000'000, 0, 400'000'000});
  ASSERT_TRUE(AddCoverInfluences(csv, index, hash, &sums).ok());
  ASSERT_TRUE(AddCoverInfluences(csv, index, hash, &sums).ok());
  EXPECT_THAT(sums, ElementsAre(1'200'000'000, 0, 800'000'000));
  EXPECT_THAT(AddCoverInfluences(csv, index, Hash256(), &sums).message(), HasSubstr("index_sha256"));
  const std::string head = "index_sha256,cover,piece,influence\n" + hash.ToHex() + ",c,";
  EXPECT_THAT(AddCoverInfluences(head + "songs/999,1\n", index, hash, &sums).message(), HasSubstr("none that"));
  EXPECT_EQ(AddCoverInfluences(head + "songs/101,1000000001\n", index, hash, &sums).code(), StatusCode::kOutOfRange);
}

TEST(InfluenceSharesTest, TheFinestMatchOwnsAPiece) {
  const PieceOwners owners = PieceOwners::Parse(
                                 "match,owner,consent_index\n"
                                 "collection:songs,collection:songs,\n"
                                 "composer:Composer 2,party:ann,7\n"
                                 "piece:songs/102,party:ben,9\n")
                                 .value();
  const InfluenceIndex index = SampleIndex(6, 1, 1);
  EXPECT_EQ(owners.OwnerOf(index.pieces[0]), "collection:songs");
  EXPECT_EQ(owners.OwnerOf(index.pieces[1]), "");           // a dance by Composer 1: nobody's
  EXPECT_EQ(owners.OwnerOf(index.pieces[2]), "party:ben");  // a song by Composer 2
  EXPECT_EQ(owners.OwnerOf(index.pieces[5]), "party:ann");  // a dance by Composer 2
  EXPECT_EQ(owners.ConsentOf("party:ben"), 9u);
  EXPECT_EQ(owners.ConsentOf("collection:songs"), 0u);
  EXPECT_EQ(PieceOwners::ByCollection().OwnerOf(index.pieces[1]), "collection:dances");
  const auto refused = [](const std::string& rows) {
    return PieceOwners::Parse("match,owner,consent_index\n" + rows).status().message();
  };
  EXPECT_THAT(refused("songs,party:ann,1\n"), HasSubstr("match"));
  EXPECT_THAT(refused("piece:a,ann,1\n"), HasSubstr("party:ID"));
  EXPECT_THAT(refused("piece:a,party:A B,1\n"), HasSubstr("owner"));
  EXPECT_THAT(refused("piece:a,collection:x,3\n"), HasSubstr("without one"));
  EXPECT_THAT(refused("piece:a,party:ann,1\npiece:a,party:ben,2\n"), HasSubstr("second time"));
  EXPECT_THAT(refused("piece:a,party:ann,1\npiece:b,party:ann,2\n"), HasSubstr("entry 1 above"));
}

TEST(InfluenceSharesTest, InfluenceWeighsWhatItsValidationAllows) {
  const InfluenceIndex index = SampleIndex(3, 1, 1);
  ValidationFile validation;
  validation.method = index.method.Name();
  validation.low_ppm = 1;
  EXPECT_EQ(WeightPpm(index, nullptr), 0u);
  EXPECT_EQ(WeightPpm(index, &validation), 250'000u);
  validation.model = index.model;
  EXPECT_EQ(WeightPpm(index, &validation), 500'000u);
  validation.low_ppm = 0;
  EXPECT_EQ(WeightPpm(index, &validation), 0u);
  validation.low_ppm = 1;
  validation.method += "x";
  EXPECT_EQ(WeightPpm(index, &validation), 0u);
}

}  // namespace
}  // namespace ledgerline::train
