// The fold itself: order, faults, blobs, keys, and that answers as of N do not depend on how far it has read.
#include "ledger/rights/rights_state.h"

#include <gtest/gtest.h>

#include "ledger/journal/submission.h"
#include "tests/ledger/rights/demo_catalogue.h"

namespace ledgerline {
namespace {

class RightsStateTest : public ::testing::Test {
 protected:
  RightsStateTest() { AddDemoCatalogue(ledger_); }
  v1::Entry EntryAt(uint64_t index) {
    v1::Entry entry;
    entry.set_index(index);
    entry.set_recorded_at_us(ledger_.now.us);
    entry.set_submitter_key_id(journal::KeyId(ledger_.operator_key().public_key()).ToBytes());
    return entry;
  }
  std::string LastFault() { return ledger_.rights().faults().empty() ? "" : ledger_.rights().faults().back().text; }
  LedgerBuilder ledger_;
};

TEST_F(RightsStateTest, EntriesComeInOrder) {
  const uint64_t next = ledger_.next();
  v1::Payload payload = ledger_.Grant("ben", "*");
  EXPECT_EQ(ledger_.fold.Apply(EntryIndex{next + 1}, EntryAt(next + 1), payload, ledger_.blobs).code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(ledger_.fold.Apply(EntryIndex{next - 1}, EntryAt(next - 1), payload, ledger_.blobs).code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(ledger_.fold.Apply(EntryIndex{next}, EntryAt(next + 1), payload, ledger_.blobs).code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(ledger_.fold.size().value, next);
}

TEST_F(RightsStateTest, AMissingOrAlteredBlobStopsTheFold) {
  const std::string csv = "work_id,title,iswc,creators,version_of\nwork-7,Seventh,,,\n";
  const auto file = exchange::ParseCatalogueFile(csv);
  v1::Payload payload;
  *payload.mutable_catalogue_file() = file->ToPayload();
  const uint64_t next = ledger_.next();
  EXPECT_EQ(ledger_.fold.Apply(EntryIndex{next}, EntryAt(next), payload, ledger_.blobs).code(), StatusCode::kDataLoss);
  const Hash256 name = *Hash256::FromBytes(ledger_.blobs.Put(csv));
  ledger_.blobs.blobs[name][0] ^= 1;
  EXPECT_EQ(ledger_.fold.Apply(EntryIndex{next}, EntryAt(next), payload, ledger_.blobs).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ledger_.fold.size().value, next);  // nothing has changed
  ledger_.blobs.blobs[name][0] ^= 1;
  EXPECT_TRUE(ledger_.fold.Apply(EntryIndex{next}, EntryAt(next), payload, ledger_.blobs).ok());
  EXPECT_NE(ledger_.rights().Work(*WorkId::Parse("work-7"), ledger_.fold.size()), nullptr);
  EXPECT_EQ(ledger_.rights().Work(*WorkId::Parse("work-7"), TreeSize{next}), nullptr);
}

TEST_F(RightsStateTest, AFileThatIsNotWhatItsEntrySaysIsAFault) {
  const std::string csv = "work_id,title,iswc,creators,version_of\nwork-7,Seventh,,,\n";
  ledger_.blobs.Put(csv);
  const auto file = exchange::ParseCatalogueFile(csv);
  const auto with = [&](auto change) {
    v1::Payload payload;
    *payload.mutable_catalogue_file() = file->ToPayload();
    change(*payload.mutable_catalogue_file());
    ledger_.Add(payload);
    return LastFault();
  };
  EXPECT_NE(
      with([](v1::CatalogueFile& p) { p.set_kind(v1::CATALOGUE_KIND_PARTIES); }).find("of kind 2, the entry says 1"),
      std::string::npos)
      << LastFault();
  EXPECT_NE(with([](v1::CatalogueFile& p) { p.mutable_file()->set_row_count(2); }).find("row count"),
            std::string::npos);
  EXPECT_NE(with([](v1::CatalogueFile& p) { p.mutable_file()->set_rows_root(std::string(32, 'x')); }).find("rows_root"),
            std::string::npos);
  EXPECT_NE(with([](v1::CatalogueFile& p) { p.mutable_file()->set_byte_size(1); }).find("size"), std::string::npos);
  EXPECT_NE(with([](v1::CatalogueFile& p) { p.mutable_file()->set_blob_sha256("short"); }).find("must be 32"),
            std::string::npos);
  EXPECT_EQ(ledger_.rights().Work(*WorkId::Parse("work-7"), ledger_.fold.size()), nullptr);
  // A blob that is no catalogue at all.
  v1::Payload payload;
  payload.mutable_catalogue_file()->mutable_file()->set_blob_sha256(ledger_.blobs.Put("not,a,catalogue\n"));
  ledger_.Add(payload);
  EXPECT_NE(LastFault().find("of no known file"), std::string::npos);
}

TEST_F(RightsStateTest, OnlyOperatorsBringFilesAndKeys) {
  const auto ben = TestKey(2), other = TestKey(5);
  ledger_.Enrol("ben", ben);
  v1::Payload file;
  const std::string csv = "work_id,title,iswc,creators,version_of\nwork-7,Seventh,,,\n";
  ledger_.blobs.Put(csv);
  *file.mutable_catalogue_file() = exchange::ParseCatalogueFile(csv)->ToPayload();
  ledger_.Add(file, ben);
  EXPECT_NE(LastFault().find("catalogue file is not signed by an operator's key"), std::string::npos);
  v1::Payload enrolment;
  enrolment.mutable_key_enrolment()->set_public_key(other.public_key().ToBytes());
  ledger_.Add(enrolment, ben);
  EXPECT_NE(LastFault().find("key enrolment is not signed by an operator's key"), std::string::npos);
}

TEST_F(RightsStateTest, EnrolmentNeedsProofOfPossession) {
  const auto ben = TestKey(2);
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  enrolment.set_public_key(ben.public_key().ToBytes());
  enrolment.set_role(v1::KEY_ROLE_PARTY);
  enrolment.set_party_id("ben");
  const auto sign = [&](const std::string& origin, const std::string& party) {
    enrolment.set_possession_signature(
        ben.Sign(journal::EnrolmentText(origin, party, v1::KEY_ROLE_PARTY, ben.public_key())).value().ToBytes());
    ledger_.Add(payload);
  };
  sign(LedgerBuilder::kOrigin, "ann");  // a proof for another party
  EXPECT_NE(LastFault().find("possession_signature is not the new key's"), std::string::npos);
  sign("other.example/ledger", "ben");  // a proof for another ledger
  EXPECT_NE(LastFault().find("possession_signature is not the new key's"), std::string::npos);
  EXPECT_TRUE(ledger_.rights().keys().KeysOf(*PartyId::Parse("ben"), ledger_.fold.size()).empty());
  sign(LedgerBuilder::kOrigin, "ben");
  EXPECT_EQ(ledger_.rights().keys().KeysOf(*PartyId::Parse("ben"), ledger_.fold.size()).size(), 1u);
  sign(LedgerBuilder::kOrigin, "ben");
  EXPECT_NE(LastFault().find("is enrolled already"), std::string::npos);
}

TEST_F(RightsStateTest, AKeySpeaksOnlyWhileItIsValid) {
  const auto ben = TestKey(2);
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  enrolment.set_public_key(ben.public_key().ToBytes());
  enrolment.set_role(v1::KEY_ROLE_PARTY);
  enrolment.set_party_id("ben");
  enrolment.set_valid_to_us(At("2026-10-01").us);
  enrolment.set_possession_signature(
      ben.Sign(journal::EnrolmentText(LedgerBuilder::kOrigin, "ben", v1::KEY_ROLE_PARTY, ben.public_key()))
          .value()
          .ToBytes());
  ledger_.Add(payload);
  EXPECT_NE(ledger_.rights().consents().Grant(EntryIndex{ledger_.Add(ledger_.Grant("ben", "*"), ben)}), nullptr);
  ledger_.now = At("2026-10-01");
  EXPECT_EQ(ledger_.rights().consents().Grant(EntryIndex{ledger_.Add(ledger_.Grant("ben", "*"), ben)}), nullptr);
}

TEST_F(RightsStateTest, RatingsAreKeptAndBounded) {
  const auto rate = [&](const std::string& id, uint32_t score) {
    v1::Payload payload;
    payload.mutable_rating()->set_recording_id(id);
    payload.mutable_rating()->set_score(score);
    ledger_.Add(payload);
  };
  rate("rec-1", 1);
  rate("rec-1", 5);
  EXPECT_EQ(ledger_.FaultsText(), "");
  rate("rec-1", 0);
  EXPECT_NE(LastFault().find("score 0 is outside 1 to 5"), std::string::npos);
  rate("rec-1", 6);
  rate("rec-9", 3);
  EXPECT_NE(LastFault().find("rec-9, which is not known yet"), std::string::npos);
  EXPECT_EQ(ledger_.rights().ratings().size(), 3u);
}

TEST_F(RightsStateTest, UnknownNamesAreWarningsAndUnknownKindsFaults) {
  ledger_.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-2,Second,Band,,work-2,1000000\n");
  EXPECT_NE(LastFault().find("names work work-2, which is not known yet"), std::string::npos);
  ledger_.File(Shares("set-9,recording:rec-2,MASTER,WW,2020-01-01,,ACCEPTED,ghost,1000000,\n"));
  EXPECT_NE(LastFault().find("names party ghost, which is not known yet"), std::string::npos);
  EXPECT_FALSE(ledger_.rights().faults().back().ignored);
  ledger_.Add(v1::Payload());
  EXPECT_NE(LastFault().find("no known kind"), std::string::npos);
  v1::Payload genesis;
  genesis.mutable_genesis()->set_origin("again");
  ledger_.Add(genesis);
  EXPECT_NE(LastFault().find("genesis"), std::string::npos);
}

TEST_F(RightsStateTest, ListingsAreAsOf) {
  const TreeSize before = ledger_.fold.size();
  for (const char* party : {"label", "pub", "ben"}) ledger_.Consent(party, "*");
  ledger_.Cover(Spec("cov-1"));
  EXPECT_EQ(ledger_.rights().Recordings(before).size(), 1u);
  const auto now = ledger_.rights().Recordings(ledger_.fold.size());
  ASSERT_EQ(now.size(), 2u);
  EXPECT_NE(now[0].cover, nullptr);  // cov-1
  EXPECT_NE(now[1].original, nullptr);
  EXPECT_EQ(ledger_.rights().Parties(before).size(), 4u);
  EXPECT_EQ(ledger_.rights().Parties(TreeSize{1}).size(), 0u);
  EXPECT_EQ(ledger_.rights().consents().List(before).size(), 0u);
  EXPECT_EQ(ledger_.rights().consents().List(ledger_.fold.size()).size(), 3u);
  EXPECT_EQ(ledger_.rights().Works(before).size(), 1u);
  EXPECT_EQ(ledger_.rights().shares().List(before).size(), 2u);
}

}  // namespace
}  // namespace ledgerline
