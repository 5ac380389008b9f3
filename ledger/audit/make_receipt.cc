#include "ledger/audit/make_receipt.h"

#include <set>

#include "crypto/checkpoint.h"
#include "ledger/journal/entry.h"

namespace ledgerline::audit {

Result<Receipt> MakeReceipt(const journal::Journal& journal, const rights::RightsState& rights, EntryIndex subject) {
  const TreeSize size = journal.size();
  if (!size.Contains(subject)) {
    return NotFound("entry " + std::to_string(subject.value) + ": the ledger has entries 0 to " +
                    std::to_string(size.value - 1));
  }
  Receipt receipt;
  receipt.checkpoint = journal.LatestCheckpoint();
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(receipt.checkpoint, journal.checkpoint_key()));
  const auto prove = [&](EntryIndex index) -> Result<ProvedEntry> {
    if (!checkpoint.size.Contains(index)) {
      return FailedPrecondition("entry " + std::to_string(index.value) +
                                " is not covered by a signed checkpoint yet (size " +
                                std::to_string(checkpoint.size.value) + "): the next command that writes signs one");
    }
    ProvedEntry proved;
    proved.index = index;
    ASSIGN_OR_RETURN(proved.bytes, journal.ReadEntry(index));
    ASSIGN_OR_RETURN(proved.proof, journal.InclusionProof(index, checkpoint.size));
    return proved;
  };
  ASSIGN_OR_RETURN(receipt.subject, prove(subject));

  // What the subject rests on, and then who signed all of it.
  std::set<EntryIndex> wanted;
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(receipt.subject.bytes));
  std::vector<Hash256> signers{entry.submission.key_id};
  if (entry.type == v1::PAYLOAD_TYPE_GENERATION) {
    const v1::Generation& generation = entry.submission.payload.generation();
    wanted.insert(EntryIndex(generation.permit_index()));
    for (const v1::ConsentReference& reference : generation.consents())
      wanted.insert(EntryIndex(reference.entry_index()));
  }
  std::set<EntryIndex> enrolments{EntryIndex(0)};
  for (const EntryIndex index : wanted) {
    if (!size.Contains(index)) continue;  // a wrong reference stays visible to the verifier: the entry is missing
    ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(index));
    ASSIGN_OR_RETURN(const journal::ParsedEntry supporting, journal::ParseEntry(bytes));
    signers.push_back(supporting.submission.key_id);
  }
  for (const Hash256& key_id : signers) {
    if (const rights::EnrolledKey* key = rights.keys().Find(key_id, size)) enrolments.insert(key->entry);
  }
  wanted.insert(enrolments.begin(), enrolments.end());
  wanted.erase(subject);
  for (const EntryIndex index : wanted) {
    if (!size.Contains(index)) continue;
    ASSIGN_OR_RETURN(ProvedEntry proved, prove(index));
    receipt.supporting.push_back(std::move(proved));
  }
  return receipt;
}

}  // namespace ledgerline::audit
