// Is the song that was handed in the recording that it is said to be? Leave is given for a recording; a file says
// nothing about whose song it holds. What the ledger knows of tunes are the melodic fingerprints of the covers that it
// recorded.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_TUNE_CHECK_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_TUNE_CHECK_H_

#include <string>

#include "ledger/rights/rights_state.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {

// Refuses a song whose tune is known as another recording's, and not as this one's or as that of another recording of
// the same works. A tune that no recorded cover has passes: the ledger cannot know it. Errors: kInvalidArgument (no
// MIDI that can be read), kPermissionDenied (another recording's tune), those of the journal.
Status CheckTune(LedgerSession& session, const rights::RightsState& rights, const RecordingId& recording,
                 const std::string& song_midi);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_TUNE_CHECK_H_
