#include "inference/covers/melody_variation.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

#include "inference/model/counter_random.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::PieceBar;

constexpr uint64_t kVariationStream = 0x7661727900000001ull;  // "vary"
constexpr int kSmallest = 6;                                  // ticks: no note shorter than a sixteenth comes of it

bool Strong(const PieceBar& bar, int onset) {
  return onset == 0 || (bar.length % 48 == 0 && bar.beat == 24 && onset == bar.length / 2);
}

// The next pitch of the piece's major scale above (step 1) or below (-1).
int ScaleStep(int pitch, int tonic, int step) {
  static constexpr uint32_t kMajorScale = 0b101010110101;
  int at = pitch;
  do {
    at += step;
  } while (!(kMajorScale >> ((at - tonic + 120) % 12) & 1));
  return at;
}

// The pitch of what sounds after note `i` of bar `k`, or -1.
int NextPitch(const tokens::Piece& piece, size_t k, size_t i) {
  const PieceBar& bar = piece.bars[k];
  if (i + 1 < bar.melody.size()) return bar.melody[i + 1].pitch;
  return k + 1 < piece.bars.size() && !piece.bars[k + 1].melody.empty() ? piece.bars[k + 1].melody[0].pitch : -1;
}

// Ties into the next bar must go on: such a note is left alone.
bool GoesOn(const tokens::Piece& piece, size_t k, size_t i) {
  return i + 1 == piece.bars[k].melody.size() && k + 1 < piece.bars.size() && !piece.bars[k + 1].melody.empty() &&
         piece.bars[k + 1].melody[0].tied;
}

}  // namespace

Variation VaryMelody(tokens::Piece* piece, size_t first, size_t last, int freedom, uint64_t seed) {
  Variation variation;
  last = std::min(last, piece->bars.size());
  int64_t struck = 0;
  for (size_t k = first; k < last; ++k) {
    for (const MelodyNote& note : piece->bars[k].melody) struck += !note.tied;
  }
  // In tenths of a note: 2 * moved + 0.9 * added <= 0.2 * notes keeps F1 at 0.9.
  int64_t budget = struck * 2 * freedom / 100;
  model::CounterRandom random(seed, kVariationStream + first);
  for (size_t k = first; k < last; ++k) {
    PieceBar& bar = piece->bars[k];
    std::vector<MelodyNote> varied;
    for (size_t i = 0; i < bar.melody.size(); ++i) {
      MelodyNote note = bar.melody[i];
      const uint32_t chance = random.Below(100);
      const int next = NextPitch(*piece, k, i);
      const bool alone = !GoesOn(*piece, k, i);
      const int half = note.duration / 2;
      const bool room = half >= kSmallest && note.duration % 2 == 0 && alone;
      if (budget >= 9 && room && next >= 0 && std::abs(next - note.pitch) >= 3 && std::abs(next - note.pitch) <= 5 &&
          chance < 50) {
        // A passing note in the second half.
        note.duration = half;
        varied.push_back(note);
        varied.push_back(
            {note.onset + half, ScaleStep(note.pitch, piece->tonic, next > note.pitch ? 1 : -1), half, false});
        budget -= 9;
        ++variation.added;
      } else if (budget >= 18 && next == note.pitch && note.duration % 4 == 0 && note.duration / 4 >= kSmallest &&
                 alone && chance < 45) {
        // A neighbour between two notes of one pitch.
        const int quarter = note.duration / 4;
        note.duration = 2 * quarter;
        varied.push_back(note);
        varied.push_back(
            {note.onset + 2 * quarter, ScaleStep(note.pitch, piece->tonic, chance % 2 == 0 ? 1 : -1), quarter, false});
        varied.push_back({note.onset + 3 * quarter, note.pitch, quarter, false});
        budget -= 18;
        variation.added += 2;
      } else if (budget >= 20 && i + 1 < bar.melody.size() && !note.tied && note.duration == 12 &&
                 bar.melody[i + 1].onset == note.onset + 12 && bar.melody[i + 1].duration == 12 &&
                 !Strong(bar, bar.melody[i + 1].onset) && !GoesOn(*piece, k, i + 1) && chance < 30) {
        // An even pair, long and short.
        note.duration = 18;
        varied.push_back(note);
        MelodyNote late = bar.melody[++i];
        late.onset += 6;
        late.duration = 6;
        varied.push_back(late);
        budget -= 20;
        ++variation.moved;
      } else if (budget >= 9 && note.duration >= 48 && room && chance < 35) {
        // A long note struck again.
        note.duration = half;
        varied.push_back(note);
        varied.push_back({note.onset + half, note.pitch, half, false});
        budget -= 9;
        ++variation.added;
      } else {
        varied.push_back(note);
      }
    }
    bar.melody = std::move(varied);
  }
  return variation;
}

int64_t MelodyAccuracyPermille(const tokens::Piece& varied, const tokens::Piece& original) {
  auto notes_of = [](const tokens::Piece& piece) {
    std::multiset<std::pair<int64_t, int>> notes;
    int64_t start = 0;
    for (const PieceBar& bar : piece.bars) {
      for (const MelodyNote& note : bar.melody) {
        if (!note.tied) notes.insert({start + note.onset, note.pitch});
      }
      start += bar.length;
    }
    return notes;
  };
  std::multiset<std::pair<int64_t, int>> was = notes_of(original);
  const std::multiset<std::pair<int64_t, int>> is = notes_of(varied);
  const auto all = static_cast<int64_t>(was.size() + is.size());
  int64_t found = 0;
  for (const auto& [onset, pitch] : is) {
    for (const int64_t near : {int64_t{0}, int64_t{-1}, int64_t{1}}) {
      const auto match = was.find({onset + near, pitch});
      if (match == was.end()) continue;
      was.erase(match);
      ++found;
      break;
    }
  }
  return all == 0 ? 1000 : 2000 * found / all;
}

}  // namespace ledgerline::covers
