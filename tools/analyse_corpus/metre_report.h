// Metres found against metres stated, and the profiles that finding them rests on.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_REPORT_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_REPORT_H_

#include <string>
#include <vector>

namespace ledgerline::music {

// Counts what each place of the bar shows in pieces that state one known metre, and prints metre_profiles.cc.
void PrintMetreProfiles(const std::vector<std::string>& files);

// Fits the trees to what the pieces state, whole and their melodies alone (metre_boosting.h), and prints
// metre_trees.cc.
void PrintMetreTrees(const std::vector<std::string>& files);

// How often the metre found is the one that the file states, has bars as long, and has its bar lines at the same
// places, beside two floors; then the metres that are taken for others.
void PrintMetreReport(const std::vector<std::string>& files);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_REPORT_H_
