// The entries that making a cover leaves in the ledger: the permit, the candidates turned down, the generation.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_GENERATION_ENTRIES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_GENERATION_ENTRIES_H_

#include <string>
#include <vector>

#include "inference/covers/cover_engine.h"
#include "ledgerline/v1/payload.pb.h"
#include "tools/ledgerline/allowed_request.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/make_cover.h"

namespace ledgerline::tool {

// A permit for 15 minutes, resting on the request's consents. Errors: those of the journal.
Result<EntryIndex> SubmitPermit(Context& context, const MakeFlags& flags, const AllowedRequest& request,
                                LedgerSession& session);

// Written whether or not a cover came of it: what is not recorded cannot be learnt from. Nothing for none. Errors:
// those of the journal.
Status SubmitRejected(const std::vector<covers::RejectedCandidate>& turned_down, EntryIndex permit,
                      const Hash256& model_hash, uint64_t seed, LedgerSession& session);

v1::Payload GenerationPayload(const MakeFlags& flags, const AllowedRequest& request, EntryIndex permit,
                              const std::string& cover_id, Instant generated_at, const covers::CoverResult& cover,
                              const covers::RenderResult& sound);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_GENERATION_ENTRIES_H_
