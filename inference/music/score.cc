#include "inference/music/score.h"

#include <algorithm>
#include <tuple>

namespace ledgerline::music {
namespace {

// Nearest grid tick, halves up; also right for negative ticks, though files have none.
int64_t ToGrid(int64_t tick, int ticks_per_quarter) {
  const int64_t numerator = 2 * tick * kGridTicks + ticks_per_quarter;
  const int64_t denominator = 2 * static_cast<int64_t>(ticks_per_quarter);
  const int64_t quotient = numerator / denominator;
  return numerator % denominator < 0 ? quotient - 1 : quotient;
}

std::vector<Note> QuantisedNotes(const std::vector<Note>& notes, int ticks_per_quarter) {
  std::vector<Note> moved;
  moved.reserve(notes.size());
  for (const Note& note : notes) {
    const int64_t onset = ToGrid(note.onset, ticks_per_quarter);
    const int64_t end = ToGrid(note.onset + note.duration, ticks_per_quarter);
    moved.push_back({onset, std::max<int64_t>(1, end - onset), note.pitch, note.velocity});
  }
  // The longest (then loudest) of the notes that start together on one pitch comes first, and alone stays.
  std::sort(moved.begin(), moved.end(), [](const Note& a, const Note& b) {
    return std::tuple(a.onset, a.pitch, -a.duration, -a.velocity) <
           std::tuple(b.onset, b.pitch, -b.duration, -b.velocity);
  });
  moved.erase(std::unique(moved.begin(), moved.end(),
                          [](const Note& a, const Note& b) { return a.onset == b.onset && a.pitch == b.pitch; }),
              moved.end());
  return moved;
}

// Moves the changes to the grid; of several that land on one tick, the last stays, as it was in force afterwards.
template <typename Change>
std::vector<Change> QuantisedChanges(const std::vector<Change>& changes, int ticks_per_quarter) {
  std::vector<Change> moved;
  for (Change change : changes) {
    change.at = ToGrid(change.at, ticks_per_quarter);
    if (!moved.empty() && moved.back().at == change.at) moved.pop_back();
    moved.push_back(change);
  }
  return moved;
}

int64_t BarTicks(const Metre& metre, int ticks_per_quarter) {
  return std::max<int64_t>(1, static_cast<int64_t>(metre.numerator) * 4 * ticks_per_quarter / metre.denominator);
}

}  // namespace

int64_t Score::EndTick() const {
  int64_t end = 0;
  for (const Part& part : parts) {
    for (const Note& note : part.notes) end = std::max(end, note.onset + note.duration);
  }
  return end;
}

size_t Score::NoteCount() const {
  size_t count = 0;
  for (const Part& part : parts) count += part.notes.size();
  return count;
}

Score Score::Quantised() const {
  Score grid;
  grid.title = title;
  grid.ticks_per_quarter = kGridTicks;
  grid.parts.reserve(parts.size());
  for (const Part& part : parts) {
    grid.parts.push_back({part.name, part.program, part.drums, QuantisedNotes(part.notes, ticks_per_quarter)});
  }
  grid.metres = QuantisedChanges(metres, ticks_per_quarter);
  grid.tempos = QuantisedChanges(tempos, ticks_per_quarter);
  grid.keys = QuantisedChanges(keys, ticks_per_quarter);
  for (const Marker& marker : markers) grid.markers.push_back({ToGrid(marker.at, ticks_per_quarter), marker.text});
  return grid;
}

std::vector<Bar> BarsOf(const Score& score) {
  std::vector<Bar> bars;
  const int64_t end = score.EndTick();
  Metre metre;  // 4/4 until the score says otherwise
  size_t next = 0;
  for (int64_t start = 0; start < end;) {
    while (next < score.metres.size() && score.metres[next].at <= start) metre = score.metres[next++];
    int64_t bar_end = start + BarTicks(metre, score.ticks_per_quarter);
    if (next < score.metres.size()) bar_end = std::min(bar_end, score.metres[next].at);
    bars.push_back({start, bar_end, metre});
    start = bar_end;
  }
  return bars;
}

}  // namespace ledgerline::music
