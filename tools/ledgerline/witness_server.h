// A witness over HTTP: C2SP tlog-witness's POST /add-checkpoint, and GET /<log>/checkpoint for the last checkpoint that
// it cosigned, <log> being the percent-encoded origin.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_SERVER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_SERVER_H_

#include "ledger/witness/witness.h"
#include "tools/ledgerline/http_server.h"

namespace ledgerline::tool {

// Borrows the witness for the handler's life.
HttpHandler WitnessHandler(witness::Witness& witness);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_SERVER_H_
