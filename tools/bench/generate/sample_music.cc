#include "tools/bench/generate/sample_music.h"

#include "inference/model/counter_random.h"
#include "inference/music/smf.h"

namespace ledgerline::bench {

tokens::Sequence SampleRows(size_t rows, uint64_t stream) {
  tokens::Piece piece;
  piece.style = tokens::StyleNumber("waltz");
  piece.roles = (1u << tokens::kKeysLow) | (1u << tokens::kKeysHigh);
  model::CounterRandom random(1, stream);
  while (piece.bars.size() < rows / 8 + 1) {
    tokens::PieceBar bar;
    bar.length = 72;
    bar.numerator = 3;
    bar.metre = tokens::MetreSymbol(3, 4);
    const int root = static_cast<int>(random.Below(3)) * 5 % 12;
    bar.chords.fill(tokens::ChordSymbolOf(root, tokens::kMajor));
    for (int onset = 0; onset < 72; onset += 24) {
      bar.melody.push_back({onset, 72 + static_cast<int>(random.Below(12)), 24});
    }
    bar.events = {{0, tokens::kKeysLow, 36 + root, tokens::DurationSymbol(24)}};
    for (const int onset : {24, 48}) {
      for (const int above : {0, 4, 7}) {
        bar.events.push_back({onset, tokens::kKeysLow, 48 + root + above, tokens::DurationSymbol(24)});
      }
    }
    bar.density = bar.MeasuredDensity();
    bar.polyphony = bar.MeasuredPolyphony();
    piece.bars.push_back(bar);
  }
  return tokens::EncodeBars(piece, 0, rows, {});
}

std::string SampleSong(int bars) {
  music::Score score;
  score.title = "Bench";
  score.ticks_per_quarter = 480;
  score.metres = {{0, 4, 4}};
  score.keys = {{0, 0, false}};
  music::Part voice{"Voice", 52, false, {}}, piano{"Piano", 0, false, {}};
  const int roots[4] = {60, 65, 67, 60};
  for (int bar = 0; bar < bars; ++bar) {
    const int root = roots[bar % 4];
    const int64_t at = bar * 1920;
    for (int beat = 0; beat < 4; ++beat) {
      voice.notes.push_back({at + beat * 480, 480, root + 12 + ((bar + beat) % 3 == 0 ? 4 : 7), 80});
      piano.notes.push_back({at + beat * 480, 480, root - 24 + (beat % 2 == 0 ? 0 : 7), 80});
    }
    for (const int interval : {0, 4, 7}) piano.notes.push_back({at, 1920, root + interval, 80});
  }
  score.parts = {voice, piano};
  return music::WriteSmf(score).value();
}

std::vector<tokens::BarRow> BarsOf(const tokens::Sequence& sequence, size_t i) {
  if (sequence.rows[i][tokens::kBarIndex] < 0) return {};
  return {sequence.bars[static_cast<size_t>(sequence.rows[i][tokens::kBarIndex])]};
}

}  // namespace ledgerline::bench
