// Sound from a score: FluidSynth with a General MIDI sound font, offline, into memory.
//
// No audio device is opened and nothing is printed. One score, one set of options, one build of the libraries and one
// sound font give the same samples; other builds may differ in the last bits, so a record names RendererIdentity.
#ifndef LEDGERLINE_INFERENCE_MUSIC_RENDER_H_
#define LEDGERLINE_INFERENCE_MUSIC_RENDER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "inference/music/expression.h"
#include "inference/music/score.h"
#include "inference/music/wav_file.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr int kRenderFramesPerSecond = 44'100;
inline constexpr int kRenderChannels = 2;
inline constexpr int kMaxRenderParts = 240;  // FluidSynth has at most 256 channels
// Where Debian's fluidr3mono-gm-soundfont puts it (MIT licence).
inline constexpr const char* kDefaultSoundfont = "/usr/share/sounds/sf3/FluidR3Mono_GM.sf3";

struct RenderOptions {
  std::string soundfont = kDefaultSoundfont;
  bool expressive = true;  // play Expressive(score, expression) instead of the bare score
  ExpressionOptions expression;
  int max_seconds = 20 * 60;                  // longer scores are refused, before any sound is made
  int tail_seconds_max = 5;                   // the sound may ring on that long after the last note's end
  std::function<void(int percent)> progress;  // called with rising numbers, 0 to 100; may be empty
};

// The samples are made in 24 bits, cut where the tail has sunk 60 dB below the peak, faded out over the last 20
// ms, and scaled in integers so that the loudest sample is kRenderPeak (-1 dB): out = round_half_up(sample *
// kRenderPeak / peak). A silent score stays silent. Errors: kInvalidArgument (no notes), kNotFound (sound font),
// kOutOfRange (parts, or seconds above max_seconds), kInternal (FluidSynth).
Result<PcmAudio> RenderScore(const Score& score, const RenderOptions& options);

inline constexpr int kRenderPeak = 29'204;  // 32767 * 10^(-1/20)

// What made the sound, for the record.
struct RendererIdentity {
  std::string name;     // "fluidsynth"
  std::string version;  // of the library that is loaded, for example "2.3.1"
  Hash256 soundfont;    // SHA-256 of the sound font's file
};
// Errors: kNotFound (the sound font cannot be read).
Result<RendererIdentity> IdentifyRenderer(const std::string& soundfont);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_RENDER_H_
