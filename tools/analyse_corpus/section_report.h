// Form against labels by hand (sections.tsv beside this file).
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_SECTION_REPORT_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_SECTION_REPORT_H_

#include <string>
#include <vector>

namespace ledgerline::music {

// Prints, for each song of `labels` that is found in one of `directories` as NAME.mid, the form by hand and the form
// found, then the means: boundaries found (F1: the same bar; within one bar), and pairs of bars that one letter joins
// (F1, the usual measure of structure: Levy and Sandler, "Structural Segmentation of Musical Audio by Constrained
// Clustering", IEEE TASLP 16(2), 2008), beside those of two floors: one section for all, and sections of four bars each
// with a letter of its own. Primes are not judged. Returns false if a song is missing or a line is wrong.
bool PrintSectionReport(const std::string& labels, const std::vector<std::string>& directories);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_SECTION_REPORT_H_
