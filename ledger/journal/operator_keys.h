// OperatorKeys: which keys sign this log's checkpoints, and for which sizes. Genesis names the first; each rotation
// adds the next; the revocation of the old one ends their overlap (docs/formats/keys.md, "Rotation").
//
// A checkpoint of size s must carry the signature of every key in force at s: that of the old key and of the new one
// during an overlap. Since the entries themselves say so, whoever trusts one key of the chain reaches the later ones:
// a rotation is submitted under the old key.
#ifndef LEDGERLINE_LEDGER_JOURNAL_OPERATOR_KEYS_H_
#define LEDGERLINE_LEDGER_JOURNAL_OPERATOR_KEYS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/signed_note.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct OperatorKey {
  crypto::VerifierKey key;
  EntryIndex entry;                      // genesis, or the rotation that brought it
  TreeSize from;                         // checkpoints of this size and above: entry + 1
  std::optional<EntryIndex> revocation;  // the last size that it signs is this index
  size_t predecessor = 0;                // in the chain: whose rotation brought it; genesis's names itself
  bool InForceAt(TreeSize size) const { return size >= from && (!revocation || size.value <= revocation->value); }
};

// A checkpoint that an anchor from outside vouches for.
struct ChainedCheckpoint {
  crypto::Checkpoint checkpoint;
  std::string signed_by;                    // "ledger.example+1a2b3c4d, to which the given key leads by entry 12"
  std::vector<std::string> taken_on_trust;  // plain sentences; empty where the anchor itself signed
};

// Not thread-safe.
class OperatorKeys {
 public:
  // Errors: kInvalidArgument (the origin is not a key name).
  Status SetGenesis(const std::string& origin, const crypto::PublicKey& key);
  // Errors: kFailedPrecondition (`old_key` is not of the chain).
  Status AddRotation(const crypto::PublicKey& old_key, const crypto::PublicKey& new_key, EntryIndex rotation);
  void Revoke(const crypto::PublicKey& key, EntryIndex revocation);

  const std::vector<OperatorKey>& chain() const { return chain_; }  // oldest first
  bool Contains(const crypto::PublicKey& key) const;
  // How many of the chain are not revoked.
  size_t live() const;
  // The newest key that is not revoked. There must be a genesis.
  const OperatorKey& current() const;
  // Whose signatures a checkpoint of `size` must carry, oldest first.
  std::vector<crypto::VerifierKey> At(TreeSize size) const;

  // Opens a checkpoint of this log with the keys that these entries give.
  // Errors: kInvalidArgument (form), kPermissionDenied (a signature is missing or false: names the key; another log).
  Result<crypto::Checkpoint> Open(std::string_view note) const;
  // The same, and `anchor` must be of the chain. An older anchor reaches the signers by the rotations between them; a
  // newer one must have been vouched for by a later checkpoint of the same log, which `newer_covers` says.
  // Errors: as Open; kPermissionDenied (the anchor is no key of this log, or newer than the checkpoint).
  Result<ChainedCheckpoint> OpenUnder(const crypto::VerifierKey& anchor, std::string_view note,
                                       bool newer_covers = false) const;

  // "A+1a2b3c4d for sizes 1 to 17, A+5e6f7a8b from size 12 on", for messages.
  std::string ToString() const;

 private:
  size_t Find(const crypto::PublicKey& key) const;  // chain_.size(): not there
  // The rotations from `anchor` to `signer`, "12, 30"; nothing if they do not lead there.
  std::optional<std::string> Path(size_t anchor, size_t signer) const;

  std::vector<OperatorKey> chain_;
};

// "ledger.example/demo+1a2b3c4d".
std::string ShortKey(const crypto::VerifierKey& key);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_OPERATOR_KEYS_H_
