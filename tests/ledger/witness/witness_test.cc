// C2SP tlog-witness, "add-checkpoint": every status, and what is on the medium after it.
#include "ledger/witness/witness.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/ledger/witness/witness_fixture.h"

namespace ledgerline::witness {
namespace {

using testing::HasSubstr;

// What a client does with an answer: puts it behind the checkpoint and checks it.
void ExpectCosigned(const WitnessReply& reply, const std::string& note, const crypto::CosignerKey& key, uint64_t at) {
  ASSERT_EQ(reply.status, 200) << reply.body;
  const crypto::SignedNote both = crypto::SignedNote::Parse(note + reply.body).value();
  EXPECT_EQ(crypto::CosignedAt(both, key).value(), at);
}

TEST_F(WitnessTest, CosignsWhatExtendsAndRemembersIt) {
  TestTree tree(300);
  uint64_t old_size = 0;
  for (const uint64_t size : {0, 1, 2, 3, 8, 255, 256, 257, 300, 300}) {
    clock_.now_us += 5'000'000;
    ExpectCosigned(Add(tree.Request(old_size, size)), tree.Note(size), witness_->key(),
                   static_cast<uint64_t>(clock_.now_us / 1'000'000));
    old_size = size;
    const auto kept = crypto::OpenCheckpoint(witness_->Latest(kTestOrigin).value(), LogKey()).value();
    EXPECT_EQ(kept.size.value, size);
    Close();
    Open();
  }
}

TEST_F(WitnessTest, TheOldSizeMustBeTheLastOne) {
  TestTree tree(10);
  ASSERT_EQ(Add(tree.Request(0, 5)).status, 200);
  for (const uint64_t wrong : {0, 4, 6}) {
    const WitnessReply reply = Add(tree.Request(wrong, 10));
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reply.content_type, "text/x.tlog.size");
    EXPECT_EQ(reply.body, "5\n");
  }
  EXPECT_EQ(Add(tree.Request(5, 10)).status, 200);
  // A smaller tree after a larger one: never.
  EXPECT_EQ(Add(tree.Request(5, 5)).body, "10\n");
  EXPECT_EQ(Add(tree.Request(5, 7)).body, "10\n");
}

TEST_F(WitnessTest, FormsThatAreRefused) {
  TestTree tree(10);
  const std::string note = tree.Note(5);
  for (const std::string& bad : std::vector<std::string>{
           "", "old 0\n", "old 0\n\n", "old 00\n\n" + note, "old -1\n\n" + note, "old 0\n" + note, "old  0\n\n" + note,
           "Old 0\n\n" + note, "old 0\r\n\n" + note, "old 0\nnot base64\n\n" + note, "old 6\n\n" + note,
           "old 1152921504606846977\n\n" + note, "old 0\n\n" + note.substr(0, note.size() - 1),
           "old 0\n\n" + note + "\n", std::string(kAddCheckpointBytesMax + 1, 'x')}) {
    EXPECT_EQ(Add(bad).status, 400) << bad.substr(0, 200);
  }
  std::string long_proof = "old 1\n";
  for (size_t i = 0; i <= kProofLinesMax; ++i) long_proof += Base64Encode(Hash256{}.view()) + "\n";
  EXPECT_EQ(Add(long_proof + "\n" + note).status, 400);
  // None of them moved it.
  EXPECT_EQ(witness_->Latest(kTestOrigin).status().code(), StatusCode::kNotFound);
}

TEST_F(WitnessTest, StrangersAndFalseSignatures) {
  TestTree tree(10), stranger(10, UINT64_MAX, "other.example");
  EXPECT_EQ(Add(stranger.Request(0, 5)).status, 404);
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{0}, {}, tree.Note(5, 'x')}.Serialize()).status, 403);
  crypto::SignedNote note = crypto::SignedNote::Parse(tree.Note(5)).value();
  note.signatures[0].signature[0] ^= 1;
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{0}, {}, note.Serialize()}.Serialize()).status, 403);
  // Unknown signatures beside the log's are ignored, and not kept.
  note = crypto::SignedNote::Parse(tree.Note(5)).value();
  note.signatures.push_back({"stranger.example", 7, "whatever it signed"});
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{0}, {}, note.Serialize()}.Serialize()).status, 200);
  EXPECT_THAT(witness_->Latest(kTestOrigin).value(), testing::Not(HasSubstr("stranger")));
}

TEST_F(WitnessTest, ProofsThatDoNotVerify) {
  TestTree tree(20);
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{0}, {Hash256{}}, tree.Note(5)}.Serialize()).status, 422);
  ASSERT_EQ(Add(tree.Request(0, 5)).status, 200);
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{5}, {}, tree.Note(9)}.Serialize()).status, 422);
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{5}, tree.Proof(5, 8), tree.Note(9)}.Serialize()).status, 422);
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{5}, {Hash256{}}, tree.Note(5)}.Serialize()).status, 422);
  crypto::Proof altered = tree.Proof(5, 9);
  altered.back().bytes[0] ^= 1;
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{5}, altered, tree.Note(9)}.Serialize()).status, 422);
  EXPECT_EQ(Add(tree.Request(5, 9)).status, 200);
  // An empty tree whose root is not that of the empty tree.
  Close();
  std::filesystem::remove_all(directory_ / "logs");
  std::filesystem::create_directory(directory_ / "logs");
  Open();
  const std::string empty = crypto::SignCheckpoint({kTestOrigin, TreeSize{0}, Hash256{}, {}}, SignerOf('l')).value();
  EXPECT_EQ(Add(AddCheckpointRequest{TreeSize{0}, {}, empty}.Serialize()).status, 422);
}

TEST_F(WitnessTest, AForkOfTheSameSizeIsRefusedAndKept) {
  TestTree tree(10), fork(10, 3);
  ASSERT_EQ(Add(tree.Request(0, 5)).status, 200);
  const WitnessReply reply = Add(fork.Request(5, 5));
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.content_type, kTextType);
  EXPECT_THAT(reply.body, HasSubstr("the log signed two histories"));
  // With another old size the answer is the size, and the evidence is kept all the same, once.
  EXPECT_EQ(Add(fork.Request(0, 5)).body, "5\n");
  const std::vector<std::string> names = store_->EvidenceNames().value();
  ASSERT_EQ(names.size(), 1u);
  const ForkEvidence evidence = ForkEvidence::Parse(store_->ReadEvidence(names[0]).value()).value();
  const std::vector<crypto::VerifierKey> keys = {LogKey()};
  EXPECT_EQ(Judge(evidence, keys).value(), ForkVerdict::kTwoHistories);
  // The witness stays with the first history.
  EXPECT_EQ(Add(tree.Request(5, 10)).status, 200);
}

TEST_F(WitnessTest, AForkThatGrewIsShownByItsOwnProof) {
  const std::vector<crypto::VerifierKey> keys = {LogKey()};
  TestTree tree(20), fork(20, 3);
  ASSERT_EQ(Add(tree.Request(0, 6)).status, 200);
  EXPECT_EQ(Add(fork.Request(6, 11)).status, 422);
  ForkEvidence evidence =
      ForkEvidence::Parse(store_->ReadEvidence(store_->EvidenceNames().value().at(0)).value()).value();
  EXPECT_EQ(evidence.other_root, fork.Root(6));
  EXPECT_EQ(Judge(evidence, keys).value(), ForkVerdict::kTwoHistories);
  // Nobody can be slandered: every part of it is tied to what the log signed.
  ForkEvidence false_evidence = evidence;
  false_evidence.other_root = Hash256{};
  EXPECT_EQ(Judge(false_evidence, keys).value(), ForkVerdict::kNotShown);
  false_evidence = MakeForkEvidence(tree.Note(6), tree.Note(11), tree.Proof(6, 11));
  EXPECT_EQ(Judge(false_evidence, keys).status().code(), StatusCode::kFailedPrecondition);
  false_evidence.other_root = fork.Root(6);
  EXPECT_EQ(Judge(false_evidence, keys).value(), ForkVerdict::kNotShown);
  false_evidence.proof = fork.Proof(6, 11);
  EXPECT_EQ(Judge(false_evidence, keys).value(), ForkVerdict::kNotShown);
  false_evidence = {tree.Note(6), fork.Note(6, 'x'), {}, {}};
  EXPECT_EQ(Judge(false_evidence, keys).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Judge({tree.Note(6), tree.Note(6), {}, {}}, keys).status().code(), StatusCode::kFailedPrecondition);
  // Nonsense instead of a proof shows nothing; whoever has the fork's tiles can say its root at that size.
  EXPECT_EQ(Judge(MakeForkEvidence(tree.Note(6), fork.Note(11), {}), keys).value(), ForkVerdict::kNotShown);
  const ForkEvidence power_of_two{tree.Note(8), fork.Note(11), fork.Root(8), fork.Proof(8, 11)};
  EXPECT_EQ(Judge(power_of_two, keys).value(), ForkVerdict::kTwoHistories);
}

TEST_F(WitnessTest, WhatCannotBeKeptIsNotSigned) {
  TestTree tree(10);
  ASSERT_EQ(Add(tree.Request(0, 5)).status, 200);
  std::filesystem::rename(directory_ / "logs", directory_ / "gone");
  EXPECT_EQ(Add(tree.Request(0, 5)).status, 500);
  std::filesystem::rename(directory_ / "gone", directory_ / "logs");
  EXPECT_EQ(Add(tree.Request(5, 6)).status, 200);
}

TEST_F(WitnessTest, ADamagedMemorySignsNothing) {
  TestTree tree(10);
  ASSERT_EQ(Add(tree.Request(0, 5)).status, 200);
  const std::filesystem::path file = std::filesystem::directory_iterator(directory_ / "logs")->path();
  const std::string good = witness_->Latest(kTestOrigin).value();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    std::ofstream(file, std::ios::binary) << bad;
    const WitnessReply reply = Add(tree.Request(5, 10));
    // A byte of the log's own signature line may change without harm: the witness's cosignature says what it saw.
    EXPECT_TRUE(reply.status == 500 || reply.status == 200) << i;
    if (reply.status == 200) {
      const size_t line = good.find("\xE2\x80\x94"), cosignature = good.find("\xE2\x80\x94", line + 3);
      EXPECT_TRUE(i >= line && i < cosignature) << i;
    }
  }
  std::ofstream(file, std::ios::binary) << "";
  EXPECT_EQ(Add(tree.Request(0, 10)).status, 500);
  Close();
  store_ = WitnessDirectory::Open(directory_.string()).value();
  EXPECT_EQ(Witness::Create(*store_, "witness.example/w", *signer_, clock_, {LogKey()}).status().code(),
            StatusCode::kDataLoss);
}

TEST_F(WitnessTest, ADirectoryServesOneProcessAndNoOtherKey) {
  EXPECT_EQ(WitnessDirectory::Open(directory_.string()).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(WitnessDirectory::OpenReadOnly(directory_.string()).ok());
  crypto::SystemRandom random;
  EXPECT_EQ(WitnessDirectory::Create(directory_.string(), "w", random).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(WitnessDirectory::Open(directory_.string() + "/none").status().code(), StatusCode::kNotFound);
  const auto read_only = WitnessDirectory::OpenReadOnly(directory_.string()).value();
  EXPECT_EQ(read_only->Keep("o", "n").code(), StatusCode::kFailedPrecondition);
}

TEST(ForkEvidenceTest, ReadsBackAndRefusesTheRest) {
  TestTree tree(20), fork(20, 3);
  const ForkEvidence evidence = MakeForkEvidence(tree.Note(6), fork.Note(11), fork.Proof(6, 11));
  const std::string text = evidence.Serialize();
  EXPECT_EQ(ForkEvidence::Parse(text).value().Serialize(), text);
  for (size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(ForkEvidence::Parse(text.substr(0, i)).ok()) << i;
  EXPECT_FALSE(ForkEvidence::Parse(text + "\n").ok());
  EXPECT_EQ(ForkEvidence::Parse(std::string(kForkEvidenceBytesMax + 1, 'x')).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::witness
