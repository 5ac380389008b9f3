#include "inference/covers/held_notes.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace ledgerline::covers {
namespace {

using music::Note;
using tokens::Piece;
using tokens::PieceBar;

constexpr int64_t kEighth = music::kGridTicks / 2;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// Walks the bars of a piece along onsets that do not go back.
class BarWalk {
 public:
  explicit BarWalk(const Piece& piece) : piece_(piece) {}
  void To(int64_t tick) {
    while (index_ + 1 < piece_.bars.size() && end() <= tick) start_ += piece_.bars[index_++].length;
  }
  const PieceBar& bar() const { return piece_.bars[index_]; }
  int64_t start() const { return start_; }
  int64_t end() const { return start_ + bar().length; }

 private:
  const Piece& piece_;
  size_t index_ = 0;
  int64_t start_ = 0;
};

// The first onset after `tick` of notes that are sorted by onset; kNever when there is none.
int64_t NextAttack(const std::vector<Note>& notes, int64_t tick) {
  const auto next =
      std::upper_bound(notes.begin(), notes.end(), tick, [](int64_t at, const Note& note) { return at < note.onset; });
  return next == notes.end() ? kNever : next->onset;
}

// Whether the melody, sorted, sounds at `tick` or takes no more than a breath there: less than a beat.
bool Sung(const std::vector<Note>& melody, int64_t tick) {
  int64_t sounded = -1;
  for (const Note& note : melody) {
    if (note.onset > tick) return sounded > tick || (sounded >= 0 && note.onset - sounded < music::kGridTicks);
    sounded = std::max(sounded, note.onset + note.duration);
  }
  return sounded > tick;
}

bool ChordHas(const PieceBar& bar, int64_t place, int pitch) {
  return ((tokens::ChordMask(bar.ChordAt(static_cast<int>(place))) >> (pitch % 12)) & 1u) != 0;
}

}  // namespace

bool EndsWhere(int role, int pitch, int next_pitch) {
  if (tokens::TraitsOf(role).voices == 1 || pitch == next_pitch) return true;
  const bool keys = role == tokens::kKeysLow || role == tokens::kKeysHigh;
  return keys && std::abs(next_pitch - pitch) > kHandReach;
}

void CutOverlaps(std::vector<Note>* notes, int role) {
  std::sort(notes->begin(), notes->end(),
            [](const Note& x, const Note& y) { return std::pair(x.onset, x.pitch) < std::pair(y.onset, y.pitch); });
  for (size_t i = 0; i < notes->size(); ++i) {
    Note& note = (*notes)[i];
    for (size_t j = i + 1; j < notes->size() && (*notes)[j].onset < note.onset + note.duration; ++j) {
      const Note& next = (*notes)[j];
      if (next.onset > note.onset && EndsWhere(role, note.pitch, next.pitch)) {
        note.duration = next.onset - note.onset;
        break;
      }
    }
  }
}

void CloseShortRests(const Piece& piece, const std::vector<Note>& others, std::vector<Note>* notes) {
  if (piece.bars.empty()) return;
  BarWalk walk(piece);
  for (Note& note : *notes) {
    walk.To(note.onset);
    const int64_t end = note.onset + note.duration, place = end - walk.start();
    // Thirds of a beat are a triplet's, and what goes over the bar line is tied.
    if (place % 3 != 0 || place % kEighth == 0 || end >= walk.end()) continue;
    int64_t until = std::min(walk.end(), walk.start() + (place / kEighth + 1) * kEighth);
    for (const std::vector<Note>* hand : {static_cast<const std::vector<Note>*>(notes), &others}) {
      until = std::min(until, NextAttack(*hand, note.onset));
    }
    note.duration = std::max(end, until) - note.onset;
  }
}

void HoldLine(const Piece& piece, const std::vector<Note>& melody, bool to_bar_end, std::vector<Note>* notes) {
  if (piece.bars.empty()) return;
  BarWalk walk(piece);
  for (size_t i = 0; i < notes->size(); ++i) {
    Note& note = (*notes)[i];
    walk.To(note.onset);
    const PieceBar& bar = walk.bar();
    const int64_t start = walk.start();
    int64_t end = note.onset + note.duration;
    if (note.duration < kEighth || end >= walk.end()) continue;
    const int64_t next = std::min(walk.end(), i + 1 < notes->size() ? (*notes)[i + 1].onset : walk.end());
    const int chord = bar.ChordAt(static_cast<int>(note.onset - start));
    while (end < next) {
      const bool near = next - end <= music::kGridTicks && next < walk.end();
      const bool goes_on =
          to_bar_end && (bar.ChordAt(static_cast<int>(end - start)) == chord || ChordHas(bar, end - start, note.pitch));
      if ((!near && !goes_on) || !Sung(melody, end)) break;
      const int64_t beat_end = start + (end - start) / bar.beat * bar.beat + bar.beat;
      end = std::min(next, beat_end);
    }
    note.duration = end - note.onset;
  }
}

void HoldHands(const Piece& piece, const std::vector<Note>& melody, std::map<int, std::vector<Note>>* by_role) {
  std::vector<Note*> notes;
  for (auto& [role, part] : *by_role) {
    for (Note& note : part) notes.push_back(&note);
  }
  std::sort(notes.begin(), notes.end(), [](const Note* x, const Note* y) { return *x < *y; });
  if (piece.bars.empty()) return;
  BarWalk walk(piece);
  int64_t stopped = 0;  // where the last of those so far ends
  for (size_t i = 0; i < notes.size(); ++i) {
    walk.To(notes[i]->onset);
    const PieceBar& bar = walk.bar();
    const int64_t start = walk.start();
    stopped = std::max(stopped, notes[i]->onset + notes[i]->duration);
    const int64_t next = std::min(walk.end(), i + 1 < notes.size() ? notes[i + 1]->onset : kNever);
    if (next - stopped < bar.beat || !Sung(melody, stopped)) continue;
    const int chord = bar.ChordAt(static_cast<int>(notes[i]->onset - start));
    const int64_t from = stopped;
    for (size_t j = i + 1; j-- > 0 && notes[j]->onset >= start;) {
      if (notes[j]->onset + notes[j]->duration != from) continue;
      int64_t end = from;
      while (end < next && Sung(melody, end) &&
             (bar.ChordAt(static_cast<int>(end - start)) == chord || ChordHas(bar, end - start, notes[j]->pitch))) {
        end = std::min(next, start + ((end - start) / bar.beat + 1) * bar.beat);
      }
      notes[j]->duration = end - notes[j]->onset;
      stopped = std::max(stopped, end);
    }
  }
}

}  // namespace ledgerline::covers
