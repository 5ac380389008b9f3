// MIDI to MusicXML and back.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_MUSICXML_REPORT_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_MUSICXML_REPORT_H_

#include <string>
#include <vector>

namespace ledgerline::music {

// Writes each MIDI file as MusicXML (into `directory` too, unless it is empty), reads that again, and prints how many
// pieces keep every note (onset, duration, pitch, velocity), every bar, tempo and key, and what else was lost. Returns
// false if a file could not be read or written.
bool PrintMusicXmlReport(const std::vector<std::string>& files, const std::string& directory);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_MUSICXML_REPORT_H_
