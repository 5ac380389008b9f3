// Keys found against signatures stated.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_KEY_REPORT_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_KEY_REPORT_H_

#include <string>
#include <vector>

namespace ledgerline::music {

// For pieces with one signature: how far the signature of the key found, with the stated one hidden, lies from it on
// the circle of fifths. For pieces with several: the share of the time in which the key found bar by bar has the
// signature in force, against one key for the whole, both with the signatures hidden. Then medians of what moods rest
// on.
void PrintKeyReport(const std::vector<std::string>& files);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_KEY_REPORT_H_
