// What the simulated world does with keys: it enrols, rotates and revokes them, rightly and wrongly. What comes of it
// the oracle's key model says.
#include <utility>

#include "ledger/audit/promise_check.h"
#include "tests/ledger/journal/key_payloads.h"
#include "tests/sim/world.h"

namespace ledgerline::sim {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;

Hash256 IdOf(const crypto::KeySigner& key) { return journal::KeyId(key.public_key()); }

}  // namespace

const crypto::KeySigner& World::SignerOf(const Hash256& key_id) const {
  for (const crypto::KeySigner& key : pool_) {
    if (IdOf(key) == key_id) return key;
  }
  throw Violation("every key is one of the pool");
}

const Token& World::TokenOf(const Hash256& key_id) const { return tokens_.at(key_id); }

// One that signs checkpoints and may still speak; there always is one.
const crypto::KeySigner& World::AnyOperatorKey() {
  const std::vector<crypto::PublicKey> live = oracle_.keys().SignersAt(oracle_.size());
  std::vector<const crypto::KeySigner*> keys;
  for (const crypto::PublicKey& key : live) {
    if (!oracle_.FindKey(journal::KeyId(key))->revocation) keys.push_back(&SignerOf(journal::KeyId(key)));
  }
  Demand(!keys.empty(), "a log always has a key that signs");
  return *keys[Draw(keys.size())];
}

// Null if there is none. It may be revoked, or not valid now.
const crypto::KeySigner* World::AnyKeyOf(v1::KeyRole role) {
  std::vector<const crypto::KeySigner*> keys;
  for (const auto& [id, key] : oracle_.keys().all()) {
    if (key.role == role) keys.push_back(&SignerOf(id));
  }
  return keys.empty() ? nullptr : keys[Draw(keys.size())];
}

const crypto::KeySigner& World::AnyKnownKey() {
  auto at = oracle_.keys().all().begin();
  std::advance(at, Draw(oracle_.keys().all().size()));
  return SignerOf(at->first);
}

// The keys that an operator has at hand: revoked ones are gone.
journal::OperatorSigners World::OperatorSigners() const {
  std::vector<const crypto::Signer*> signers;
  for (const Hash256& id : offered_) {
    const Key* key = oracle_.FindKey(id);
    if (key == nullptr || !key->revocation) signers.push_back(&TokenOf(id));
  }
  return journal::OperatorSigners(std::move(signers));
}

// Where several keys sign, one of them is not enough to open the journal.
void World::OpenWithoutAKey() {
  const std::vector<crypto::PublicKey> in_force = oracle_.keys().SignersAt(oracle_.size());
  if (disk_.dead() || disk_.full || disk_.failing_read > 0) return;
  std::vector<const crypto::Signer*> signers;
  const size_t missing = Draw(in_force.size());
  for (size_t i = 0; i < in_force.size(); ++i) {
    if (i != missing) signers.push_back(&SignerOf(journal::KeyId(in_force[i])));
  }
  const Status opened = journal::Journal::Open(std::make_unique<DiskStorage>(disk_),
                                               journal::OperatorSigners(std::move(signers)), clock_, options_)
                            .status();
  Demand(opened.code() == StatusCode::kPermissionDenied,
         "a journal is not opened without an operator key that is in force: " + opened.ToString());
  if (in_force.size() > 1) ++counts_["keys missing in an overlap"];
}

// What a submitter does with a promise: it holds the ledger to it, by the first key that this ever had. One submission
// in eight, as each check opens the checkpoint.
void World::CheckPromisesKept() const {
  const auto anchor = crypto::VerifierKey::Create(journal::kTestOrigin, operator_.public_key());
  for (size_t i = 0; i < attempts_.size(); i += 8) {
    const Attempt& attempt = attempts_[i];
    if (attempt.promise.empty()) continue;
    const auto promise = journal::Promise::Parse(attempt.promise);
    Demand(promise.ok(), "a promise can be read back: " + promise.status().ToString());
    const auto note = crypto::SignedNote::Parse(promise->note);
    const auto commit = journal::PromisedCommit::Parse(note->text);
    Demand(commit.ok(), "a promise's note can be read: " + commit.status().ToString());
    audit::Report report;
    audit::CheckPromiseKept(*promise, *commit, *anchor, *journal_, report);
    Demand(report.AllPassed(), "entry " + std::to_string(promise->index.value) + "'s promise is kept");
    if (i > 8) continue;
    // The check would say so if it were not.
    journal::Promise other = *promise;
    other.leaf_hash = Hash256{};
    audit::Report broken;
    audit::CheckPromiseKept(other, *commit, *anchor, *journal_, broken);
    Demand(!broken.AllPassed() && broken.findings().front().detail.starts_with("BROKEN"),
           "a promise of another entry is found broken");
  }
}

void World::CountKeys() {
  for (const auto& [id, key] : oracle_.keys().all()) {
    const std::string whose = key.signs_checkpoints ? "operator keys " : "other keys ";
    if (key.predecessor) ++counts_[whose + "rotated"];
    if (key.revocation) ++counts_[whose + "revoked"];
  }
  for (uint64_t i = 0; i < oracle_.size(); ++i) {
    if (oracle_.keys().IsRepudiated(oracle_.entries()[i].key_id, i)) ++counts_["entries repudiated"];
  }
}

// A party's or a service's key, valid from about now for a while: some submissions under it come too early or too late.
// Now and then somebody else's.
void World::EnrolKey() {
  const crypto::KeySigner& key = pool_[Draw(pool_.size())];
  const std::string name = NextName();
  const int64_t from = Chance(50) ? 0 : clock_.now.us + (static_cast<int64_t>(Draw(5)) - 3) * kHourUs / 2;
  const int64_t to = Chance(50) ? 0 : clock_.now.us + static_cast<int64_t>(1 + Draw(4)) * kHourUs;
  std::string payload = Chance(40) ? journal::NamedEnrolment(key, v1::KEY_ROLE_SERVICE, "service-" + name)
                                   : journal::EnrolmentPayload(key, v1::KEY_ROLE_PARTY, "party-" + name, from, to);
  if (Chance(10)) {
    v1::Payload forged;
    Demand(forged.ParseFromString(payload), "our own payload parses");
    (*forged.mutable_key_enrolment()->mutable_possession_signature())[0] ^= 1;
    payload = forged.SerializeAsString();
  }
  NewAttempt(0, journal::Request(AnyOperatorKey(), name, payload));
  ++counts_["enrolments sent"];
  Send(attempts_.size() - 1);
}

// Mostly a key that may be rotated, by itself, to a new one that agreed.
void World::RotateKey() {
  const crypto::KeySigner* other =
      Chance(50) ? AnyKeyOf(Chance(50) ? v1::KEY_ROLE_PARTY : v1::KEY_ROLE_SERVICE) : nullptr;
  const crypto::KeySigner& old_key = other != nullptr ? *other : Chance(80) ? AnyOperatorKey() : AnyKnownKey();
  size_t fresh = Draw(pool_.size());
  for (int tries = 0; tries < 3 && oracle_.FindKey(IdOf(pool_[fresh])) != nullptr; ++tries) fresh = Draw(pool_.size());
  const crypto::KeySigner& new_key = pool_[fresh];
  const crypto::KeySigner& agreed = Chance(90) ? new_key : AnyKnownKey();
  const crypto::KeySigner& submitter = Chance(90) ? old_key : AnyKnownKey();
  v1::Payload payload;
  Demand(payload.ParseFromString(journal::RotationPayload(old_key, new_key, agreed)), "our own payload parses");
  if (Chance(15)) payload.mutable_key_rotation()->set_new_valid_to_us(clock_.now.us + kHourUs);
  if (oracle_.FindKey(IdOf(old_key))->signs_checkpoints && offered_.insert(IdOf(new_key)).second)
    journal_->AddOperatorSigner(TokenOf(IdOf(new_key)));
  NewAttempt(0, journal::Request(submitter, NextName(), payload.SerializeAsString()));
  ++counts_["rotations sent"];
  Send(attempts_.size() - 1);
}

// Often one that ends an overlap; by the operator, by the key itself, or by a stranger.
void World::RevokeKey() {
  const std::vector<crypto::PublicKey> in_force = oracle_.keys().SignersAt(oracle_.size());
  const crypto::KeySigner& key = in_force.size() > 1 && Chance(50) ? SignerOf(journal::KeyId(in_force.front()))
                                 : Chance(90)                      ? AnyKnownKey()
                                                                   : pool_[Draw(pool_.size())];
  const crypto::KeySigner& submitter = Chance(50)                                            ? AnyOperatorKey()
                                       : Chance(80) && oracle_.FindKey(IdOf(key)) != nullptr ? key
                                                                                             : AnyKnownKey();
  // Some are above the entry's own index, most in the past.
  const uint64_t effective_size = Chance(30) ? oracle_.size() : Draw(oracle_.size() + 4);
  const auto reason = static_cast<v1::KeyRevocationReason>(1 + Draw(4));
  NewAttempt(0, journal::Request(submitter, NextName(), journal::RevocationPayload(key, effective_size, reason)));
  ++counts_["revocations sent"];
  Send(attempts_.size() - 1);
}

}  // namespace ledgerline::sim
