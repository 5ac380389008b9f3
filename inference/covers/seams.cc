#include "inference/covers/seams.h"

#include <algorithm>
#include <cstdlib>

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

// Of a semitone of the mean move. The model hears what comes before, and has no pitch of what comes behind.
constexpr int64_t kBeforePpm = 8'000, kBehindPpm = 28'000;
constexpr int kOctave = 12;

// The lowest note of a role's first attack, or of its last; -1 without one. Events are sorted by onset, role and pitch.
int FirstOf(const PieceBar& bar, int role) {
  for (const Event& event : bar.events) {
    if (event.role == role) return event.pitch;
  }
  return -1;
}

int LastOf(const PieceBar& bar, int role) {
  int pitch = -1, onset = -1;
  for (const Event& event : bar.events) {
    if (event.role != role || event.onset == onset) continue;
    pitch = event.pitch;
    onset = event.onset;
  }
  return pitch;
}

SeamMoves MovesAt(const Piece& piece, const std::vector<bool>& kept, bool composed_follow) {
  SeamMoves moves;
  for (size_t k = 0; k + 1 < std::min(kept.size(), piece.bars.size()); ++k) {
    if (kept[k] != composed_follow || kept[k + 1] == composed_follow) continue;
    for (int role = 0; role < tokens::kRoles; ++role) {
      const int before = LastOf(piece.bars[k], role), after = FirstOf(piece.bars[k + 1], role);
      if (before < 0 || after < 0) continue;
      ++moves.moves;
      moves.semitones += std::abs(after - before);
      moves.wide += std::abs(after - before) > kOctave;
    }
  }
  return moves;
}

}  // namespace

SeamMoves MovesBefore(const Piece& piece, const std::vector<bool>& kept) { return MovesAt(piece, kept, true); }

SeamMoves MovesBehind(const Piece& piece, const std::vector<bool>& kept) { return MovesAt(piece, kept, false); }

int64_t SeamCostPpm(const Piece& piece, const std::vector<bool>& kept) {
  const SeamMoves before = MovesBefore(piece, kept), behind = MovesBehind(piece, kept);
  return kBeforePpm * before.semitones / std::max(1, before.moves) +
         kBehindPpm * behind.semitones / std::max(1, behind.moves);
}

}  // namespace ledgerline::covers
