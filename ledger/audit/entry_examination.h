// What receipts and audit packs check of their entries: each is in the checkpoint's tree, well formed, meant for this
// log, and signed by a key that genesis named or that an earlier one of the entries enrolled.
#ifndef LEDGERLINE_LEDGER_AUDIT_ENTRY_EXAMINATION_H_
#define LEDGERLINE_LEDGER_AUDIT_ENTRY_EXAMINATION_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "crypto/checkpoint.h"
#include "crypto/signed_note.h"
#include "ledger/audit/proved_entry.h"
#include "ledger/audit/report.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/key_registry.h"

namespace ledgerline::audit {

// "entry 17".
std::string Named(EntryIndex index);

// Not thread-safe. What is found goes into `report`, which is borrowed.
class EntryExamination {
 public:
  // `what` they came in, for messages: "receipt".
  EntryExamination(std::string what, const std::optional<crypto::VerifierKey>& log_key, Report& report)
      : what_(std::move(what)), log_key_(log_key), report_(report) {}

  // The checkpoint's form; whose signatures it must carry, the entries say. False if there is no checkpoint to prove
  // anything against.
  bool ReadCheckpoint(const std::string& note);
  const crypto::Checkpoint& checkpoint() const { return checkpoint_; }

  // Its inclusion, form, index and origin. Only entries that pass are kept.
  void Include(const ProvedEntry& proved);
  // Of all that were included, in the log's order, as the journal itself admits them: a key speaks only after the entry
  // that enrolled it. Then the checkpoint: signed by every operator key in force at its size, and the log's key is one
  // of them or leads to one by the rotations that were included; without a key the report is not anchored. Then names
  // what a revocation among the entries repudiates.
  void CheckSignatures();

  const std::map<EntryIndex, journal::ParsedEntry>& entries() const { return entries_; }
  // The entry at `index` if it was included and is of `type`; else null.
  const journal::ParsedEntry* Find(uint64_t index, v1::PayloadType type) const;
  const journal::KeyRegistry& keys() const { return keys_; }

 private:
  void CheckSignature(EntryIndex index, const journal::ParsedEntry& entry);
  // The submission's own signature by `key`; of an item that of its batch header, and the path to it.
  Status CheckSigned(const journal::ParsedEntry& entry, const crypto::PublicKey& key) const;
  void CheckCheckpoint();
  void NameRepudiated();

  const std::string what_;
  const std::optional<crypto::VerifierKey>& log_key_;
  Report& report_;
  std::string note_;
  crypto::Checkpoint checkpoint_;
  std::map<EntryIndex, journal::ParsedEntry> entries_;
  std::map<EntryIndex, crypto::Proof> batch_paths_;  // of those that are items
  journal::KeyRegistry keys_;
  std::set<std::string> told_of_keys_;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_ENTRY_EXAMINATION_H_
