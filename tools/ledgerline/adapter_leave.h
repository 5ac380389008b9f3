// AdapterLeave: an artist's adapter is used only with the artist's leave: consents in force for TRAIN and for STYLE.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_ADAPTER_LEAVE_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_ADAPTER_LEAVE_H_

#include <string>
#include <vector>

#include "ledger/rights/rights_state.h"
#include "ledgerline/v1/generation.pb.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// The adapter file's bytes, and the consents that its use rests on (none where it names no artist).
struct NamedAdapter {
  std::string bytes;
  std::vector<v1::ConsentReference> consents;
};

// Reads --adapter and asks for leave. The consents must be for everything that the artist controls: an adapter is not
// of one recording. Errors: those of reading the file; kPermissionDenied (names the party and the uses that are
// missing).
Result<NamedAdapter> AskForAdapter(const std::string& path, const rights::RightsState& rights,
                                   const std::string& territory, const std::string& tier, Instant at);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_ADAPTER_LEAVE_H_
