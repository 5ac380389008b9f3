// An entry with the proof that it is in a tree, and its form inside receipts and audit packs.
#ifndef LEDGERLINE_LEDGER_AUDIT_PROVED_ENTRY_H_
#define LEDGERLINE_LEDGER_AUDIT_PROVED_ENTRY_H_

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "crypto/merkle.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::audit {

inline constexpr size_t kProofHashesMax = 64;

struct ProvedEntry {
  EntryIndex index;
  std::string bytes;    // the leaf, verbatim
  crypto::Proof proof;  // RFC 6962 audit path, leaf's sibling first
  // Of an item of a signed batch: the path from the item to the root in its header. The header has to be among the
  // other entries.
  std::optional<crypto::Proof> batch_path;
};

// {"index", "entry", "inclusion_proof"}, of an item also "batch_path"; bytes in base64.
nlohmann::ordered_json EntryToJson(const ProvedEntry& entry);
// `where` names it in errors. Errors: kInvalidArgument (a member is missing or of another type), kOutOfRange (more than
// kProofHashesMax hashes).
Result<ProvedEntry> EntryFromJson(const nlohmann::ordered_json& object, const std::string& where);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_PROVED_ENTRY_H_
