// C2SP tlog-policy: which logs a checkpoint may come from, and which witnesses must have cosigned it. Roles (label,
// society, platform) are groups, so that a policy says how many of each a checkpoint needs.
//
// Three kinds of lines are ours and stand after the last line of the standard, so that the text before them can be
// given to any other reader: `on-missing-quorum`, `auditor` and `anchor`. The format is in docs/formats/policy.md.
// Pure: a small verifier uses it.
#ifndef LEDGERLINE_CRYPTO_WITNESS_POLICY_H_
#define LEDGERLINE_CRYPTO_WITNESS_POLICY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/signed_note.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

inline constexpr size_t kPolicyBytesMax = 64 * 1024;
// Of logs, witnesses, groups and auditors, each. tlog-policy, "Implementation limits", asks for 32 at least.
inline constexpr size_t kPolicyLinesMax = 64;

struct PolicyLog {
  VerifierKey key;  // its name is the log's origin
  std::string url;  // empty: none
};
struct PolicyWitness {
  std::string name;  // in the policy only
  CosignerKey key;
  std::string url;  // the submission prefix of tlog-witness; empty: none
};
struct PolicyGroup {
  std::string name;
  size_t needed = 0;                 // of the members, 1 to members.size()
  std::vector<std::string> members;  // witnesses and groups of earlier lines
};
// An independent auditor, whose attestations of closes count. Ours.
struct PolicyAuditor {
  std::string name;
  VerifierKey key;
};

enum class OnMissingQuorum { kFailClosed, kFailOpen };

// What a policy says of one checkpoint.
struct PolicyVerdict {
  struct Cosigned {
    std::string witness;   // its name in the policy
    std::string key_name;  // in the note
    uint64_t time_s = 0;   // the witness's clock
  };
  Checkpoint checkpoint;
  std::vector<VerifierKey> signed_by;  // the logs' keys
  std::vector<Cosigned> cosigned;      // in the policy's order
  std::vector<std::string> absent;     // names of witnesses that did not cosign, whether they are needed or not
  bool satisfied = false;
  std::vector<std::string> missing;  // what the quorum lacks, in words, one group a string; empty if satisfied
  // The earliest cosignature's time: what the checkpoint covers was recorded before it. 0: no cosignature.
  uint64_t EarliestTime() const;
};

class WitnessPolicy {
 public:
  // Strict. Errors: kInvalidArgument (names the line), kOutOfRange (above kPolicyBytesMax or kPolicyLinesMax).
  static Result<WitnessPolicy> Parse(std::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  const std::vector<PolicyGroup>& groups() const { return groups_; }
  const std::string& quorum() const { return quorum_; }  // "none", or a witness or group
  OnMissingQuorum on_missing_quorum() const { return on_missing_quorum_; }
  const std::vector<PolicyAuditor>& auditors() const { return auditors_; }
  // Files or URLs elsewhere that hold the last checkpoint that the operator published.
  const std::vector<std::string>& anchors() const { return anchors_; }
  // The text without our lines, for other readers of tlog-policy.
  const std::string& standard_text() const { return standard_text_; }

  // Whether cosignatures of exactly these witnesses (names in the policy) would make the quorum.
  bool QuorumMetBy(const std::vector<std::string>& witnesses) const;

  // The checkpoint in `note`, signed by one of the policy's logs, and whether the quorum has cosigned it. Not being
  // satisfied is no error here: what follows from it is on_missing_quorum's business.
  // Errors: kInvalidArgument (form), kPermissionDenied (no log of the policy signed; its origin is not the key's name;
  // a false signature under a known key).
  Result<PolicyVerdict> EvaluateCheckpoint(std::string_view note) const;
  // The same with other keys for the logs, such as those that a log has rotated to.
  Result<PolicyVerdict> EvaluateCheckpoint(std::string_view note, std::span<const VerifierKey> log_keys) const;
  // Of the cosignatures alone; the log's signature is the caller's business, and signed_by stays empty.
  // Errors: kInvalidArgument (form), kPermissionDenied (a false cosignature under a known key).
  Result<PolicyVerdict> EvaluateCosignatures(const SignedNote& note) const;

 private:
  class Parser;
  bool IsMet(const std::string& name, const std::vector<std::string>& cosigned,
             std::vector<std::string>& missing) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<PolicyGroup> groups_;
  std::string quorum_;
  OnMissingQuorum on_missing_quorum_ = OnMissingQuorum::kFailClosed;
  std::vector<PolicyAuditor> auditors_;
  std::vector<std::string> anchors_;
  std::string standard_text_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_WITNESS_POLICY_H_
