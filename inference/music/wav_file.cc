#include "inference/music/wav_file.h"

#include <sndfile.h>

namespace ledgerline::music {

Status WriteWav(const std::string& path, const PcmAudio& audio) {
  if (audio.samples.empty()) return InvalidArgument("the sound has no samples");
  SF_INFO info{};
  info.samplerate = audio.frames_per_second;
  info.channels = audio.channels;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  if (file == nullptr) return Unavailable("cannot write " + path + ": " + sf_strerror(nullptr));
  const auto count = static_cast<sf_count_t>(audio.samples.size());
  const sf_count_t written = sf_write_short(file, audio.samples.data(), count);
  const int closed = sf_close(file);
  if (written != count || closed != 0) {
    return Unavailable("wrote " + std::to_string(written) + " of " + std::to_string(count) + " samples to " + path);
  }
  return Status::Ok();
}

Result<PcmAudio> ReadWav(const std::string& path) {
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  if (file == nullptr) return InvalidArgument("'" + path + "' is not a WAV file that can be read: " + sf_strerror(nullptr));
  Status wrong;
  if ((info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_WAV || (info.format & SF_FORMAT_SUBMASK) != SF_FORMAT_PCM_16) {
    wrong = InvalidArgument("'" + path + "' is not a WAV file of 16-bit PCM");
  } else if (info.channels < 1 || info.channels > 8 || info.samplerate < 8'000 || info.samplerate > 192'000) {
    wrong = OutOfRange("'" + path + "' has " + std::to_string(info.channels) + " channels at " + std::to_string(info.samplerate) +
                       " frames a second: 1 to 8 at 8,000 to 192,000 are read");
  } else if (info.frames < 0 || info.frames > kWavFramesMax) {
    wrong = OutOfRange("'" + path + "' has " + std::to_string(info.frames) + " frames, " + std::to_string(kWavFramesMax) + " are read");
  }
  PcmAudio audio;
  if (wrong.ok()) {
    audio.frames_per_second = info.samplerate;
    audio.channels = info.channels;
    audio.samples.resize(static_cast<size_t>(info.frames) * static_cast<size_t>(info.channels));
    const sf_count_t got = sf_read_short(file, audio.samples.data(), static_cast<sf_count_t>(audio.samples.size()));
    if (got != static_cast<sf_count_t>(audio.samples.size())) wrong = InvalidArgument("'" + path + "' ends before its last sample");
  }
  sf_close(file);
  if (!wrong.ok()) return wrong;
  return audio;
}

}  // namespace ledgerline::music
