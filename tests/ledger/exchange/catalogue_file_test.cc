#include "ledger/exchange/catalogue_file.h"

#include <gtest/gtest.h>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::exchange {
namespace {

constexpr char kShares[] =
    "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n";
constexpr char kRecordings[] = "recording_id,title,artist,isrc,work_id,work_weight_ppm\n";
constexpr char kWorks[] = "work_id,title,iswc,creators,version_of\n";
constexpr char kRates[] =
    "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
    "from,valid_to\n";

// The file must be refused with this in its message.
void ExpectWrong(const std::string& bytes, const std::string& part, StatusCode code = StatusCode::kInvalidArgument) {
  const auto file = ParseCatalogueFile(bytes);
  ASSERT_FALSE(file.ok()) << bytes;
  EXPECT_EQ(file.status().code(), code) << file.status().ToString();
  EXPECT_NE(file.status().message().find(part), std::string::npos) << file.status().message();
}

template <typename Row>
std::vector<Row> Rows(const std::string& bytes) {
  const auto file = ParseCatalogueFile(bytes);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return file.ok() ? std::get<std::vector<Row>>(file->rows) : std::vector<Row>();
}

TEST(CatalogueFileTest, KindsAreKnownByTheirHeaders) {
  const std::pair<std::string, FileKind> kinds[] = {
      {"party_id,role,name\n", FileKind::kPrivateParties},
      {"party_id,role,commitment\n", FileKind::kParties},
      {kWorks, FileKind::kWorks},
      {kRecordings, FileKind::kRecordings},
      {kShares, FileKind::kShareSets},
      {kRates, FileKind::kRateCards},
      {"recording_id,period,territory,tier,plays,revenue,currency", FileKind::kUsage}};
  for (const auto& [header, kind] : kinds) {
    const auto detected = DetectFileKind(header);
    ASSERT_TRUE(detected.ok()) << header;
    EXPECT_EQ(*detected, kind) << header;
  }
  EXPECT_EQ(DetectFileKind("a,b\n").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DetectFileKind("").status().code(), StatusCode::kInvalidArgument);
  ExpectWrong("party_id,role,name\nann,writer,Ann\n", "is not for the ledger");
  ExpectWrong("recording_id,period,territory,tier,plays,revenue,currency\n", "usage import");
}

TEST(CatalogueFileTest, ColumnsAreKnownWantedAndOnce) {
  ExpectWrong("work_id,title,iswc,creators,version_of,colour\n", "line 1: unknown column 'colour'");
  ExpectWrong("work_id,title\n", "line 1: column 'iswc' is missing");
  ExpectWrong("work_id,title,iswc,title\n", "line 1: column 'title' stands twice");
  // Any order; optional ones may be absent.
  const auto works = Rows<WorkRow>("title,iswc,work_id\nFirst,T-034.524.680-1,work-1\n");
  ASSERT_EQ(works.size(), 1u);
  EXPECT_EQ(works[0].iswc, "T0345246801");
}

TEST(CatalogueFileTest, DigestIsOfTheBytesAsReceived) {
  const std::string first = "work-1,First,,,", second = "work-2,\"Second, again\",,,";
  const std::string bytes = kWorks + first + "\r\n" + second;
  const auto file = ParseCatalogueFile(bytes);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(file->digest.blob_sha256(), crypto::Sha256(bytes).ToBytes());
  EXPECT_EQ(file->digest.byte_size(), bytes.size());
  EXPECT_EQ(file->digest.row_count(), 2u);
  EXPECT_EQ(file->digest.rows_root(), crypto::NodeHash(crypto::LeafHash(first), crypto::LeafHash(second)).ToBytes());
  EXPECT_EQ(file->ToPayload().kind(), v1::CATALOGUE_KIND_WORKS);
}

TEST(CatalogueFileTest, WrongCheckDigitIsAWarningAndWrongFormatAnError) {
  const auto file = ParseCatalogueFile(std::string(kWorks) + "work-1,First,T-034.524.680-2,,\n");
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(file->warnings.size(), 1u);
  EXPECT_NE(file->warnings[0].find("line 2, iswc 'T-034.524.680-2': the check digit is wrong"), std::string::npos)
      << file->warnings[0];
  EXPECT_EQ(std::get<std::vector<WorkRow>>(file->rows)[0].iswc, "T0345246802");
  ExpectWrong(std::string(kWorks) + "work-1,First,T-034,,\n", "line 2, iswc: ISWC 'T-034'");
}

TEST(CatalogueFileTest, Works) {
  ExpectWrong(std::string(kWorks) + "W1,First,,,\n", "line 2, work_id: work_id 'W1'");
  ExpectWrong(std::string(kWorks) + "work-1,,,,\n", "line 2, title '': must not be empty");
  ExpectWrong(std::string(kWorks) + "work-1,First,,,work-1\n", "a work is not a version of itself");
  ExpectWrong(std::string(kWorks) + "work-1,First,,,\nwork-1,Again,,,\n", "line 3, work_id 'work-1': stands twice");
}

TEST(CatalogueFileTest, RecordingsJoinTheirLines) {
  const auto rows = Rows<RecordingRow>(std::string(kRecordings) +
                                       "rec-2,Two,Band,,work-9,1000000\nrec-1,Medley,Band,QZ-ES1-26-00001,work-2,"
                                       "600000\nrec-1,Medley,Band,QZES12600001,work-1,400000\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id.text(), "rec-1");  // by id, whatever the file's order
  ASSERT_EQ(rows[0].works.size(), 2u);
  EXPECT_EQ(rows[0].works[0].work.text(), "work-1");
  EXPECT_EQ(rows[0].works[0].weight_ppm, 400'000u);
  const std::string header = kRecordings;
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,999999\n", "its work_weight_ppm sum to 999999, not 1000000");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,600000\nrec-1,Medley,Band,,work-2,500000\n", "sum to 1100000");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,600000\nrec-1,Other,Band,,work-2,400000\n",
              "line 3, title 'Other': an earlier line");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,600000\nrec-1,Medley,Band,,work-1,400000\n",
              "line 3, work_id 'work-1': stands twice");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,0\n", "must be above 0");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,1000001\n", "is above 1000000", StatusCode::kOutOfRange);
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,-1\n", "expected a whole number");
  ExpectWrong(header + "rec-1,Medley,Band,,work-1,1e6\n", "expected a whole number");
}

TEST(CatalogueFileTest, ShareSetsClaimAtMostTheWhole) {
  const std::string header = kShares;
  const auto rows = Rows<ShareSetRow>(
      header +
      "set-1,work:work-1,MECHANICAL,DE AT,2026-01-01,2027-01-01,ACCEPTED,ben,400000,\nset-1,work:work-1,MECHANICAL,AT "
      "DE,2026-01-01,2027-01-01,ACCEPTED,ann,600000,pub\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].asset.ToString(), "work:work-1");
  EXPECT_EQ(rows[0].lines[0].party.text(), "ann");
  EXPECT_EQ(rows[0].lines[0].controller.text(), "pub");
  EXPECT_EQ(rows[0].lines[1].controller.text(), "ben");  // the payee, unless said otherwise
  EXPECT_EQ(rows[0].valid.to.ToString(), "2027-01-01T00:00:00Z");
  const auto line = [&](const std::string& rest) {
    return header + "set-1,work:work-1,MECHANICAL,WW,2026-01-01,,ACCEPTED," + rest + "\n";
  };
  EXPECT_EQ(Rows<ShareSetRow>(line("ann,1000000,")).size(), 1u);
  ExpectWrong(line("ann,600000,\nset-1,work:work-1,MECHANICAL,WW,2026-01-01,,ACCEPTED,ben,400001,"),
              "line 3, share_ppm '400001': share set set-1 would claim 1000001; at most 1000000");
  ExpectWrong(line("ann,0,"), "must be above 0");
  ExpectWrong(line("ann,1,\nset-1,work:work-1,MECHANICAL,WW,2026-01-01,,ACCEPTED,ann,1,"),
              "stands twice in share set set-1");
  ExpectWrong(line("ann,1,\nset-1,work:work-1,MECHANICAL,WW,2026-01-01,,DRAFT,ben,1,"),
              "line 3, status 'DRAFT': an earlier line");
  ExpectWrong(line("ann,1,\nset-1,work:work-1,MECHANICAL,DE,2026-01-01,,ACCEPTED,ben,1,"), "territories");
  ExpectWrong(header + "set-1,work:work-1,MASTER,WW,,,ACCEPTED,ann,1,\n", "MASTER is a right in a recording");
  ExpectWrong(header + "set-1,recording:rec-1,MECHANICAL,WW,,,ACCEPTED,ann,1,\n", "are rights in a work");
  ExpectWrong(header + "set-1,song:rec-1,MASTER,WW,,,ACCEPTED,ann,1,\n", "expected recording:ID or work:ID");
  ExpectWrong(header + "set-1,recording:rec-1,MASTER,XX,,,ACCEPTED,ann,1,\n", "'XX' is neither");
  ExpectWrong(header + "set-1,recording:rec-1,MASTER,WW,2026-02-01,2026-02-01,ACCEPTED,ann,1,\n",
              "must be after valid_from");
  ExpectWrong(header + "set-1,recording:rec-1,MASTER,WW,,,SIGNED,ann,1,\n",
              "expected one of DRAFT, PENDING, ACCEPTED, DISPUTED, SUPERSEDED");
}

TEST(CatalogueFileTest, RateCardsOfBothModels) {
  const std::string header = kRates;
  const auto rows = Rows<RateCardRow>(header +
                                      "rate-1,PRO_RATA,COVER,,WW,EUR,650000,500000,,,,2026-01-01,\nrate-2,PER_"
                                      "GENERATION,COVER,premium,DE,EUR,,500000,200000,0.05,0.01,2026-01-01,\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].rightsholders_ppm, 650'000u);
  EXPECT_TRUE(rows[0].tier.empty());
  EXPECT_EQ(rows[1].fee.ToString(), "0.05 EUR");
  ExpectWrong(header + "rate-1,PRO_RATA,COVER,,WW,EUR,,500000,,,,2026-01-01,\n",
              "rightsholders_ppm '': expected a whole number");
  ExpectWrong(header + "rate-1,PRO_RATA,COVER,,WW,EUR,1,500000,,0.05,,2026-01-01,\n", "a PRO_RATA card has none");
  ExpectWrong(header + "rate-1,PRO_RATA,COVER,,WW,EUR,1,500000,5,,,2026-01-01,\n", "revenue_rate_ppm '5': is above 0",
              StatusCode::kOutOfRange);
  ExpectWrong(header + "rate-1,PER_GENERATION,COVER,,WW,EUR,1,500000,1,,,2026-01-01,\n",
              "rightsholders_ppm '1': is above 0", StatusCode::kOutOfRange);
  ExpectWrong(header + "rate-1,PER_GENERATION,COVER,,WW,EUR,,500000,1,-0.05,,2026-01-01,\n",
              "fee '-0.05': must be from 0");
  ExpectWrong(header + "rate-1,PER_GENERATION,COVER,,WW,EUR,,500000,1,1000000000000.000000001,,2026-01-01,\n",
              "must be from 0 to 1000000000000");
  ExpectWrong(header + "rate-1,PER_GENERATION,DANCE,,WW,EUR,,500000,1,,,2026-01-01,\n",
              "expected one of COVER, REMIX, MASHUP, STYLE, TRAIN");
  ExpectWrong(header + "rate-1,PER_GENERATION,COVER,,WW,Eur,,500000,1,,,2026-01-01,\n", "currency 'Eur'");
}

}  // namespace
}  // namespace ledgerline::exchange
