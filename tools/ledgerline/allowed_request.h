// AllowedRequest: what a cover or a remix is to be made of, once leave for all of it is there.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_ALLOWED_REQUEST_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_ALLOWED_REQUEST_H_

#include <string>
#include <vector>

#include "ledger/rights/rights_state.h"
#include "ledgerline/v1/generation.pb.h"
#include "schemas/status.h"
#include "tools/ledgerline/adapter_leave.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/make_cover.h"

namespace ledgerline::tool {

// What is known of one source before anything is made, and what the event needs of it.
struct AllowedSource {
  rights::ConsentQuestion question;
  rights::ConsentAnswer answer;
  std::vector<std::string> work_ids;
  std::string song;  // bytes of a MIDI or MusicXML file
};

struct AllowedRequest {
  std::vector<AllowedSource> sources;
  std::string requester;  // 16 bytes
  NamedAdapter adapter;
  std::string taste;  // bytes of a file; empty: none

  // Of all sources and of the adapter, each once.
  std::vector<v1::ConsentReference> ConsentReferences() const;
};

// Asks for leave for every source and for the adapter, and reads the files that the flags name. Errors:
// kPermissionDenied (leave is missing: names the parties; a song is another recording's), kInvalidArgument (a flag, a
// recording named twice), those of reading files.
Result<AllowedRequest> AskForLeave(Context& context, const MakeFlags& flags, LedgerSession& session);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_ALLOWED_REQUEST_H_
