// The keys of a ledger as the oracle knows them, by the rules of docs/formats/keys.md alone: who may speak, what an
// enrolment, a rotation or a revocation is told, which keys sign a checkpoint, and what is repudiated.
#ifndef LEDGERLINE_TESTS_SIM_KEY_MODEL_H_
#define LEDGERLINE_TESTS_SIM_KEY_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/journal/journal.h"

namespace ledgerline::sim {

struct Key {
  crypto::PublicKey key;
  v1::KeyRole role = v1::KEY_ROLE_UNSPECIFIED;
  int64_t valid_from_us = 0;
  int64_t valid_to_us = 0;
  uint64_t entry = 0;  // that brought it
  bool signs_checkpoints = false;
  std::optional<Hash256> predecessor, successor;
  std::optional<uint64_t> revocation;  // the entry
  uint64_t effective_size = 0;         // of the revocation
};

class KeyModel {
 public:
  explicit KeyModel(std::string origin) : origin_(std::move(origin)) {}

  const std::map<Hash256, Key>& all() const { return keys_; }
  // Null if there is no such key.
  const Key* Find(const Hash256& id) const;
  bool MaySpeak(const Hash256& id, int64_t recorded_at_us) const;
  // What a key event of this submitter, whose turn it is at `index`, is told; kOk if it is taken, or no key event.
  StatusCode Judge(const Hash256& submitter, const v1::Payload& payload, uint64_t index) const;
  // Takes in the payload of an entry that is there.
  void Learn(const Hash256& submitter, const v1::Payload& payload, uint64_t index);

  // Whose signatures a checkpoint, or a promise, of this size carries: those and no others. Oldest first.
  std::vector<crypto::PublicKey> SignersAt(uint64_t size) const;
  bool IsRepudiated(const Hash256& submitter, uint64_t index) const;
  // The journal's registry says the same of every key; throws Violation.
  void Compare(const journal::KeyRegistry& registry) const;

 private:
  StatusCode JudgeRotation(const Hash256& submitter, const v1::KeyRotation& rotation) const;
  StatusCode JudgeRevocation(const Hash256& submitter, const v1::KeyRevocation& revocation, uint64_t index) const;

  std::string origin_;
  std::map<Hash256, Key> keys_;
};

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_KEY_MODEL_H_
