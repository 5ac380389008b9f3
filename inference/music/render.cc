#include "inference/music/render.h"

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <tuple>

#include "crypto/sha256.h"

namespace ledgerline::music {
namespace {

constexpr int kBlockFrames = 64;  // FluidSynth works in blocks of so many; events take effect between them
constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int32_t kFullScale = 1 << 23;  // 24-bit samples
constexpr int32_t kTailShare = 1000;     // the tail ends 60 dB below the peak
constexpr int64_t kFadeFrames = kRenderFramesPerSecond / 50;

struct SettingsDeleter {
  void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
};
struct SynthDeleter {
  void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
};

void Silent(int, const char*, void*) {}

struct SynthEvent {
  int64_t frame = 0;
  int order = 0;  // note ends before note starts
  int channel = 0;
  int pitch = 0;
  int velocity = 0;  // 0 ends the note
};

// Ticks to frames along the tempo changes, in integers.
class Clock {
 public:
  explicit Clock(const Score& score) : ticks_per_quarter_(score.ticks_per_quarter) {
    marks_.push_back({0, 0, Tempo{}.quarter_us});
    for (const Tempo& tempo : score.tempos) {
      const int64_t at = std::max<int64_t>(0, tempo.at);
      const int64_t elapsed = ScaledMicroseconds(at);
      if (marks_.back().tick == at) marks_.pop_back();
      marks_.push_back({at, elapsed, tempo.quarter_us});
    }
  }
  int64_t Frame(int64_t tick) const {
    return ScaledMicroseconds(tick) / ticks_per_quarter_ * kRenderFramesPerSecond / kMicrosecondsPerSecond;
  }

 private:
  struct Mark {
    int64_t tick;
    int64_t elapsed;  // microseconds times ticks per quarter note
    int64_t quarter_us;
  };
  int64_t ScaledMicroseconds(int64_t tick) const {
    auto mark =
        std::upper_bound(marks_.begin(), marks_.end(), tick, [](int64_t t, const Mark& m) { return t < m.tick; });
    if (mark != marks_.begin()) --mark;
    return mark->elapsed + (tick - mark->tick) * mark->quarter_us;
  }
  int ticks_per_quarter_;
  std::vector<Mark> marks_;
};

class Player {
 public:
  Status Open(const Score& score, const RenderOptions& options) {
    if (std::ifstream file(options.soundfont, std::ios::binary); !file) {
      return NotFound("sound font " + options.soundfont +
                      " cannot be read; install fluidr3mono-gm-soundfont or name another");
    }
    for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG}) {
      fluid_set_log_function(level, &Silent, nullptr);
    }
    settings_.reset(new_fluid_settings());
    if (!settings_) return Internal("FluidSynth made no settings");
    const int channels = static_cast<int>((score.parts.size() + 15) / 16 * 16);
    fluid_settings_setint(settings_.get(), "synth.midi-channels", std::max(16, channels));
    fluid_settings_setnum(settings_.get(), "synth.sample-rate", kRenderFramesPerSecond);
    fluid_settings_setnum(settings_.get(), "synth.gain", 0.3);
    fluid_settings_setint(settings_.get(), "synth.polyphony", 512);
    fluid_settings_setint(settings_.get(), "synth.cpu-cores", 1);
    fluid_settings_setint(settings_.get(), "synth.chorus.active", 0);  // its phase would be the only thing that drifts
    fluid_settings_setint(settings_.get(), "synth.dynamic-sample-loading", 1);
    synth_.reset(new_fluid_synth(settings_.get()));
    if (!synth_) return Internal("FluidSynth made no synthesizer");
    if (fluid_synth_sfload(synth_.get(), options.soundfont.c_str(), 1) == FLUID_FAILED) {
      return NotFound("sound font " + options.soundfont + " is not one that FluidSynth can load");
    }
    for (size_t i = 0; i < score.parts.size(); ++i) {
      const int channel = static_cast<int>(i);
      const Part& part = score.parts[i];
      fluid_synth_set_channel_type(synth_.get(), channel, part.drums ? CHANNEL_TYPE_DRUM : CHANNEL_TYPE_MELODIC);
      fluid_synth_bank_select(synth_.get(), channel, part.drums ? 128 : 0);
      fluid_synth_program_change(synth_.get(), channel, part.program);
      fluid_synth_cc(synth_.get(), channel, 10, Pan(i, score.parts.size()));
      fluid_synth_cc(synth_.get(), channel, 91, 48);  // reverb send
    }
    sounding_.assign(score.parts.size(), {});
    return Status::Ok();
  }

  void Send(const SynthEvent& event) {
    // FluidSynth ends every voice of a key at once: a key is released when the last note on it ends.
    int& count = sounding_[static_cast<size_t>(event.channel)][static_cast<size_t>(event.pitch)];
    if (event.velocity > 0) {
      if (count++ > 0) fluid_synth_noteoff(synth_.get(), event.channel, event.pitch);
      fluid_synth_noteon(synth_.get(), event.channel, event.pitch, event.velocity);
    } else if (--count == 0) {
      fluid_synth_noteoff(synth_.get(), event.channel, event.pitch);
    }
  }

  // Appends `blocks` blocks of 24-bit samples.
  Status Play(int64_t blocks, std::vector<int32_t>& out) {
    std::array<float, 2 * kBlockFrames> block{};
    for (int64_t b = 0; b < blocks; ++b) {
      if (fluid_synth_write_float(synth_.get(), kBlockFrames, block.data(), 0, 2, block.data(), 1, 2) != FLUID_OK) {
        return Internal("FluidSynth failed to make sound");
      }
      for (const float sample : block) {
        const float scaled = std::clamp(sample, -64.0f, 64.0f) * static_cast<float>(kFullScale);
        out.push_back(static_cast<int32_t>(std::lrint(scaled)));
      }
    }
    return Status::Ok();
  }

 private:
  // The first part in the middle, the others to either side in turn, less than half way out.
  static int Pan(size_t part, size_t parts) {
    if (part == 0 || parts < 2) return 64;
    const int width = static_cast<int>(24 * ((part + 1) / 2) / ((parts + 1) / 2));
    return part % 2 == 1 ? 64 - width : 64 + width;
  }

  std::unique_ptr<fluid_settings_t, SettingsDeleter> settings_;
  std::unique_ptr<fluid_synth_t, SynthDeleter> synth_;
  std::vector<std::array<int, 128>> sounding_;
};

std::vector<SynthEvent> EventsOf(const Score& score, const Clock& clock) {
  std::vector<SynthEvent> events;
  for (size_t p = 0; p < score.parts.size(); ++p) {
    for (const Note& note : score.parts[p].notes) {
      const int64_t start = clock.Frame(note.onset);
      const int64_t end = std::max(start + kBlockFrames, clock.Frame(note.onset + note.duration));
      events.push_back({start, 1, static_cast<int>(p), note.pitch, note.velocity});
      events.push_back({end, 0, static_cast<int>(p), note.pitch, 0});
    }
  }
  std::sort(events.begin(), events.end(), [](const SynthEvent& a, const SynthEvent& b) {
    return std::tuple(a.frame, a.order, a.channel, a.pitch, a.velocity) <
           std::tuple(b.frame, b.order, b.channel, b.pitch, b.velocity);
  });
  return events;
}

int32_t PeakOf(const std::vector<int32_t>& sound) {
  int32_t peak = 0;
  for (const int32_t sample : sound) peak = std::max(peak, std::abs(sample));
  return peak;
}

std::vector<int16_t> Mastered(const std::vector<int32_t>& sound) {
  const int32_t peak = PeakOf(sound);
  std::vector<int16_t> samples(sound.size());
  if (peak == 0) return samples;
  const auto frames = static_cast<int64_t>(sound.size() / kRenderChannels);
  const int64_t fade = std::min(kFadeFrames, frames);
  for (int64_t f = 0; f < frames; ++f) {
    const int64_t left = std::min(frames - f, fade);
    for (int64_t c = 0; c < kRenderChannels; ++c) {
      const auto i = static_cast<size_t>(f * kRenderChannels + c);
      const int64_t faded = int64_t{sound[i]} * left / fade;
      const int64_t twice = 2 * faded * kRenderPeak + peak;  // halves up
      int64_t scaled = twice / (2 * int64_t{peak});
      if (twice < 0 && twice % (2 * int64_t{peak}) != 0) --scaled;
      samples[i] = static_cast<int16_t>(std::clamp<int64_t>(scaled, -32768, 32767));
    }
  }
  return samples;
}

}  // namespace

Result<PcmAudio> RenderScore(const Score& score, const RenderOptions& options) {
  if (score.NoteCount() == 0) return InvalidArgument("the score has no notes to play");
  if (score.parts.size() > kMaxRenderParts) {
    return OutOfRange("parts " + std::to_string(score.parts.size()) + " is above " + std::to_string(kMaxRenderParts));
  }
  const Score played = options.expressive ? Expressive(score, options.expression) : score;
  const Clock clock(played);
  const int64_t end_frame = clock.Frame(played.EndTick());
  if (end_frame > int64_t{options.max_seconds} * kRenderFramesPerSecond) {
    return OutOfRange("length " + std::to_string(end_frame / kRenderFramesPerSecond) + " s is above " +
                      std::to_string(options.max_seconds) + " s");
  }
  Player player;
  RETURN_IF_ERROR(player.Open(played, options));
  std::vector<int32_t> sound;
  sound.reserve(static_cast<size_t>((end_frame + kRenderFramesPerSecond) * kRenderChannels));
  int64_t now = 0;
  int percent = -1;
  for (const SynthEvent& event : EventsOf(played, clock)) {
    const int64_t blocks = std::max<int64_t>(0, (event.frame - now) / kBlockFrames);
    RETURN_IF_ERROR(player.Play(blocks, sound));
    now += blocks * kBlockFrames;
    player.Send(event);
    const int done = static_cast<int>(99 * now / std::max<int64_t>(1, end_frame));
    if (options.progress && done > percent && done < 100) options.progress(percent = done);
  }
  const size_t notes_end = sound.size();
  RETURN_IF_ERROR(player.Play(int64_t{options.tail_seconds_max} * kRenderFramesPerSecond / kBlockFrames, sound));
  // The tail ends at its last audible frame.
  const int32_t threshold = std::max<int32_t>(1, PeakOf(sound) / kTailShare);
  size_t end = sound.size();
  while (end > notes_end && std::abs(sound[end - 1]) < threshold) --end;
  end += end % kRenderChannels;
  sound.resize(end);
  PcmAudio audio;
  audio.frames_per_second = kRenderFramesPerSecond;
  audio.channels = kRenderChannels;
  audio.samples = Mastered(sound);
  if (options.progress) options.progress(100);
  return audio;
}

Result<RendererIdentity> IdentifyRenderer(const std::string& soundfont) {
  std::ifstream file(soundfont, std::ios::binary);
  if (!file) return NotFound("sound font " + soundfont + " cannot be read");
  crypto::Sha256Hasher hasher;
  std::string block(1 << 20, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    hasher.Update(std::string_view(block).substr(0, static_cast<size_t>(file.gcount())));
  }
  if (file.bad()) return NotFound("sound font " + soundfont + " cannot be read to its end");
  return RendererIdentity{"fluidsynth", fluid_version_str(), hasher.Finish()};
}

}  // namespace ledgerline::music
