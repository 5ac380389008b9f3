// C2SP tlog-policy, our three lines after it, and what a trust anchor makes of a checkpoint.
#include "crypto/witness_policy.h"

#include <gtest/gtest.h>

#include "crypto/merkle.h"
#include "crypto/trust_anchor.h"

namespace ledgerline::crypto {
namespace {

KeySigner SignerOf(char fill) { return KeySigner(PrivateKey::FromSeed(std::string(32, fill)).value()); }
std::string LogKey(char fill, const std::string& name = "log.example") {
  return VerifierKey::Create(name, SignerOf(fill).public_key()).value().ToString();
}
std::string WitnessKey(char fill) {
  return CosignerKey::Create(std::string("witness.example/") + fill, SignerOf(fill).public_key()).value().ToString();
}
std::string WitnessLine(const std::string& name, char fill) {
  return "witness " + name + " " + WitnessKey(fill) + "\n";
}

// Two labels of whom one is needed, one society, and both groups are needed.
std::string RolesPolicy() {
  return "# who must have seen it\nlog " + LogKey('l') + "\n\n" + WitnessLine("label-1", '1') +
         WitnessLine("label-2", '2') + WitnessLine("society-1", '3') +
         "group label any label-1 label-2\ngroup society 1 society-1\n\tgroup  roles all label society \nquorum "
         "roles\n";
}

// A checkpoint of log.example signed by the log and cosigned by `witnesses`, at time 1000, 1001, ...
std::string NoteOf(const std::string& witnesses, const std::string& origin = "log.example") {
  SignedNote note = MakeNote(Checkpoint{origin, TreeSize{3}, LeafHash("x"), {}}.Text()).value();
  EXPECT_TRUE(note.Sign(origin, SignerOf('l')).ok());
  uint64_t at = 1000;
  for (const char fill : witnesses)
    note.signatures.push_back(Cosign(note.text, std::string("witness.example/") + fill, SignerOf(fill), at++).value());
  return note.Serialize();
}

TEST(WitnessPolicyTest, RolesAreGroups) {
  const WitnessPolicy policy = WitnessPolicy::Parse(RolesPolicy()).value();
  ASSERT_EQ(policy.groups().size(), 3u);
  EXPECT_EQ(policy.groups()[2].needed, 2u);
  EXPECT_EQ(policy.quorum(), "roles");
  EXPECT_EQ(policy.on_missing_quorum(), OnMissingQuorum::kFailClosed);
  for (const char* enough : {"13", "23", "123", "31"}) {
    const PolicyVerdict verdict = policy.EvaluateCheckpoint(NoteOf(enough)).value();
    EXPECT_TRUE(verdict.satisfied) << enough;
    EXPECT_TRUE(verdict.missing.empty());
  }
  const PolicyVerdict verdict = policy.EvaluateCheckpoint(NoteOf("31")).value();
  ASSERT_EQ(verdict.cosigned.size(), 2u);
  EXPECT_EQ(verdict.cosigned[0].witness, "label-1");
  EXPECT_EQ(verdict.cosigned[0].key_name, "witness.example/1");
  EXPECT_EQ(verdict.cosigned[0].time_s, 1001u);
  EXPECT_EQ(verdict.EarliestTime(), 1000u);
  EXPECT_EQ(verdict.absent, std::vector<std::string>{"label-2"});
  EXPECT_EQ(verdict.checkpoint.size, TreeSize{3});
  for (const char* too_few : {"", "1", "12", "3", "x"}) {
    EXPECT_FALSE(policy.EvaluateCheckpoint(NoteOf(too_few)).value().satisfied) << too_few;
  }
  EXPECT_EQ(policy.EvaluateCheckpoint(NoteOf("12")).value().missing,
            (std::vector<std::string>{"group roles: 1 of the 2 that it needs; missing: society",
                                      "group society: 0 of the 1 that it needs; missing: society-1"}));
}

TEST(WitnessPolicyTest, AWitnessCountsOnceHoweverOftenItSigned) {
  const WitnessPolicy policy = WitnessPolicy::Parse("log " + LogKey('l') + "\n" + WitnessLine("a", '1') +
                                                    WitnessLine("b", '2') + "group two 2 a b\nquorum two\n")
                                   .value();
  EXPECT_FALSE(policy.EvaluateCheckpoint(NoteOf("11")).value().satisfied);
  EXPECT_TRUE(policy.EvaluateCheckpoint(NoteOf("12")).value().satisfied);
}

TEST(WitnessPolicyTest, FalseSignaturesAndStrangersAreRefused) {
  const WitnessPolicy policy = WitnessPolicy::Parse(RolesPolicy()).value();
  SignedNote note = SignedNote::Parse(NoteOf("13")).value();
  note.signatures[2].signature[30] ^= 1;
  EXPECT_EQ(policy.EvaluateCheckpoint(note.Serialize()).status().code(), StatusCode::kPermissionDenied);
  note.signatures.erase(note.signatures.begin());  // no signature by the log
  EXPECT_EQ(policy.EvaluateCheckpoint(note.Serialize()).status().code(), StatusCode::kPermissionDenied);
  // Signed under its own name by a key of the policy, but for another log.
  const WitnessPolicy other = WitnessPolicy::Parse("log " + LogKey('l', "other.example") + "\nquorum none\n").value();
  SignedNote foreign = MakeNote(Checkpoint{"log.example", TreeSize{3}, LeafHash("x"), {}}.Text()).value();
  ASSERT_TRUE(foreign.Sign("other.example", SignerOf('l')).ok());
  EXPECT_EQ(other.EvaluateCheckpoint(foreign.Serialize()).status().code(), StatusCode::kPermissionDenied);
}

TEST(WitnessPolicyTest, OurLinesStandAfterTheStandard) {
  const std::string standard = RolesPolicy();
  const std::string ours = "on-missing-quorum fail-open\n# ours\nauditor deloitte " + LogKey('d', "auditor.example") +
                           "\nanchor https://elsewhere.example/checkpoint\nanchor /srv/anchor/checkpoint\n";
  const WitnessPolicy policy = WitnessPolicy::Parse(standard + ours).value();
  EXPECT_EQ(policy.standard_text(), standard);
  EXPECT_EQ(policy.on_missing_quorum(), OnMissingQuorum::kFailOpen);
  ASSERT_EQ(policy.auditors().size(), 1u);
  EXPECT_EQ(policy.auditors()[0].name, "deloitte");
  EXPECT_EQ(policy.anchors().size(), 2u);
  EXPECT_TRUE(WitnessPolicy::Parse(policy.standard_text()).ok());
  EXPECT_EQ(WitnessPolicy::Parse(standard).value().standard_text(), standard);
}

TEST(WitnessPolicyTest, EveryFaultNamesItsLine) {
  const std::string log = "log " + LogKey('l') + "\n", w1 = WitnessLine("a", '1'), w2 = WitnessLine("b", '2');
  const std::string none = "quorum none\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {log, "no quorum line"},
      {"", "no quorum line"},
      {log + "quorum none", "does not end in a newline"},
      {log + none + none, "policy line 3: a second quorum line"},
      {log + log + none, "policy line 2: an earlier line has the same public key"},
      {log + "log " + LogKey('l', "renamed.example") + "\n" + none, "policy line 2: an earlier line has the same"},
      {w1 + WitnessLine("b", '1') + none, "policy line 2: an earlier line has the same public key"},
      {w1 + WitnessLine("a", '2') + none, "policy line 2: the name 'a' is taken"},
      {WitnessLine("none", '1') + none, "'none' is no name"},
      {"log " + WitnessKey('1') + "\n" + none, "policy line 1: verifier key"},
      {"witness a " + LogKey('1') + "\n" + none, "policy line 1: verifier key"},
      {"log\n" + none, "policy line 1: has 1 words, the form is: log VKEY [URL]"},
      {"witness a\n" + none, "the form is: witness NAME VKEY [URL]"},
      {"quorum a\n", "policy line 1: the quorum 'a' is defined by no earlier line"},
      {"quorum a\n" + w1, "policy line 1: the quorum 'a' is defined by no earlier line"},
      {w1 + "group g 2 a\nquorum g\n", "'2' is not all, any, or a number from 1 to 1"},
      {w1 + "group g 0 a\nquorum g\n", "'0' is not all, any"},
      {w1 + "group g 01 a\nquorum g\n", "'01' is not all, any"},
      {w1 + "group g any a a\nquorum g\n", "the member 'a' is in a group already"},
      {w1 + w2 + "group g any a\ngroup h any a b\nquorum h\n", "policy line 4: the member 'a' is in a group already"},
      {w1 + "group g any g\nquorum g\n", "policy line 2: the member 'g' is defined by no earlier line"},
      {w1 + "group a any a\nquorum a\n", "policy line 2: the name 'a' is taken"},
      {w1 + "group g any none\n" + none, "the member 'none' is defined by no earlier line"},
      {"group g any\n" + none, "the form is: group NAME all|any|NUMBER MEMBER..."},
      {"Log " + LogKey('l') + "\n" + none, "'Log' is none of log, witness"},
      {log + "quorum none\r\n", "policy line 2: has a control character, 0x0d"},
      {"on-missing-quorum fail-open\n" + none, "policy line 1: 'on-missing-quorum' is Ledgerline's own"},
      {none + "on-missing-quorum fail-open\n" + log, "policy line 3: 'log' stands after a line of Ledgerline's own"},
      {none + "on-missing-quorum open\n", "policy line 2: 'open' is neither fail-closed nor fail-open"},
      {none + "on-missing-quorum fail-open\non-missing-quorum fail-open\n", "a second on-missing-quorum line"},
      {none + "auditor a " + LogKey('a') + "\nauditor b " + LogKey('a') + "\n", "policy line 3: an earlier line has"},
      {none + "auditor a " + LogKey('a') + "\nauditor a " + LogKey('b') + "\n", "the auditor 'a' is on an earlier"},
      {none + "anchor\n", "the form is: anchor FILE|URL"},
  };
  for (const auto& [text, expected] : cases) {
    const Status status = WitnessPolicy::Parse(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(status.message().find(expected), std::string::npos) << text << "\n" << status.message();
  }
  EXPECT_EQ(WitnessPolicy::Parse(std::string(kPolicyBytesMax, '\n') + "\n").status().code(), StatusCode::kOutOfRange);
}

TEST(WitnessPolicyTest, AsManyLinesAsTheBoundAndNoMore) {
  const auto line = [](size_t i) {
    const CosignerKey key = CosignerKey::Create("w", SignerOf(static_cast<char>(i)).public_key()).value();
    return "witness w" + std::to_string(i) + " " + key.ToString() + "\n";
  };
  std::string text;
  for (size_t i = 0; i < kPolicyLinesMax; ++i) text += line(i);
  EXPECT_TRUE(WitnessPolicy::Parse(text + "quorum none\n").ok());
  EXPECT_EQ(WitnessPolicy::Parse(text + line(kPolicyLinesMax) + "quorum none\n").status().code(),
            StatusCode::kOutOfRange);
}

TEST(TrustAnchorTest, FailsClosedOrOpenAsThePolicySays) {
  const TrustAnchor closed = TrustAnchor::FromPolicy(WitnessPolicy::Parse(RolesPolicy()).value()).value();
  EXPECT_EQ(closed.Open(NoteOf("13")).value().checkpoint().size, TreeSize{3});
  EXPECT_EQ(closed.Open(NoteOf("13")).value().SignedBy(),
            "log.example, cosigned by label-1 (1970-01-01T00:16:40Z), society-1 (1970-01-01T00:16:41Z)");
  const Status refused = closed.Open(NoteOf("1")).status();
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied);
  EXPECT_NE(refused.message().find("missing: society-1"), std::string::npos) << refused.message();
  EXPECT_TRUE(closed.OpenSignedOnly(NoteOf("1")).ok());
  const TrustAnchor open =
      TrustAnchor::FromPolicy(WitnessPolicy::Parse(RolesPolicy() + "on-missing-quorum fail-open\n").value()).value();
  const AnchoredCheckpoint waived = open.Open(NoteOf("1")).value();
  ASSERT_EQ(waived.taken_on_trust.size(), 1u);
  EXPECT_NE(waived.taken_on_trust[0].find("missing: society-1"), std::string::npos);
  EXPECT_TRUE(open.Open(NoteOf("13")).value().taken_on_trust.empty());
  EXPECT_EQ(TrustAnchor::FromPolicy(WitnessPolicy::Parse("quorum none\n").value()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(TrustAnchorTest, AKeyAndItsSuccessor) {
  const VerifierKey old_key = VerifierKey::Parse(LogKey('o')).value(), now = VerifierKey::Parse(LogKey('l')).value();
  const TrustAnchor anchor = TrustAnchor::FromKey(old_key);
  EXPECT_FALSE(anchor.has_policy());
  EXPECT_EQ(anchor.Open(NoteOf("")).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(anchor.Also(now).Open(NoteOf("")).ok());
  EXPECT_EQ(anchor.Also(old_key).log_keys().size(), 1u);
  EXPECT_EQ(anchor.Also(now).LogNames(), "log.example");
}

}  // namespace
}  // namespace ledgerline::crypto
