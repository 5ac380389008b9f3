// How well melodic fingerprints tell the tunes of a set of files apart, and how much change they survive.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_FINGERPRINT_REPORT_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_FINGERPRINT_REPORT_H_

#include <string>
#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

struct NamedScore {
  std::string name;
  Score score;
};

// Prints to standard output: how many pairs of different pieces match (each piece's tune against every other's whole
// texture), the pairs themselves, and which share of the pieces still matches itself when transposed, stretched and
// jittered.
void PrintFingerprintReport(const std::vector<NamedScore>& pieces);

// Prints how much of the first piece's tune each of the others contains.
void PrintContainment(const std::vector<NamedScore>& pieces);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_FINGERPRINT_REPORT_H_
