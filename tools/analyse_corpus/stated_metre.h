// What the reports on metres and the making of their tables both read of a piece.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_STATED_METRE_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_STATED_METRE_H_

#include <string>

#include "inference/music/metre.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

// A MIDI file on the grid. Errors: those of ReadSmf.
Result<Score> ReadQuantised(const std::string& file);

// Which of kMetresKnown it is; -1: none.
int KnownMetreOf(const MetreEstimate& metre);

std::string MetreName(int numerator, int denominator);  // "3/4"

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_STATED_METRE_H_
