#include "inference/covers/melody_shape.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

int64_t Away(int64_t value, int64_t low, int64_t high) {
  return value < low ? low - value : value > high ? value - high : 0;
}

struct Move {
  int pitch;
  int64_t ticks;
  friend auto operator<=>(const Move&, const Move&) = default;
};

// The moves that end in bars [first, end), the first of them from the note before.
std::vector<Move> MovesIn(const Piece& piece, size_t first, size_t end) {
  std::vector<Move> moves;
  int64_t start = 0, before = -1;
  int pitch = 0;
  for (size_t k = 0; k < std::min(end, piece.bars.size()); ++k) {
    for (const MelodyNote& note : piece.bars[k].melody) {
      if (note.tied) continue;
      if (k >= first && before >= 0) moves.push_back({note.pitch - pitch, start + note.onset - before});
      before = start + note.onset;
      pitch = note.pitch;
    }
    start += piece.bars[k].length;
  }
  return moves;
}

struct Sung {
  int64_t onset;
  int pitch;
  bool on_beat;
  bool foreign;  // to the chord
};

void AppendSung(const PieceBar& bar, int64_t start, std::vector<Sung>* line) {
  for (const MelodyNote& note : bar.melody) {
    if (note.tied) continue;
    const uint32_t mask = tokens::ChordMask(bar.ChordAt(note.onset));
    const bool foreign = mask != 0 && (mask >> (note.pitch % 12) & 1u) == 0;
    line->push_back({start + note.onset, note.pitch, note.onset % bar.beat == 0, foreign});
  }
}

}  // namespace

int64_t MelodyShape::Cost(const MelodyShape& song, int wanted_notes) const {
  const int64_t wanted = std::max(1, wanted_notes);
  // Margins around the song's own: chosen by hand on continuations of songs of the split valid.
  return Away(steps_permille, song.steps_permille - 100, song.steps_permille + 100) +
         3 * Away(leaps_permille, 0, std::max(60, song.leaps_permille)) +
         Away(rests_permille, 0, song.rests_permille + 50) +
         Away(chord_permille, std::min(750, song.chord_permille), 1000) +
         4 * Away(repeated_permille, 0, song.repeated_permille + 50) + Away(notes * int64_t{1000} / wanted, 850, 1150) +
         50 * Away(highest - lowest, 4, 16);
}

MelodyShape ShapeOf(const Piece& piece, size_t first, size_t end) {
  MelodyShape shape;
  shape.lowest = 127;
  int64_t ticks = 0, sounding = 0, steps = 0, leaps = 0, moves = 0, repeats = 0, beats = 0, in_chord = 0;
  int last = -1;
  for (size_t k = first; k < std::min(end, piece.bars.size()); ++k) {
    const PieceBar& bar = piece.bars[k];
    ticks += bar.length;
    for (const MelodyNote& note : bar.melody) {
      sounding += note.duration;
      if (note.tied) continue;
      ++shape.notes;
      shape.lowest = std::min(shape.lowest, note.pitch);
      shape.highest = std::max(shape.highest, note.pitch);
      const uint32_t mask = tokens::ChordMask(bar.ChordAt(note.onset));
      if (note.onset % bar.beat == 0 && mask != 0) {
        ++beats;
        in_chord += mask >> (note.pitch % 12) & 1u;
      }
      const int move = last < 0 ? 0 : std::abs(note.pitch - last);
      repeats += last >= 0 && move == 0;
      moves += move > 0;
      steps += move == 1 || move == 2;
      leaps += move > 7;
      last = note.pitch;
    }
  }
  const auto permille = [](int64_t part, int64_t whole, int64_t none) {
    return static_cast<int>(whole == 0 ? none : part * 1000 / whole);
  };
  shape.steps_permille = permille(steps, moves, 0);
  shape.leaps_permille = permille(leaps, moves, 0);
  shape.rests_permille = permille(ticks - sounding, ticks, 1000);
  shape.chord_permille = permille(in_chord, beats, 0);
  shape.repeated_permille = permille(repeats, shape.notes, 0);
  return shape;
}

int MotifsPermille(const Piece& piece, size_t song_end, size_t first, size_t end) {
  const std::vector<Move> song = MovesIn(piece, 0, song_end), moves = MovesIn(piece, first, end);
  std::set<std::pair<Move, Move>> pairs;
  for (size_t i = 1; i < song.size(); ++i) pairs.insert({song[i - 1], song[i]});
  int known = 0;
  for (size_t i = 1; i < moves.size(); ++i) known += pairs.contains({moves[i - 1], moves[i]});
  return moves.size() < 2 ? 0 : known * 1000 / static_cast<int>(moves.size() - 1);
}

int64_t Roughness(const Piece& piece, size_t bar) {
  std::vector<Sung> line;
  const size_t first = bar == 0 ? 0 : bar - 1;
  int64_t start = 0, from = 0, until = 0;
  for (size_t k = first; k < std::min(piece.bars.size(), bar + 2); ++k) {
    if (k == bar) from = start;
    AppendSung(piece.bars[k], start, &line);
    start += piece.bars[k].length;
    if (k == bar) until = start;
  }
  int64_t sum = 0, notes = 0;
  for (size_t i = 1; i < line.size() && line[i - 1].onset < until; ++i) {
    if (line[i].onset < from) continue;
    ++notes;
    const int move = std::abs(line[i].pitch - line[i - 1].pitch);
    sum += move == 0 ? 120 : move <= 2 ? 0 : move <= 4 ? 130 : move <= 7 ? 220 : move <= 12 ? 400 : 800;
    if (!line[i].foreign) continue;
    const int next = i + 1 < line.size() ? std::abs(line[i + 1].pitch - line[i].pitch) : 0;
    if (line[i].on_beat || move > 2 || next > 2) sum += 200;  // else it passes
  }
  return sum / std::max<int64_t>(1, notes);
}

}  // namespace ledgerline::covers
