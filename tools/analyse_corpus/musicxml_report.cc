#include "tools/analyse_corpus/musicxml_report.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "inference/music/musicxml.h"
#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

// All notes of a score on the grid, whatever their part.
std::vector<Note> NotesOf(const Score& grid) {
  std::vector<Note> notes;
  for (const Part& part : grid.parts) notes.insert(notes.end(), part.notes.begin(), part.notes.end());
  std::sort(notes.begin(), notes.end());
  notes.erase(std::unique(notes.begin(), notes.end()), notes.end());
  return notes;
}

bool SameBars(const Score& a, const Score& b) {
  const std::vector<Bar> x = BarsOf(a), y = BarsOf(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const Bar& p, const Bar& q) { return p.start == q.start && p.end == q.end; });
}

}  // namespace

bool PrintMusicXmlReport(const std::vector<std::string>& files, const std::string& directory) {
  size_t pieces = 0, notes_same = 0, bars_same = 0, tempos_same = 0, failed = 0, notes = 0, kept = 0;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    const auto score = ReadSmf(std::string(std::istreambuf_iterator<char>(in), {}));
    const auto written = score.ok() ? WriteMusicXml(*score) : Result<std::string>(score.status());
    const auto again = written.ok() ? ReadMusicXml(*written) : Result<Score>(written.status());
    if (!again.ok()) {
      std::printf("%s: %s\n", file.c_str(), again.status().ToString().c_str());
      ++failed;
      continue;
    }
    if (!directory.empty()) {
      std::ofstream out(directory + "/" + std::filesystem::path(file).stem().string() + ".musicxml", std::ios::binary);
      out << *written;
    }
    const Score before = score->Quantised(), after = again->Quantised();
    const std::vector<Note> wanted = NotesOf(before), found = NotesOf(after);
    std::vector<Note> common;
    std::set_intersection(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(common));
    ++pieces;
    notes += wanted.size();
    kept += common.size();
    notes_same += wanted == found;
    bars_same += SameBars(before, after);
    tempos_same += before.tempos.empty() || before.tempos == after.tempos;
    if (wanted != found || !SameBars(before, after)) {
      std::printf("%s: %zu of %zu notes the same, %zu read%s\n", file.c_str(), common.size(), wanted.size(),
                  found.size(), SameBars(before, after) ? "" : "; bars differ");
    }
  }
  std::printf(
      "%zu pieces, %zu failed: all notes the same in %zu, bars in %zu, tempos in %zu; %zu of %zu notes the same\n",
      pieces, failed, notes_same, bars_same, tempos_same, kept, notes);
  return failed == 0;
}

}  // namespace ledgerline::music
