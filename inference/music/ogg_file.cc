#include "inference/music/ogg_file.h"

#include <sndfile.h>

#include <algorithm>
#include <vector>

namespace ledgerline::music {
namespace {

// Half-band low pass (windowed sinc, 15 taps, cut at a quarter of the rate), so that halving the rate folds little
// back.
constexpr double kTaps[] = {-0.0023, 0.0, 0.0170,  0.0, -0.0684, 0.0, 0.3037, 0.5,
                            0.3037,  0.0, -0.0684, 0.0, 0.0170,  0.0, -0.0023};
constexpr int kHalfTaps = 7;

std::vector<float> HalfRateMono(const PcmAudio& audio) {
  const auto frames = static_cast<int64_t>(audio.Frames());
  std::vector<double> mono(static_cast<size_t>(frames), 0.0);
  for (int64_t i = 0; i < frames; ++i) {
    double sum = 0;
    for (int c = 0; c < audio.channels; ++c) sum += audio.samples[static_cast<size_t>(i * audio.channels + c)];
    mono[static_cast<size_t>(i)] = sum / audio.channels / 32768.0;
  }
  std::vector<float> half;
  half.reserve(static_cast<size_t>(frames / 2 + 1));
  for (int64_t i = 0; i < frames; i += 2) {
    double sum = 0;
    for (int64_t t = -kHalfTaps; t <= kHalfTaps; ++t) {
      if (i + t >= 0 && i + t < frames) sum += kTaps[t + kHalfTaps] * mono[static_cast<size_t>(i + t)];
    }
    half.push_back(static_cast<float>(std::clamp(sum, -1.0, 1.0)));
  }
  return half;
}

}  // namespace

Status WriteOgg(const std::string& path, const PcmAudio& audio, int seconds) {
  if (audio.Frames() == 0) return InvalidArgument("no samples to write to " + path);
  std::vector<float> samples = HalfRateMono(audio);
  const int rate = audio.frames_per_second / 2;
  const auto most = static_cast<size_t>(rate) * static_cast<size_t>(std::max(1, seconds));
  if (samples.size() > most) {
    samples.resize(most);
    for (size_t i = 0; i < static_cast<size_t>(rate); ++i) {
      samples[most - 1 - i] *= static_cast<float>(i) / static_cast<float>(rate);
    }
  }
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = 1;
  info.format = SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  SNDFILE* const file = sf_open(path.c_str(), SFM_WRITE, &info);
  if (file == nullptr) return Unavailable("cannot write " + path + ": " + sf_strerror(nullptr));
  double quality = 0.0;
  sf_command(file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  const auto frames = static_cast<sf_count_t>(samples.size());
  sf_count_t written = 0;
  while (written < frames) {  // in pieces: libvorbis keeps what it is handed at once on the stack
    const sf_count_t count =
        sf_writef_float(file, samples.data() + written, std::min<sf_count_t>(4096, frames - written));
    if (count <= 0) break;
    written += count;
  }
  const int closed = sf_close(file);
  if (written != frames || closed != 0) return Unavailable("cannot write " + path + " whole");
  return Status::Ok();
}

}  // namespace ledgerline::music
