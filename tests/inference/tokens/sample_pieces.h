// Small pieces for the tests of tokens, model and covers.
#ifndef LEDGERLINE_TESTS_INFERENCE_TOKENS_SAMPLE_PIECES_H_
#define LEDGERLINE_TESTS_INFERENCE_TOKENS_SAMPLE_PIECES_H_

#include "inference/model/counter_random.h"
#include "inference/music/score.h"
#include "inference/tokens/piece.h"

namespace ledgerline::tokens {

// A song in 4/4 for voice and two-handed piano, `bars` bars over C F G C, with a broken left hand; 480 ticks a quarter.
inline music::Score SampleSong(int bars) {
  music::Score score;
  score.title = "Sample";
  score.ticks_per_quarter = 480;
  score.metres = {{0, 4, 4}};
  score.keys = {{0, 0, false}};
  music::Part voice{"Voice", 52, false, {}}, high{"Piano", 0, false, {}}, low{"Piano", 0, false, {}};
  const int roots[4] = {60, 65, 67, 60};
  for (int bar = 0; bar < bars; ++bar) {
    const int root = roots[bar % 4];
    const int64_t at = bar * 1920;
    for (int beat = 0; beat < 4; ++beat) {
      voice.notes.push_back({at + beat * 480, 480, root + 12 + (beat % 2 == 0 ? 4 : 7), 80});
      low.notes.push_back({at + beat * 480, 480, root - 24 + (beat % 2 == 0 ? 0 : 7), 80});
    }
    for (const int interval : {0, 4, 7}) high.notes.push_back({at, 1920, root + interval, 80});
  }
  score.parts = {voice, high, low};
  return score;
}

// A piece with pseudo-random but legal bars, melody and events, the same for the same seed.
inline Piece RandomPiece(uint64_t seed, size_t bars) {
  model::CounterRandom random(seed, 77);
  Piece piece;
  piece.style = static_cast<int>(random.Below(kStyles));
  piece.roles = (1u << kKeysLow) | (1u << kKeysHigh);
  piece.tonic = static_cast<int>(random.Below(12));
  for (size_t k = 0; k < bars; ++k) {
    PieceBar bar;
    bar.length = k == 0 && random.Below(2) == 0 ? 24 : 96;
    for (int& chord : bar.chords) chord = static_cast<int>(random.Below(kChordSymbols));
    for (int onset = 0; onset < bar.length; onset += 24) {
      if (random.Below(4) != 0) bar.melody.push_back({onset, 60 + static_cast<int>(random.Below(24)), 24, false});
    }
    for (int onset = 0; onset < bar.length; onset += 12) {
      if (random.Below(2) == 0) continue;
      int pitch = 36 + static_cast<int>(random.Below(12));
      for (int role : {kKeysLow, kKeysHigh}) {
        if (random.Below(3) == 0) continue;
        bar.events.push_back({onset, role, pitch, static_cast<int>(random.Below(kDurationCount))});
        pitch += 12 + static_cast<int>(random.Below(12));
      }
    }
    bar.density = bar.MeasuredDensity();
    bar.polyphony = bar.MeasuredPolyphony();
    piece.bars.push_back(bar);
  }
  return piece;
}

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_TESTS_INFERENCE_TOKENS_SAMPLE_PIECES_H_
