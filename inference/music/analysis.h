// What the engine knows about a piece before it makes anything of it.
#ifndef LEDGERLINE_INFERENCE_MUSIC_ANALYSIS_H_
#define LEDGERLINE_INFERENCE_MUSIC_ANALYSIS_H_

#include <vector>

#include "inference/music/chords.h"
#include "inference/music/key.h"
#include "inference/music/melody.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr size_t kMaxAnalysisBars = 20'000;

struct Analysis {
  Score score;                    // quantised: kGridTicks per quarter note
  std::vector<Bar> bars;          // of the quantised score, from tick 0 to its end; a pickup is a short first bar
  KeyEstimate key;                // of the whole piece
  Melody melody;                  // monophonic, in ticks of `score`
  std::vector<ChordSpan> chords;  // cover the bars without gaps
  double tempo_bpm = 120;         // quarter notes per minute, averaged over the piece's length
};

// Analyses any score. A score with a single monophonic part gets its chords from its chord symbols
// (GivenChords) if it states them, else by HarmoniseMelody; others by FindChords.
// A pickup that the file does not state as a short first bar (a first bar whose notes all stand in its last part,
// before music that falls on the bars thereafter) is left as it is: its bar is padded with rest, and the bar lines are
// right. Deterministic; milliseconds for a piece of a thousand notes. Errors: kInvalidArgument (no notes but drums),
// kOutOfRange (bars above kMaxAnalysisBars).
Result<Analysis> Analyse(const Score& score);

// Quarter notes per minute, averaged over [0, end) by duration; 120 without tempos.
double AverageTempoBpm(const Score& score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_ANALYSIS_H_
