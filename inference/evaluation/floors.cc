#include "inference/evaluation/floors.h"

#include <algorithm>

namespace ledgerline::evaluation {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

Piece MelodyAgain(const Piece& plan) {
  Piece piece = plan;
  piece.roles = 1u << tokens::kKeysHigh;
  for (PieceBar& bar : piece.bars) {
    bar.events.clear();
    for (const tokens::MelodyNote& note : bar.melody) {
      if (note.tied) continue;
      bar.events.push_back({note.onset, tokens::kKeysHigh, note.pitch, tokens::DurationSymbol(note.duration)});
    }
  }
  return piece;
}

Piece BlockChords(const Piece& plan) {
  Piece piece = plan;
  piece.roles = 1u << tokens::kKeysLow;
  for (PieceBar& bar : piece.bars) {
    bar.events.clear();
    for (int slot = 0, last = tokens::kNoChord; slot < bar.Slots(); ++slot) {
      const int chord = bar.chords[static_cast<size_t>(slot)];
      if (chord == last) continue;
      last = chord;
      int held = slot + 1;
      while (held < bar.Slots() && bar.chords[static_cast<size_t>(held)] == chord) ++held;
      const int end = held == bar.Slots() ? bar.length : held * bar.beat;
      for (int pitch = 48; pitch < 60; ++pitch) {
        if (((tokens::ChordMask(chord) >> (pitch % 12)) & 1u) == 0) continue;
        bar.events.push_back({slot * bar.beat, tokens::kKeysLow, pitch, tokens::DurationSymbol(end - slot * bar.beat)});
      }
    }
  }
  return piece;
}

Piece AnotherAccompaniment(const Piece& plan, const Piece& other) {
  const int up = (plan.tonic - other.tonic + 12) % 12;
  const Piece moved = other.Transposed(up > 6 ? up - 12 : up);
  Piece piece = plan;
  piece.roles = other.roles;
  // A pickup stays one: other bars begin with the first whole bar.
  const bool pickup = moved.bars.size() > 1 && moved.bars[0].length < moved.bars[1].length;
  const size_t first = pickup ? 1 : 0, count = moved.bars.size() - first;
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    PieceBar& bar = piece.bars[k];
    bar.events.clear();
    for (const Event& event : moved.bars[first + k % count].events) {
      if (event.onset < bar.length) bar.events.push_back(event);
    }
  }
  return piece;
}

}  // namespace ledgerline::evaluation
