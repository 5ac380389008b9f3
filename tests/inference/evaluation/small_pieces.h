// Small pieces with known answers, for the tests of evaluation.
#ifndef LEDGERLINE_TESTS_INFERENCE_EVALUATION_SMALL_PIECES_H_
#define LEDGERLINE_TESTS_INFERENCE_EVALUATION_SMALL_PIECES_H_

#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

struct PlacedNote {
  int onset, pitch, ticks, role = tokens::kKeysLow;
};

// A bar of 4/4 in C major; chords C throughout.
inline tokens::PieceBar BarOf(const std::vector<PlacedNote>& notes) {
  tokens::PieceBar bar;
  bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
  for (const PlacedNote& note : notes) {
    bar.events.push_back({note.onset, note.role, note.pitch, tokens::DurationSymbol(note.ticks)});
  }
  return bar;
}

inline tokens::Piece PieceOf(const std::vector<std::vector<PlacedNote>>& bars) {
  tokens::Piece piece;
  for (const auto& notes : bars) {
    piece.bars.push_back(BarOf(notes));
    for (const PlacedNote& note : notes) piece.roles |= 1u << note.role;
  }
  return piece;
}

// Quarters of these pitches, four a bar, in one role.
inline tokens::Piece Quarters(const std::vector<int>& pitches, int role = tokens::kKeysLow) {
  std::vector<std::vector<PlacedNote>> bars((pitches.size() + 3) / 4);
  for (size_t i = 0; i < pitches.size(); ++i) {
    bars[i / 4].push_back({static_cast<int>(i % 4) * 24, pitches[i], 24, role});
  }
  return PieceOf(bars);
}

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_TESTS_INFERENCE_EVALUATION_SMALL_PIECES_H_
