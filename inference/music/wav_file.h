// WAV files with 16-bit samples, in and out, by libsndfile.
#ifndef LEDGERLINE_INFERENCE_MUSIC_WAV_FILE_H_
#define LEDGERLINE_INFERENCE_MUSIC_WAV_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr int64_t kWavFramesMax = int64_t{192'000} * 60 * 30;  // half an hour at the highest rate that is read

struct PcmAudio {
  int frames_per_second = 44'100;
  int channels = 2;
  std::vector<int16_t> samples;  // interleaved: left, right, left, ...
  size_t Frames() const { return samples.size() / static_cast<size_t>(channels); }
};

// 16-bit PCM. Errors: kInvalidArgument (no samples), kUnavailable (the file cannot be written).
Status WriteWav(const std::string& path, const PcmAudio& audio);

// The samples of a 16-bit PCM WAV file, bit for bit. Errors: kInvalidArgument (no such file, no WAV, other than 16-bit PCM, not read
// to its end), kOutOfRange (more than 8 channels, rate outside 8,000 to 192,000, more than kWavFramesMax frames).
Result<PcmAudio> ReadWav(const std::string& path);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_WAV_FILE_H_
