// The files that lie beside a receipt: are they the ones that the generation event names?
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_DELIVERED_FILES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_DELIVERED_FILES_H_

#include <string>

#include "ledger/audit/receipt.h"
#include "ledger/audit/report.h"

namespace ledgerline::tool {

// For the receipt of a generation: every file that the receipt lists and that lies in `directory` is compared with the
// event's fingerprints, MIDI by its bytes and WAV by its decoded sound. Files that are not there are listed under
// "taken on trust".
void CheckDeliveredFiles(const audit::Receipt& receipt, const std::string& directory, audit::Report& report);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_DELIVERED_FILES_H_
