#include "ledger/audit/proved_entry.h"

#include "ledger/audit/json_member.h"

namespace ledgerline::audit {

Json EntryToJson(const ProvedEntry& entry) {
  Json object{{"index", entry.index.value},
              {"entry", Base64Encode(entry.bytes)},
              {"inclusion_proof", ProofToJson(entry.proof)}};
  if (entry.batch_path) object["batch_path"] = ProofToJson(*entry.batch_path);
  return object;
}

Result<ProvedEntry> EntryFromJson(const Json& object, const std::string& where) {
  ProvedEntry entry;
  ASSIGN_OR_RETURN(const uint64_t index, NumberMember(object, "index", where));
  entry.index = EntryIndex(index);
  ASSIGN_OR_RETURN(entry.bytes, BytesMember(object, "entry", where));
  ASSIGN_OR_RETURN(entry.proof, ProofMember(object, "inclusion_proof", where));
  if (object.contains("batch_path")) {
    ASSIGN_OR_RETURN(entry.batch_path, ProofMember(object, "batch_path", where));
  }
  return entry;
}

}  // namespace ledgerline::audit
