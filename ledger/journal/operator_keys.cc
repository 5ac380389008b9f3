#include "ledger/journal/operator_keys.h"

#include <algorithm>
#include <utility>

namespace ledgerline::journal {

std::string ShortKey(const crypto::VerifierKey& key) {
  const std::string whole = key.ToString();
  return whole.substr(0, whole.find('+', key.name().size() + 1));
}

size_t OperatorKeys::Find(const crypto::PublicKey& key) const {
  size_t at = 0;
  while (at < chain_.size() && chain_[at].key.public_key() != key) ++at;
  return at;
}

Status OperatorKeys::SetGenesis(const std::string& origin, const crypto::PublicKey& key) {
  ASSIGN_OR_RETURN(crypto::VerifierKey verifier, crypto::VerifierKey::Create(origin, key));
  chain_ = {{std::move(verifier), EntryIndex{0}, TreeSize{1}, std::nullopt, 0}};
  return Status::Ok();
}

Status OperatorKeys::AddRotation(const crypto::PublicKey& old_key, const crypto::PublicKey& new_key,
                                 EntryIndex rotation) {
  const size_t old = Find(old_key);
  if (old == chain_.size()) return FailedPrecondition("the key that is rotated signs no checkpoints");
  ASSIGN_OR_RETURN(crypto::VerifierKey verifier, crypto::VerifierKey::Create(chain_.front().key.name(), new_key));
  chain_.push_back({std::move(verifier), rotation, TreeSize{rotation.value + 1}, std::nullopt, old});
  return Status::Ok();
}

void OperatorKeys::Revoke(const crypto::PublicKey& key, EntryIndex revocation) {
  for (OperatorKey& each : chain_) {
    if (each.key.public_key() == key && !each.revocation) each.revocation = revocation;
  }
}

bool OperatorKeys::Contains(const crypto::PublicKey& key) const { return Find(key) < chain_.size(); }

const OperatorKey& OperatorKeys::current() const {
  const auto live = std::find_if(chain_.rbegin(), chain_.rend(), [](const OperatorKey& k) { return !k.revocation; });
  return live == chain_.rend() ? chain_.back() : *live;
}

std::optional<std::string> OperatorKeys::Path(size_t anchor, size_t signer) const {
  std::string path;
  for (; signer != anchor; signer = chain_[signer].predecessor) {
    if (signer == 0) return std::nullopt;
    path = std::to_string(chain_[signer].entry.value) + (path.empty() ? "" : ", ") + path;
  }
  return path;
}

size_t OperatorKeys::live() const {
  return static_cast<size_t>(
      std::count_if(chain_.begin(), chain_.end(), [](const OperatorKey& k) { return !k.revocation; }));
}

std::vector<crypto::VerifierKey> OperatorKeys::At(TreeSize size) const {
  std::vector<crypto::VerifierKey> keys;
  for (const OperatorKey& each : chain_) {
    if (each.InForceAt(size)) keys.push_back(each.key);
  }
  return keys;
}

Result<crypto::Checkpoint> OperatorKeys::Open(std::string_view note_bytes) const {
  if (chain_.empty()) return FailedPrecondition("there is no genesis, so no key that could have signed a checkpoint");
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(note_bytes));
  // The size decides which keys are asked; a false size only asks for keys that did not sign.
  ASSIGN_OR_RETURN(crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(note.text));
  const std::string& origin = chain_.front().key.name();
  if (checkpoint.origin != origin)
    return PermissionDenied("checkpoint of log \"" + checkpoint.origin + "\", expected \"" + origin + "\"");
  const std::vector<crypto::VerifierKey> expected = At(checkpoint.size);
  if (expected.empty())
    return PermissionDenied("no operator key was in force at size " + std::to_string(checkpoint.size.value));
  for (const crypto::VerifierKey& key : expected) {
    const Status status = note.Verify(std::span(&key, 1)).status();
    if (status.ok()) continue;
    if (expected.size() == 1) return status;
    return PermissionDenied("a checkpoint of size " + std::to_string(checkpoint.size.value) +
                            " must be signed by every key of the overlap; of " + ShortKey(key) + ": " +
                            status.message());
  }
  return checkpoint;
}

Result<ChainedCheckpoint> OperatorKeys::OpenUnder(const crypto::VerifierKey& anchor, std::string_view note,
                                                  bool newer_covers) const {
  const size_t at = Find(anchor.public_key());
  if (at == chain_.size() || chain_[at].key.name() != anchor.name()) {
    return PermissionDenied("the given key " + ShortKey(anchor) + " is none of those that may sign here: " +
                            ToString() + "; if it is a newer key of this log, get a proof under a newer checkpoint");
  }
  ChainedCheckpoint chained;
  ASSIGN_OR_RETURN(chained.checkpoint, Open(note));
  const TreeSize size = chained.checkpoint.size;
  std::optional<std::string> path;
  for (size_t i = 0; i < chain_.size(); ++i) {
    if (!chain_[i].InForceAt(size)) continue;
    chained.signed_by += (chained.signed_by.empty() ? "" : " and ") + ShortKey(chain_[i].key);
    if (i == at) path = "";
    if (!path) path = Path(at, i);
  }
  if (path && path->empty()) return chained;
  if (path) {
    chained.signed_by += ", to which the given key leads by the rotation of entry " + *path;
    return chained;
  }
  if (newer_covers && size < chain_[at].from) {
    chained.taken_on_trust.push_back(
        "That checkpoints below size " + std::to_string(chain_[at].from.value) + " are signed by " + chained.signed_by +
        ": the log itself says so. The given key vouches for its entries, not for who signed before it.");
    return chained;
  }
  return PermissionDenied("the checkpoint, of size " + std::to_string(size.value) + ", is signed by " +
                          chained.signed_by + "; the given key " + ShortKey(anchor) + " signs from size " +
                          std::to_string(chain_[at].from.value) +
                          " on, and no rotation leads from it: give the key of that time, or get a proof under a "
                          "newer checkpoint");
}

std::string OperatorKeys::ToString() const {
  std::string text;
  for (const OperatorKey& each : chain_) {
    text += (text.empty() ? "" : ", ") + each.key.ToString() + " from size " + std::to_string(each.from.value) +
            (each.revocation ? " to " + std::to_string(each.revocation->value) : " on");
  }
  return text.empty() ? "none" : text;
}

}  // namespace ledgerline::journal
