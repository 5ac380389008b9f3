#include "crypto/trust_anchor.h"

#include <algorithm>

#include "schemas/time.h"

namespace ledgerline::crypto {
namespace {

constexpr uint64_t kShownTimeMax = 253'402'300'799;  // the last second of the year 9999

std::string TimeText(uint64_t time_s) {
  if (time_s > kShownTimeMax) return std::to_string(time_s) + " s";
  return Instant{static_cast<int64_t>(time_s) * 1'000'000}.ToString();
}

std::string MissingText(const PolicyVerdict& verdict) {
  std::string text;
  for (const std::string& each : verdict.missing) text += (text.empty() ? "" : "\n") + each;
  return text;
}

}  // namespace

std::string AnchoredCheckpoint::SignedBy() const {
  std::string text = verdict.checkpoint.origin;
  for (size_t i = 0; i < verdict.cosigned.size(); ++i) {
    const PolicyVerdict::Cosigned& each = verdict.cosigned[i];
    text += (i == 0 ? ", cosigned by " : ", ") + each.witness + " (" + TimeText(each.time_s) + ")";
  }
  return text;
}

TrustAnchor TrustAnchor::FromKey(VerifierKey key) {
  // Cannot fail: the text is a constant.
  return TrustAnchor({std::move(key)}, *WitnessPolicy::Parse("quorum none\n"), false);
}

Result<TrustAnchor> TrustAnchor::FromPolicy(WitnessPolicy policy) {
  if (policy.logs().empty()) return InvalidArgument("the policy names no log: it needs a line 'log VKEY'");
  std::vector<VerifierKey> keys;
  for (const PolicyLog& log : policy.logs()) keys.push_back(log.key);
  return TrustAnchor(std::move(keys), std::move(policy), true);
}

TrustAnchor TrustAnchor::Also(VerifierKey key) const {
  TrustAnchor anchor = *this;
  if (std::find(log_keys_.begin(), log_keys_.end(), key) == log_keys_.end()) anchor.log_keys_.push_back(std::move(key));
  return anchor;
}

std::string TrustAnchor::LogNames() const {
  std::string names;
  for (size_t i = 0; i < log_keys_.size(); ++i) {
    const std::string& name = log_keys_[i].name();
    const bool again = std::any_of(log_keys_.begin(), log_keys_.begin() + static_cast<ptrdiff_t>(i),
                                   [&](const VerifierKey& key) { return key.name() == name; });
    if (!again) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

const VerifierKey& TrustAnchor::KeyFor(std::string_view note_bytes) const {
  const Result<SignedNote> note = SignedNote::Parse(note_bytes);
  if (!note.ok()) return log_keys_[0];
  for (const VerifierKey& key : log_keys_) {
    if (note->Verify(std::span(&key, 1)).ok()) return key;
  }
  const std::string origin = note->text.substr(0, note->text.find('\n'));
  for (const VerifierKey& key : log_keys_) {
    if (key.name() == origin) return key;
  }
  return log_keys_[0];
}

Result<AnchoredCheckpoint> TrustAnchor::Open(std::string_view note) const {
  ASSIGN_OR_RETURN(PolicyVerdict verdict, policy_.EvaluateCheckpoint(note, log_keys_));
  return WithQuorum(std::move(verdict));
}

Result<AnchoredCheckpoint> TrustAnchor::OpenCosigned(std::string_view note_bytes) const {
  ASSIGN_OR_RETURN(const SignedNote note, SignedNote::Parse(note_bytes));
  ASSIGN_OR_RETURN(PolicyVerdict verdict, policy_.EvaluateCosignatures(note));
  return WithQuorum(std::move(verdict));
}

Result<AnchoredCheckpoint> TrustAnchor::WithQuorum(PolicyVerdict verdict) const {
  AnchoredCheckpoint opened{std::move(verdict), {}};
  if (opened.verdict.satisfied) return opened;
  const std::string size = std::to_string(opened.checkpoint().size.value);
  if (policy_.on_missing_quorum() == OnMissingQuorum::kFailClosed) {
    return PermissionDenied("the checkpoint of size " + size + " has not the cosignatures that the policy asks for:\n" +
                            MissingText(opened.verdict));
  }
  opened.taken_on_trust.push_back("That witnesses have seen the checkpoint of size " + size +
                                  ": it has not the cosignatures that the policy asks for, and the policy says "
                                  "fail-open.\n" +
                                  MissingText(opened.verdict));
  return opened;
}

Result<Checkpoint> TrustAnchor::OpenSignedOnly(std::string_view note) const {
  ASSIGN_OR_RETURN(PolicyVerdict verdict, policy_.EvaluateCheckpoint(note, log_keys_));
  return std::move(verdict.checkpoint);
}

}  // namespace ledgerline::crypto
