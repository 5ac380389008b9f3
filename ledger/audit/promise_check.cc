#include "ledger/audit/promise_check.h"

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/key_registry.h"
#include "schemas/time.h"

namespace ledgerline::audit {
namespace {

constexpr char kName[] = "promise kept";

std::string Name(EntryIndex index) { return "entry " + std::to_string(index.value); }

Status Broken(const std::string& why) {
  return DataLoss("BROKEN: " + why +
                  ". The operator signed both, so this promise and that checkpoint are the evidence: keep them");
}

// The tree ends at or before the promised index: a lie only if it is later than the promise.
Status CheckShorter(const journal::Promise& promise, const journal::PromisedCommit& commit, TreeSize size,
                    const journal::Journal& journal) {
  const std::string ends = "the ledger's last signed checkpoint has " + std::to_string(size.value) + " entries, and " +
                           Name(promise.index) + " was promised";
  if (size.value > 0) {
    ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(EntryIndex(size.value - 1)));
    ASSIGN_OR_RETURN(const journal::ParsedEntry last, journal::ParseEntry(bytes));
    if (last.recorded_at_us > commit.recorded_at_us) {
      return Broken(ends + " at " + Instant{commit.recorded_at_us}.ToString() +
                    "; but the checkpoint's last entry was recorded later, at " +
                    Instant{last.recorded_at_us}.ToString());
    }
  }
  if (journal.size().Contains(promise.index)) {
    ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(promise.index));
    if (crypto::LeafHash(bytes) == promise.leaf_hash) {
      return FailedPrecondition("NOT PROVED YET: the entry is there, but no signed checkpoint covers it (" + ends +
                                ")");
    }
  }
  return FailedPrecondition("NOT KEPT HERE: " + ends +
                            ". Nothing in this ledger is later than the promise, so it may be an older copy");
}

Status CheckInTree(const journal::Promise& promise, const crypto::Checkpoint& checkpoint,
                   const journal::Journal& journal) {
  ASSIGN_OR_RETURN(const Hash256 root, journal.RootAt(checkpoint.size));
  if (root != checkpoint.root) {
    return FailedPrecondition(
        "the ledger's tree is not the one that its checkpoint was signed for: run `ledgerline verify` on it");
  }
  ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(promise.index));
  ASSIGN_OR_RETURN(const crypto::Proof proof, journal.InclusionProof(promise.index, checkpoint.size));
  const Hash256 leaf_hash = crypto::LeafHash(bytes);
  RETURN_IF_ERROR(crypto::VerifyInclusion(leaf_hash, promise.index, checkpoint.size, proof, checkpoint.root));
  if (leaf_hash == promise.leaf_hash) return Status::Ok();
  return Broken("the signed tree of size " + std::to_string(checkpoint.size.value) + " has another " +
                Name(promise.index) + ", with leaf hash " + leaf_hash.Short() + ", where " + promise.leaf_hash.Short() +
                " was promised");
}

}  // namespace

std::optional<journal::PromisedCommit> CheckPromise(const journal::Promise& promise,
                                                    const std::optional<crypto::VerifierKey>& log_key, Report& report) {
  if (!log_key) {
    report.Fail("promise signature", "a promise is checked against the ledger's key: give --vkey or --policy");
    return std::nullopt;
  }
  report.SetAnchored();
  const Result<journal::PromisedCommit> commit = promise.Verify(*log_key);
  if (!commit.ok()) {
    report.Fail("promise signature", commit.status().message());
    return std::nullopt;
  }
  report.Pass("promise signature", log_key->name() + " promised " + Name(promise.index) + " with leaf hash " +
                                       promise.leaf_hash.Short() + ", recorded by " +
                                       Instant{commit->recorded_at_us}.ToString());
  return *commit;
}

void CheckPromiseKept(const journal::Promise& promise, const journal::PromisedCommit& commit,
                      const crypto::VerifierKey& log_key, const journal::Journal& journal, Report& report) {
  const std::string note = journal.LatestCheckpoint();
  Result<crypto::Checkpoint> checkpoint = crypto::OpenCheckpoint(note, log_key);
  if (!checkpoint.ok()) {
    // The operator's key may have been rotated since: the given one must lead to the signer.
    const auto chained = journal.keys().operator_keys().OpenUnder(log_key, note);
    if (!chained.ok()) return report.Fail(kName, "the ledger's checkpoint: " + checkpoint.status().message());
    checkpoint = chained->checkpoint;
  }
  const Status status = checkpoint->size.Contains(promise.index)
                            ? CheckInTree(promise, *checkpoint, journal)
                            : CheckShorter(promise, commit, checkpoint->size, journal);
  if (!status.ok()) return report.Fail(kName, status.message());
  report.Pass(kName, "the signed tree of size " + std::to_string(checkpoint->size.value) + " has exactly this " +
                         Name(promise.index));
}

}  // namespace ledgerline::audit
