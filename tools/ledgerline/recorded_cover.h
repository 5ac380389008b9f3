// A cover's entry, read back as what the generator needs to make it anew.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_RECORDED_COVER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_RECORDED_COVER_H_

#include <string>

#include "inference/covers/cover_engine.h"
#include "ledgerline/v1/generation.pb.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {

// Errors: those of reading the entry; kInvalidArgument (it is no generation).
Result<v1::Generation> ReadGeneration(LedgerSession& session, EntryIndex index);

// Conditioning, style, seed, parameters and the adapter's hash; no adapter, no taste. Errors: those of ReadBlob.
Result<covers::CoverRecord> RecordOf(LedgerSession& session, const v1::Generation& event);

// What stands in the record (model, kernel, engine) and is not so here, a line each; empty when nothing is.
std::string Differences(const v1::Generation& event, const covers::CoverEngine& engine);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_RECORDED_COVER_H_
