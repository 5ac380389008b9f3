#include "ledger/audit/receipt.h"

#include "tests/ledger/audit/audit_fixture.h"

namespace ledgerline::audit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

using ReceiptTest = AuditTest;

TEST_F(ReceiptTest, AGenerationsReceiptVerifiesOfflineAndSaysWhatItTookOnTrust) {
  const Receipt receipt = MakeReceiptOf(generation_);
  // Genesis, the party's enrolment, both consents and the permit.
  EXPECT_EQ(receipt.supporting.size(), 5u);
  const Report report = VerifyReceipt(receipt, journal_->checkpoint_key());
  EXPECT_EQ(Failures(report), "");
  EXPECT_TRUE(report.anchored());
  std::map<std::string, std::string> found;
  for (const Finding& finding : report.findings()) found[finding.name] = finding.detail;
  EXPECT_EQ(found.at("consent " + std::to_string(party_consent_.value) + " of label-a"),
            "signed with the party's own key");
  EXPECT_EQ(found.at("consent " + std::to_string(attested_consent_.value) + " of writer-b"),
            "attested by the operator");
  EXPECT_THAT(report.trusted(), Contains(StartsWith("The consent of writer-b")));
}

TEST_F(ReceiptTest, WithoutAKeyItIsNotAnchored) {
  const Report report = VerifyReceipt(MakeReceiptOf(generation_), std::nullopt);
  EXPECT_EQ(Failures(report), "");
  EXPECT_FALSE(report.anchored());
}

TEST_F(ReceiptTest, AnotherLogsKeyIsRefused) {
  auto other = crypto::VerifierKey::Create(journal::kTestOrigin, party_.public_key());
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(Failures(VerifyReceipt(MakeReceiptOf(generation_), *other)), StartsWith("checkpoint signature"));
}

TEST_F(ReceiptTest, GoesThroughItsTextUnchanged) {
  Receipt receipt = MakeReceiptOf(generation_);
  receipt.files = {{"cover.mid", std::string(64, 'a')}};
  auto text = FormatReceipt(receipt, R"({"for": "people"})");
  ASSERT_TRUE(text.ok());
  auto parsed = ParseReceipt(*text);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(FormatReceipt(*parsed, R"({"for": "people"})").value(), *text);
  EXPECT_EQ(Failures(VerifyReceipt(*parsed, journal_->checkpoint_key())), "");
}

// Each row breaks one thing; the named check must catch it.
TEST_F(ReceiptTest, EachAlterationIsCaughtByItsCheck) {
  const Receipt whole = MakeReceiptOf(generation_);
  const auto supporting_at = [&](Receipt& receipt, EntryIndex index) -> ProvedEntry& {
    for (ProvedEntry& entry : receipt.supporting) {
      if (entry.index == index) return entry;
    }
    ADD_FAILURE() << "no supporting entry " << index.value;
    return receipt.subject;
  };
  const auto drop = [&](Receipt& receipt, EntryIndex index) {
    std::erase_if(receipt.supporting, [&](const ProvedEntry& entry) { return entry.index == index; });
  };
  const struct {
    std::string what;
    std::function<void(Receipt&)> alter;
    std::string caught_by;
  } kCases[] = {
      {"one byte of the event", [](Receipt& r) { r.subject.bytes[r.subject.bytes.size() / 2] ^= 1; },
       "inclusion of entry"},
      {"one hash of its proof", [](Receipt& r) { r.subject.proof[0].bytes[0] ^= 1; }, "inclusion of entry"},
      {"its index", [](Receipt& r) { r.subject.index = EntryIndex(r.subject.index.value - 1); }, "inclusion of entry"},
      {"a shorter proof", [](Receipt& r) { r.subject.proof.pop_back(); }, "inclusion of entry"},
      {"a byte of a consent", [&](Receipt& r) { supporting_at(r, party_consent_).bytes.back() ^= 1; },
       "inclusion of entry " + std::to_string(party_consent_.value)},
      {"a consent left out", [&](Receipt& r) { drop(r, party_consent_); },
       "consent " + std::to_string(party_consent_.value) + " of label-a: the consent is not in the receipt"},
      {"the permit left out", [&](Receipt& r) { drop(r, permit_); }, "permit " + std::to_string(permit_.value)},
      {"the enrolment left out", [&](Receipt& r) { drop(r, EntryIndex(6)); },
       "signature of entry " + std::to_string(party_consent_.value)},
      {"a digit of the checkpoint", [](Receipt& r) { r.checkpoint[r.checkpoint.find('\n') + 1] ^= 1; },
       "checkpoint form"},
  };
  for (const auto& test : kCases) {
    Receipt altered = whole;
    test.alter(altered);
    EXPECT_THAT(Failures(VerifyReceipt(altered, journal_->checkpoint_key())), HasSubstr(test.caught_by)) << test.what;
  }
}

// The log may hold a generation that breaks its permit; its receipt then says so.
TEST_F(ReceiptTest, AGenerationThatDoesNotFitItsPermitFails) {
  const auto failures_of = [&](const std::function<void(v1::Generation&)>& alter) {
    v1::Payload payload = GenerationPayload();
    payload.mutable_generation()->set_cover_recording_id("cover-" + std::to_string(submissions_));
    alter(*payload.mutable_generation());
    const EntryIndex index = Submit(payload.SerializeAsString(), operator_, {kMelody, kConditioning});
    EXPECT_TRUE(journal_->SignCheckpoint().ok());
    return Failures(VerifyReceipt(MakeReceiptOf(index), journal_->checkpoint_key()));
  };
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.set_territory("US"); }), HasSubstr("it is for territory DE"));
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.set_tier("free"); }), HasSubstr("it is for tier 'premium'"));
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.set_style("waltz"); }), HasSubstr("it is for style 'hymn'"));
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.set_use(v1::USE_REMIX); }),
              HasSubstr("it is for another use"));
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.mutable_sources(0)->set_recording_id("rec-2"); }),
              HasSubstr("it is for recording rec-1"));
  EXPECT_THAT(failures_of([&](v1::Generation& made) { made.set_generated_at_us(clock_.now_us.load() + 60'000'001); }),
              HasSubstr("it had run out"));
  EXPECT_THAT(failures_of([](v1::Generation& made) { made.clear_consents(); }), HasSubstr("names no consent"));
  EXPECT_THAT(failures_of([&](v1::Generation& made) { made.mutable_consents(0)->set_party_id("writer-b"); }),
              HasSubstr("it was given by label-a"));
  EXPECT_THAT(failures_of([&](v1::Generation& made) { made.set_permit_index(party_consent_.value); }),
              HasSubstr("is not in the receipt"));
}

TEST_F(ReceiptTest, ParsingNamesTheFieldThatIsWrong) {
  EXPECT_THAT(ParseReceipt("[]").status().message(), HasSubstr("not a JSON object"));
  EXPECT_THAT(ParseReceipt("{\"format\": \"other/1\"}").status().message(),
              HasSubstr("format 'other/1' is not ledgerline-receipt/1"));
  EXPECT_THAT(ParseReceipt("{\"format\": 7}").status().message(), HasSubstr("receipt.format is a number"));
  EXPECT_EQ(ParseReceipt(std::string(kReceiptBytesMax + 1, ' ')).status().code(), StatusCode::kOutOfRange);
  EXPECT_THAT(ParseReceipt(std::string(100000, '[')).status().message(), HasSubstr("nested deeper"));
  Receipt receipt = MakeReceiptOf(generation_);
  const std::string text = FormatReceipt(receipt, "{}").value();
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string altered = text;
    altered.replace(altered.find(from), from.size(), to);
    return ParseReceipt(altered).status().message();
  };
  EXPECT_THAT(replaced("\"index\": ", "\"index\": -"), HasSubstr("subject.index"));
  EXPECT_THAT(replaced("\"entry\": \"", "\"entry\": \"*"), HasSubstr("subject.entry"));
  EXPECT_THAT(replaced("\"supporting\"", "\"supported\""), HasSubstr("no 'supporting'"));
  receipt.files = {{"../escape.mid", std::string(64, 'a')}};
  EXPECT_THAT(ParseReceipt(FormatReceipt(receipt, "{}").value()).status().message(),
              HasSubstr("not a plain file name"));
}

}  // namespace
}  // namespace ledgerline::audit
