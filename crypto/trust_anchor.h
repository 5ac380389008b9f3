// The trust anchor of a verification: what a verifier brings from outside of what it verifies. A log's verifier key, or
// a policy that names logs and the witnesses whose cosignatures a checkpoint needs. Everything that checks a checkpoint
// takes one of these.
#ifndef LEDGERLINE_CRYPTO_TRUST_ANCHOR_H_
#define LEDGERLINE_CRYPTO_TRUST_ANCHOR_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signed_note.h"
#include "crypto/witness_policy.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// A checkpoint that an anchor accepts.
struct AnchoredCheckpoint {
  PolicyVerdict verdict;                    // the checkpoint, who signed, who cosigned when
  std::vector<std::string> taken_on_trust;  // plain sentences: a quorum that is missing and waived
  const Checkpoint& checkpoint() const { return verdict.checkpoint; }
  // "ledger.example, cosigned by label-1 (2026-11-24T09:00:00Z), society-1 (...)": for reports.
  std::string SignedBy() const;
};

class TrustAnchor {
 public:
  // One key of one log; asks for no witness.
  static TrustAnchor FromKey(VerifierKey key);
  // Errors: kInvalidArgument (the policy names no log).
  static Result<TrustAnchor> FromPolicy(WitnessPolicy policy);

  // The same anchor, which also takes `key`: a key of the same log that it has rotated to, as the verifier has found
  // proved. Without effect if it is there already.
  TrustAnchor Also(VerifierKey key) const;

  const std::vector<VerifierKey>& log_keys() const { return log_keys_; }  // at least one
  bool has_policy() const { return has_policy_; }
  const WitnessPolicy& policy() const { return policy_; }  // without one: `quorum none` and nothing else
  // The auditors whose attestations count; empty without a policy.
  const std::vector<PolicyAuditor>& auditors() const { return policy_.auditors(); }
  // The one of log_keys() to hold `note` against: one that signed it, else one of its origin's name (which may have
  // been rotated since), else the first. Says nothing about the note.
  const VerifierKey& KeyFor(std::string_view note) const;
  // The keys' names, for reports: "ledger.example".
  std::string LogNames() const;

  // Signature, origin and quorum. A quorum that is not met is an error in a policy that fails closed (the default), and
  // is named under taken_on_trust in one that fails open.
  // Errors: kInvalidArgument (form), kPermissionDenied (signature, origin, quorum: names what is missing).
  Result<AnchoredCheckpoint> Open(std::string_view note) const;
  // The quorum only, for a checkpoint whose log signature was checked by another way, such as a chain of rotated keys.
  // Errors: as Open's, less the log's signature.
  Result<AnchoredCheckpoint> OpenCosigned(std::string_view note) const;
  // Signature and origin only: for checkpoints of the past, which were superseded before witnesses saw them.
  Result<Checkpoint> OpenSignedOnly(std::string_view note) const;

 private:
  Result<AnchoredCheckpoint> WithQuorum(PolicyVerdict verdict) const;
  TrustAnchor(std::vector<VerifierKey> log_keys, WitnessPolicy policy, bool has_policy)
      : log_keys_(std::move(log_keys)), policy_(std::move(policy)), has_policy_(has_policy) {}
  std::vector<VerifierKey> log_keys_;
  WitnessPolicy policy_;
  bool has_policy_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_TRUST_ANCHOR_H_
