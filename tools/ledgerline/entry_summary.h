// One line of plain words for each kind of payload.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_ENTRY_SUMMARY_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_ENTRY_SUMMARY_H_

#include <string>

#include "ledgerline/v1/payload.pb.h"

namespace ledgerline::tool {

// "demo-label allows COVER of recording:rec-1 in WW"
std::string SummaryOf(const v1::Payload& payload);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_ENTRY_SUMMARY_H_
