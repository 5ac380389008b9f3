#include "inference/music/score_file.h"

#include "inference/music/musicxml.h"
#include "inference/music/mxl_archive.h"
#include "inference/music/smf.h"

namespace ledgerline::music {

Result<Score> ReadScore(std::string_view bytes) {
  if (bytes.starts_with("MThd")) return ReadSmf(bytes);
  // XML begins with "<", in UTF-8 or UTF-16, after a byte order mark and blanks at most.
  constexpr std::string_view kBlanks("\xEF\xBB\xBF\xFF\xFE\0 \t\r\n", 10);
  const size_t begin = bytes.substr(0, 64).find_first_not_of(kBlanks);
  if (IsZip(bytes) || (begin != std::string_view::npos && bytes[begin] == '<')) return ReadMusicXml(bytes);
  return InvalidArgument(
      "neither a Standard MIDI file (which begins with MThd) nor MusicXML (which begins with <, or PK if compressed)");
}

}  // namespace ledgerline::music
