// Logs that a witness is asked about: trees in memory, honest and forked, and their signed checkpoints.
#ifndef LEDGERLINE_TESTS_LEDGER_WITNESS_WITNESS_FIXTURE_H_
#define LEDGERLINE_TESTS_LEDGER_WITNESS_WITNESS_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "ledger/witness/witness.h"
#include "ledger/witness/witness_directory.h"

namespace ledgerline::witness {

inline constexpr char kTestOrigin[] = "log.example/test";

inline crypto::KeySigner SignerOf(char fill) {
  return crypto::KeySigner(crypto::PrivateKey::FromSeed(std::string(32, fill)).value());
}
inline crypto::VerifierKey LogKey(char fill = 'l', const std::string& origin = kTestOrigin) {
  return crypto::VerifierKey::Create(origin, SignerOf(fill).public_key()).value();
}

class FixedClock : public Clock {
 public:
  Instant Now() override { return Instant{now_us}; }
  int64_t now_us = 1'790'000'000'000'000;
};

// Entry i is "entry i", but from `forked_at` on "other i".
class TestTree : public crypto::HashReader {
 public:
  explicit TestTree(uint64_t size, uint64_t forked_at = UINT64_MAX, std::string origin = kTestOrigin)
      : origin_(std::move(origin)) {
    crypto::Frontier frontier;
    for (uint64_t i = 0; i < size; ++i) {
      frontier.Append(crypto::LeafHash((i < forked_at ? "entry " : "other ") + std::to_string(i)),
                      [&](crypto::NodeId node, const Hash256& hash) { nodes_[node] = hash; });
    }
  }
  Result<Hash256> ReadHash(crypto::NodeId node) override {
    const auto found = nodes_.find(node);
    return found == nodes_.end() ? Result<Hash256>(NotFound("no such node")) : Result<Hash256>(found->second);
  }
  Hash256 Root(uint64_t size) { return crypto::TreeHash(TreeSize{size}, *this).value(); }
  crypto::Proof Proof(uint64_t from, uint64_t to) {
    return from == 0 ? crypto::Proof() : crypto::ConsistencyProof(TreeSize{from}, TreeSize{to}, *this).value();
  }
  std::string Note(uint64_t size, char key = 'l') {
    return crypto::SignCheckpoint({origin_, TreeSize{size}, Root(size), {}}, SignerOf(key)).value();
  }
  std::string Request(uint64_t from, uint64_t to) {
    return AddCheckpointRequest{TreeSize{from}, Proof(from, to), Note(to)}.Serialize();
  }

 private:
  std::string origin_;
  std::map<crypto::NodeId, Hash256> nodes_;
};

// A witness over a directory of its own, which can be closed and opened again.
class WitnessTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) /
                 (std::string("witness_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory_);
    crypto::SystemRandom random;
    ASSERT_TRUE(WitnessDirectory::Create(directory_.string(), "witness.example/w", random).ok());
    Open();
  }
  void TearDown() override {
    Close();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    store_ = WitnessDirectory::Open(directory_.string()).value();
    signer_.emplace(crypto::ReadPrivateKeyFile(WitnessKeyPath(directory_.string())).value().key);
    witness_ = Witness::Create(*store_, "witness.example/w", *signer_, clock_, {LogKey()}).value();
  }
  void Close() {
    witness_.reset();
    store_.reset();
  }
  WitnessReply Add(const std::string& body) { return witness_->AddCheckpoint(body); }

  std::filesystem::path directory_;
  FixedClock clock_;
  std::unique_ptr<WitnessDirectory> store_;
  std::optional<crypto::KeySigner> signer_;
  std::unique_ptr<Witness> witness_;
};

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_TESTS_LEDGER_WITNESS_WITNESS_FIXTURE_H_
