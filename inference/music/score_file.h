// A song as people have it: Standard MIDI file, MusicXML or compressed MusicXML, told apart by its bytes, never by its
// name.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SCORE_FILE_H_
#define LEDGERLINE_INFERENCE_MUSIC_SCORE_FILE_H_

#include <string_view>

#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

// Errors: those of ReadSmf and ReadMusicXml; kInvalidArgument if the bytes are neither.
Result<Score> ReadScore(std::string_view bytes);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SCORE_FILE_H_
