// Compressed MusicXML (.mxl): a ZIP archive whose META-INF/container.xml names the score in it.
// Source: MusicXML 4.0, "Compressed .mxl files".
#ifndef LEDGERLINE_INFERENCE_MUSIC_MXL_ARCHIVE_H_
#define LEDGERLINE_INFERENCE_MUSIC_MXL_ARCHIVE_H_

#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr size_t kMaxMxlEntries = 1000;
inline constexpr size_t kMaxMxlContainerBytes = 64u << 10;

bool IsZip(std::string_view bytes);  // begins with a local file header

// The bytes of the archive's score: the first rootfile, at most kMaxMusicXmlBytes however the archive states its size.
// Errors: kInvalidArgument (damaged, encrypted, no container, no such file), kOutOfRange.
Result<std::string> ScoreInArchive(std::string_view archive);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MXL_ARCHIVE_H_
