// Ogg Vorbis files, for listening only: what is recorded is the WAV.
#ifndef LEDGERLINE_INFERENCE_MUSIC_OGG_FILE_H_
#define LEDGERLINE_INFERENCE_MUSIC_OGG_FILE_H_

#include <string>

#include "inference/music/wav_file.h"
#include "schemas/status.h"

namespace ledgerline::music {

// Writes `audio` in one channel at half its rate, the first `seconds` of it, faded out over the last second where it is
// cut. At 22,050 frames a second the lowest quality of libvorbis takes some 4 kB a second.
// Errors: kInvalidArgument (no samples), kUnavailable (the file cannot be written, or libsndfile has no Vorbis).
Status WriteOgg(const std::string& path, const PcmAudio& audio, int seconds);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_OGG_FILE_H_
