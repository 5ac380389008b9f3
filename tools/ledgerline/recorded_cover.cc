#include "tools/ledgerline/recorded_cover.h"

#include "ledger/journal/entry.h"

namespace ledgerline::tool {

Result<v1::Generation> ReadGeneration(LedgerSession& session, EntryIndex index) {
  ASSIGN_OR_RETURN(const std::string bytes, session.journal().ReadEntry(index));
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
  if (entry.type != v1::PAYLOAD_TYPE_GENERATION) {
    return InvalidArgument("entry " + std::to_string(index.value) + " is a " +
                           std::string(journal::PayloadTypeName(entry.type)) +
                           ", not a generation; `ledgerline log DIR` lists the entries");
  }
  return entry.submission.payload.generation();
}

Result<covers::CoverRecord> RecordOf(LedgerSession& session, const v1::Generation& event) {
  ASSIGN_OR_RETURN(const Hash256 hash, Hash256::FromBytes(event.conditioning_sha256()));
  covers::CoverRecord record;
  ASSIGN_OR_RETURN(record.conditioning, session.journal().ReadBlob(hash));
  record.style = event.style();
  record.seed = event.seed();
  for (const v1::Parameter& parameter : event.parameters()) record.parameters[parameter.name()] = parameter.value();
  if (!event.adapter_sha256().empty()) {
    ASSIGN_OR_RETURN(record.adapter_hash, Hash256::FromBytes(event.adapter_sha256()));
  }
  return record;
}

std::string Differences(const v1::Generation& event, const covers::CoverEngine& engine) {
  std::string text;
  if (event.model_sha256() != engine.ModelHash().ToBytes()) {
    text += "\n  - the model: recorded " + HexEncode(event.model_sha256()) + ", here " + engine.ModelHash().ToHex() +
            "; name the recorded one with --model FILE";
  }
  if (event.kernel_version() != engine.KernelVersion()) {
    text += "\n  - the kernel: recorded \"" + event.kernel_version() + "\", here \"" + engine.KernelVersion() + "\"";
  }
  if (event.engine_id() != engine.EngineId()) {
    text += "\n  - the engine: recorded \"" + event.engine_id() + "\", here \"" + engine.EngineId() +
            "\"; its rules are others, take the program of that version";
  }
  return text;
}

}  // namespace ledgerline::tool
