// Packs: what is whole verifies, and whatever is left out, exchanged or altered is caught and named.
#include "ledger/audit/audit_pack.h"

#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "ledger/audit/attestation.h"
#include "tests/ledger/audit/recorded_ledger.h"
#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline::audit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::ordered_json;

// Two parties, two covers, one of a cover; two days under different share sets; one period closed.
class AuditPackTest : public testing::Test {
 protected:
  void SetUp() override {
    AddDemo(builder_, Rates());
    builder_.File(
        "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
        "set-p,work:work-1,MECHANICAL,WW,2020-01-01,2026-10-15,ACCEPTED,ann,600000,\n"
        "set-q,work:work-1,MECHANICAL,WW,2026-10-15,,ACCEPTED,ann,333333,\n"
        "set-q,work:work-1,MECHANICAL,WW,2026-10-15,,ACCEPTED,label,333333,\n");
    builder_.Cover({"cov-2", {{"cov-1", kWholePpm}}});
    builder_.File(
        "recording_id,period,territory,tier,plays,revenue,currency,used_on\n"
        "cov-1,2026-10,DE,premium,7,100.000000001,EUR,2026-10-02\n"
        "cov-1,2026-10,DE,premium,5,33.33,EUR,2026-10-20\n"
        "nobody,2026-10,DE,premium,1,1,EUR,2026-10-20\n"
        "cov-2,2026-10,DE,premium,3,10,EUR,2026-10-03\n"
        "cov-2,2026-10,US,premium,3,10,EUR,2026-10-03\n");
    recorded_.Follow(builder_);
    close_ = recorded_.Close("2026-10");
  }
  virtual std::string Rates() const { return kProRata; }

  Report Verify(const AuditPack& pack, const std::vector<crypto::PolicyAuditor>& auditors = {}) const {
    return VerifyPack(pack, recorded_.Anchor(), auditors);
  }
  std::string Failures(const AuditPack& pack) const { return FailuresOf(Verify(pack)); }
  // The entry of type `type` among those that concern the party: its place in pack.entries.
  static size_t EntryOfType(const AuditPack& pack, v1::PayloadType type) {
    for (size_t i = 0; i < pack.entries.size(); ++i) {
      const auto entry = journal::ParseEntry(pack.entries[i].bytes);
      if (entry.ok() && entry->type == type) return i;
    }
    ADD_FAILURE() << "no entry of type " << type;
    return 0;
  }

  LedgerBuilder builder_;
  RecordedLedger recorded_;
  EntryIndex close_;
};

class PerGenerationPackTest : public AuditPackTest {
 protected:
  std::string Rates() const override { return kPerGeneration; }
};

TEST_F(AuditPackTest, AWholePackVerifiesAndSaysWhatItRestsOn) {
  for (const char* party : {"ann", "label"}) {
    const AuditPack pack = recorded_.Pack(party, "2026-10");
    const Report report = Verify(pack);
    EXPECT_EQ(FailuresOf(report), "") << party;
    EXPECT_TRUE(report.anchored());
    EXPECT_THAT(report.trusted(), Contains(StartsWith("Complete only as the operator claims")));
    EXPECT_THAT(report.trusted(), Contains(StartsWith("Generations that were never logged")));
    EXPECT_GT(pack.nodes.size(), 5u);
    // Nothing of the other's shares, names or consents is in it.
    const std::string text = FormatPack(pack);
    const std::string other = std::string(party) == "ann" ? "label" : "ann";
    for (const PackFile& file : pack.files) {
      for (const auto& row : file.rows) EXPECT_THAT(row.text, Not(HasSubstr("," + other + ",")));
    }
    const auto parsed = ParsePack(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
    EXPECT_EQ(FormatPack(*parsed), text);
    EXPECT_EQ(Failures(*parsed), "");
  }
}

TEST_F(PerGenerationPackTest, AWholePackVerifies) {
  for (const char* party : {"ann", "label"}) EXPECT_EQ(Failures(recorded_.Pack(party, "2026-10")), "") << party;
}

TEST_F(AuditPackTest, WithoutAnAnchorItIsSelfConsistentOnly) {
  const Report report = VerifyPack(recorded_.Pack("ann", "2026-10"), std::nullopt, {});
  EXPECT_EQ(FailuresOf(report), "");
  EXPECT_FALSE(report.anchored());
}

TEST_F(AuditPackTest, AnotherLogsKeyIsRefused) {
  const auto key = crypto::VerifierKey::Create(LedgerBuilder::kOrigin, TestKey(9).public_key());
  const Report report = VerifyPack(recorded_.Pack("ann", "2026-10"), crypto::TrustAnchor::FromKey(*key), {});
  EXPECT_THAT(FailuresOf(report), HasSubstr("checkpoint signature"));
}

// Each row leaves one thing out; the check that is named must catch it.
TEST_F(AuditPackTest, WhatIsLeftOutIsNamed) {
  const AuditPack whole = recorded_.Pack("ann", "2026-10");
  const size_t generation = EntryOfType(whole, v1::PAYLOAD_TYPE_GENERATION);
  const std::string event = Named(whole.entries[generation].index);
  const struct {
    std::string what;
    std::function<void(AuditPack&)> alter;
    std::string caught_by;
  } kCases[] = {
      {"an event", [&](AuditPack& p) { p.entries.erase(p.entries.begin() + static_cast<long>(generation)); },
       event + ": the index lists it, and it is not in the pack"},
      {"an event, and its place in the list",
       [&](AuditPack& p) {
         p.entries.erase(p.entries.begin() + static_cast<long>(generation));
         std::erase(p.concerned, whole.entries[generation].index.value);
       },
       "index of ann: entries: the index lists " + std::to_string(whole.concerned.size()) + ", the pack has " +
           std::to_string(whole.concerned.size() - 1) + ": something was left out"},
      {"a line", [](AuditPack& p) { p.lines.pop_back(), p.line_checks.pop_back(); },
       "index of ann: lines: the index lists"},
      {"a row", [](AuditPack& p) { p.files.back().rows.pop_back(); }, "index of ann: rows of files: the index lists"},
      {"a share set's row",
       [](AuditPack& p) {
         std::erase_if(p.files, [](const PackFile& f) { return f.header.starts_with("share_set_id"); });
       },
       "share set 'set-p'"},
      {"a node", [](AuditPack& p) { p.nodes.erase(p.nodes.begin()); }, "is not in the pack"},
      {"a part", [](AuditPack& p) { p.nodes.back().parts.clear(); }, "is not in the pack"},
      {"a usage", [](AuditPack& p) { p.uses.clear(); }, "line L0001: the usage of cover"},
      {"one row of a usage", [](AuditPack& p) { p.uses[0].groups[0].rows.clear(); }, "line L0001: plays"},
      {"a sum proof", [](AuditPack& p) { p.sums.clear(); }, "balance in EUR: its sum proof is not in the pack"},
      {"the close", [&](AuditPack& p) { std::erase_if(p.entries, [&](const auto& e) { return e.index == close_; }); },
       "close: " + Named(close_)},
      {"genesis", [](AuditPack& p) { p.entries.erase(p.entries.begin()); }, "signature of entry"},
  };
  for (const auto& test : kCases) {
    AuditPack pack = whole;
    test.alter(pack);
    EXPECT_THAT(Failures(pack), HasSubstr(test.caught_by)) << test.what;
  }
}

TEST_F(AuditPackTest, AnotherPartysProofsAreRefused) {
  const AuditPack ann = recorded_.Pack("ann", "2026-10"), label = recorded_.Pack("label", "2026-10");
  AuditPack pack = ann;
  pack.index = label.index;
  EXPECT_THAT(Failures(pack), HasSubstr("index of ann: index: the leaf of ann"));
  pack = ann;
  pack.sums = label.sums;
  EXPECT_THAT(Failures(pack), HasSubstr("balance in EUR"));
  pack = ann;
  pack.lines = label.lines;
  pack.line_checks = label.line_checks;
  EXPECT_THAT(Failures(pack), HasSubstr("it is of label"));
  EXPECT_THAT(Failures(pack), HasSubstr("index of ann: lines"));
  pack = ann;
  pack.nodes = label.nodes;
  EXPECT_THAT(Failures(pack), HasSubstr("line L0001"));
  // The whole pack of another, under this party's name.
  pack = label;
  pack.party = "ann";
  EXPECT_THAT(Failures(pack), HasSubstr("index of ann"));
}

TEST_F(AuditPackTest, APartyWithoutAnythingGetsAProofOfThat) {
  const AuditPack pack = recorded_.Pack("bob", "2026-10");
  EXPECT_FALSE(pack.index.presence);
  const Report report = Verify(pack);
  EXPECT_EQ(FailuresOf(report), "");
  const auto parsed = ParsePack(FormatPack(pack));
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(Failures(*parsed), "");
  // It is no proof for somebody who is there.
  AuditPack other = pack;
  other.party = "ann";
  EXPECT_THAT(Failures(other), HasSubstr("index of ann"));
  AuditPack hidden = recorded_.Pack("ann", "2026-10");
  hidden.index = pack.index;
  EXPECT_THAT(Failures(hidden), HasSubstr("index of ann"));
}

TEST_F(AuditPackTest, ASecondPeriodOpensWithWhatTheFirstLeft) {
  builder_.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\ncov-1,2026-10,DE,premium,0,-20,EUR\n"));
  recorded_.Follow(builder_);
  recorded_.Close("2026-11");
  const AuditPack first = recorded_.Pack("ann", "2026-10"), second = recorded_.Pack("ann", "2026-11");
  EXPECT_EQ(Failures(first), "");
  EXPECT_EQ(Failures(second), "");
  ASSERT_EQ(second.previous_close, close_.value);
  const auto left = royalty::ParseBalanceLine(first.lines[0].text),
             opens = royalty::ParseBalanceLine(second.lines[0].text);
  ASSERT_TRUE(left.ok() && opens.ok());
  EXPECT_EQ(left->closing, opens->opening);
  EXPECT_FALSE(opens->opening.IsZero());
  EXPECT_EQ(second.previous_balances[0].text, first.lines[0].text);
  AuditPack pack = second;
  pack.previous_close.reset();
  pack.previous_balances.clear();
  EXPECT_THAT(Failures(pack), HasSubstr("balances of the close before: the index lists the close in " + Named(close_)));
  pack = second;
  pack.previous_balances.clear();
  EXPECT_THAT(Failures(pack), HasSubstr("balances of the close before"));
}

// --- Attestations

TEST_F(AuditPackTest, ItIsCompletePerAnAuditorOfOnesOwn) {
  const crypto::KeySigner auditor(TestKey(5));
  v1::Payload enrolment;
  v1::KeyEnrolment& key = *enrolment.mutable_key_enrolment();
  key.set_public_key(auditor.public_key().ToBytes());
  key.set_role(v1::KEY_ROLE_AUDITOR);
  key.set_name("auditor.example/books");
  const std::string text = journal::EnrolmentText(LedgerBuilder::kOrigin, "", v1::KEY_ROLE_AUDITOR,
                                                  auditor.public_key(), "auditor.example/books");
  key.set_possession_signature(auditor.Sign(text).value().ToBytes());
  recorded_.Submit(enrolment, recorded_.operator_signer());
  const auto head = recorded_.journal->head();
  v1::Payload payload;
  *payload.mutable_audit_attestation() =
      AttestationOf(recorded_.journal->ReadEntry(close_).value(), head.size, head.root).value();
  recorded_.Submit(payload, auditor);
  ASSERT_TRUE(recorded_.journal->SignCheckpoint().ok());
  const AuditPack pack = recorded_.Pack("ann", "2026-10");

  const crypto::PolicyAuditor mine{"books",
                                   *crypto::VerifierKey::Create("auditor.example/books", auditor.public_key())};
  const Report with = Verify(pack, {mine});
  EXPECT_EQ(FailuresOf(with), "");
  std::string complete;
  for (const Finding& finding : with.findings()) {
    if (finding.name == "completeness") complete = finding.detail;
  }
  EXPECT_THAT(complete, StartsWith("complete, per auditor books"));
  EXPECT_THAT(with.trusted(), Not(Contains(StartsWith("Complete only as the operator claims"))));
  // Who names no auditor, or another, has the operator's word for it that this one is an auditor.
  const crypto::PolicyAuditor other{"other", *crypto::VerifierKey::Create("other.example", TestKey(6).public_key())};
  for (const auto& auditors : {std::vector<crypto::PolicyAuditor>{}, {other}}) {
    const Report without = Verify(pack, auditors);
    EXPECT_EQ(FailuresOf(without), "");
    EXPECT_THAT(without.trusted(), Contains(StartsWith("Complete only as the operator claims")));
    EXPECT_THAT(without.trusted(), Contains(HasSubstr("the operator enrolled that key as an auditor's")));
  }
  // An attestation of something else is not passed over.
  payload.mutable_audit_attestation()->set_index_root(std::string(32, 'x'));
  recorded_.Submit(payload, auditor);
  ASSERT_TRUE(recorded_.journal->SignCheckpoint().ok());
  EXPECT_THAT(FailuresOf(Verify(recorded_.Pack("ann", "2026-10"), {mine})),
              HasSubstr("its index_root is not that of the close"));
}

// --- Every leaf of the JSON

// Calls `visit` with the path of every value that is neither list nor object.
void ForEachLeaf(Json& json, const std::string& path, const std::function<void(Json&, const std::string&)>& visit) {
  if (json.is_object()) {
    for (auto& [name, member] : json.items()) ForEachLeaf(member, path + "/" + name, visit);
  } else if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) ForEachLeaf(json[i], path + "/" + std::to_string(i), visit);
  } else {
    visit(json, path);
  }
}

// Another value of the same type: a digit changed, or else a letter.
Json Altered(const Json& leaf, size_t salt) {
  if (leaf.is_number()) return leaf.get<uint64_t>() + 1;
  if (leaf.is_null()) return 0;
  std::string text = leaf.get<std::string>();
  if (text.empty()) return "1";
  const size_t begin = salt * 7919 % text.size();
  for (size_t i = 0; i < text.size(); ++i) {
    char& c = text[(begin + i) % text.size()];
    if (c >= '0' && c <= '9') {
      c = c == '9' ? '8' : static_cast<char>(c + 1);
      return text;
    }
  }
  char& c = text[begin];
  c = c == 'a' ? 'b' : 'a';
  return text;
}

void ExpectEveryLeafToMatter(const AuditPack& pack, const crypto::TrustAnchor& anchor) {
  Json document = Json::parse(FormatPack(pack));
  size_t leaves = 0;
  ForEachLeaf(document, "", [&](Json& leaf, const std::string& path) {
    ++leaves;
    const Json kept = leaf;
    leaf = Altered(kept, leaves);
    const std::string text = document.dump(1) + "\n";
    const auto parsed = ParsePack(text);
    const std::string wrong = parsed.ok() ? FailuresOf(VerifyPack(*parsed, anchor, {})) : parsed.status().message();
    EXPECT_NE(wrong, "") << path << " was " << kept << ", is " << leaf;
    // What is wrong is named: an entry by its index, a row, a node and a line by their number, the rest by the part.
    if (path.starts_with("/entries/") && parsed.ok() && !path.ends_with("index")) {
      const size_t at = std::stoul(path.substr(9));
      EXPECT_THAT(wrong, HasSubstr(Named(pack.entries[at].index) + ":")) << path;
    }
    leaf = kept;
  });
  EXPECT_GT(leaves, pack.index.presence ? 100u : 20u);
}

TEST_F(AuditPackTest, EveryAlteredLeafIsCaught) {
  ExpectEveryLeafToMatter(recorded_.Pack("ann", "2026-10"), recorded_.Anchor());
  ExpectEveryLeafToMatter(recorded_.Pack("bob", "2026-10"), recorded_.Anchor());
}

TEST_F(PerGenerationPackTest, EveryAlteredLeafIsCaught) {
  builder_.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\n"));
  recorded_.Follow(builder_);
  recorded_.Close("2026-11");
  ExpectEveryLeafToMatter(recorded_.Pack("label", "2026-11"), recorded_.Anchor());
}

// --- An operator who commits to something else

TEST_F(AuditPackTest, ACloseThatIsNotWhatTheLedgerLeadsToMakesNoPack) {
  builder_.File(Usage("cov-1,2026-11,DE,premium,5,50,EUR\n"));
  recorded_.Follow(builder_);
  const royalty::LedgerFold fold = recorded_.Fold();
  const auto head = recorded_.journal->head();
  auto result = royalty::ClosePeriod({*Period::Parse("2026-11"), head.size, head.root, fold, recorded_.secret});
  ASSERT_TRUE(result.ok());
  result->close.set_index_root(std::string(32, 'x'));
  v1::Payload payload;
  *payload.mutable_period_close() = result->close;
  recorded_.Submit(payload, recorded_.operator_signer(), {result->blob});
  ASSERT_TRUE(recorded_.journal->SignCheckpoint().ok());
  const auto pack =
      MakeAuditPack(*recorded_.journal, recorded_.Fold(), *PartyId::Parse("ann"), *Period::Parse("2026-11"));
  EXPECT_EQ(pack.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(pack.status().message(), HasSubstr("the index"));
}

TEST_F(AuditPackTest, ACloseWithoutASecretMakesNoPack) {
  recorded_.secret.reset();
  recorded_.Close("2026-11");
  const auto pack =
      MakeAuditPack(*recorded_.journal, recorded_.Fold(), *PartyId::Parse("ann"), *Period::Parse("2026-11"));
  EXPECT_EQ(pack.status().code(), StatusCode::kFailedPrecondition);
  const auto none =
      MakeAuditPack(*recorded_.journal, recorded_.Fold(), *PartyId::Parse("ann"), *Period::Parse("2026-12"));
  EXPECT_THAT(none.status().message(), HasSubstr("period 2026-12 is not closed; closed are 2026-10, 2026-11"));
}

TEST_F(AuditPackTest, ALineOfAKindWithNodesCannotBeMarkedReplayOnly) {
  AuditPack pack = recorded_.Pack("ann", "2026-10");
  pack.line_checks.back() = "replay only";
  EXPECT_THAT(Failures(pack), HasSubstr("it is marked 'replay only', but PRO_RATA lines are checked by their nodes"));
}

TEST(AuditPackParseTest, ErrorsNameTheMember) {
  EXPECT_THAT(ParsePack("[]").status().message(), HasSubstr("pack: not a JSON object"));
  EXPECT_THAT(ParsePack("{\"format\": \"x\"}").status().message(), HasSubstr("format 'x' is not"));
  EXPECT_EQ(ParsePack(std::string(kPackBytesMax + 1, ' ')).status().code(), StatusCode::kOutOfRange);
  AuditPack pack;
  pack.party = "ann";
  const std::string text = FormatPack(pack);
  EXPECT_TRUE(ParsePack(text).ok()) << ParsePack(text).status().ToString();
  EXPECT_THAT(ParsePack(text + " ").status().message(), HasSubstr("not in the form that is written"));
  std::string more = text;
  more.insert(more.find("\"party\""), "\"extra\": 1,\n ");
  EXPECT_THAT(ParsePack(more).status().message(), HasSubstr("an unknown member"));
}

}  // namespace
}  // namespace ledgerline::audit
