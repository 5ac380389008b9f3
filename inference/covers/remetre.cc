#include "inference/covers/remetre.h"

#include <algorithm>
#include <string>

namespace ledgerline::covers {
namespace {

using tokens::Framed;
using tokens::PieceBar;

constexpr int kQuarter = music::kGridTicks;

int NominalTicks(const PieceBar& bar) { return bar.numerator * 4 * kQuarter / bar.denominator; }

bool InThreeAlready(const PieceBar& bar) { return bar.numerator == 3 && bar.denominator == 4; }

// Ticks of the group of the old bar that becomes one new bar: two quarters, or a dotted one. 0 when there is none.
int GroupTicks(const PieceBar& bar) {
  if (InThreeAlready(bar)) return kTripleBarTicks;
  const int nominal = NominalTicks(bar);
  if (bar.beat == 36) return nominal % 36 == 0 ? 36 : 0;
  return nominal % (2 * kQuarter) == 0 ? 2 * kQuarter : 0;
}

// Where a tick of a group lands in its new bar; monotone, onto [0, kTripleBarTicks].
int64_t Warp(int64_t tick, int group) {
  if (group == kTripleBarTicks) return tick;
  if (group == 36) return 2 * tick;
  return tick <= kQuarter ? 2 * tick : 2 * kQuarter + (tick - kQuarter);
}

}  // namespace

bool IsTriple(const Framed& framed) {
  size_t triple = 0;
  for (const PieceBar& bar : framed.bars) triple += InThreeAlready(bar);
  return 2 * triple > framed.bars.size();
}

Result<Framed> InThree(const Framed& framed) {
  Framed moved = framed;
  moved.starts.clear();
  moved.bars.clear();
  // new_start[k]: where old bar k begins; `lead[k]`: ticks of its first group that a pickup lacks.
  std::vector<int64_t> new_start;
  std::vector<int> lead, group;
  int64_t at = 0;
  for (size_t k = 0; k < framed.bars.size(); ++k) {
    const PieceBar& bar = framed.bars[k];
    // A pickup written as a metre of its own (1/4 before 4/4) is grouped as the bar after it.
    const bool pickup = k == 0 && framed.bars.size() > 1 && bar.length < framed.bars[1].length;
    const int size = GroupTicks(pickup ? framed.bars[1] : bar);
    if (size == 0) {
      return FailedPrecondition("bar " + std::to_string(k + 1) + " in " + std::to_string(bar.numerator) + "/" +
                                std::to_string(bar.denominator) + " has no reading in three");
    }
    // A short first bar is the end of a group; any other short bar is its beginning.
    const int missing = k == 0 ? (size - bar.length % size) % size : 0;
    new_start.push_back(at);
    lead.push_back(missing);
    group.push_back(size);
    for (int from = -missing; from < bar.length; from += size) {
      const int64_t begin = from < 0 ? Warp(missing, size) : 0;
      const int64_t end = from + size <= bar.length ? kTripleBarTicks : Warp(bar.length - from, size);
      PieceBar fresh;
      fresh.length = static_cast<int>(end - begin);
      fresh.numerator = 3;
      fresh.denominator = 4;
      fresh.metre = tokens::MetreSymbol(3, 4);
      fresh.beat = kQuarter;
      if (moved.bars.size() == tokens::kMaxPieceBars) return OutOfRange("too many bars once in three");
      moved.starts.push_back(at);
      moved.bars.push_back(fresh);
      at += fresh.length;
    }
  }
  new_start.push_back(at);
  auto map = [&](int64_t tick) {
    const auto bar = std::upper_bound(framed.starts.begin(), framed.starts.end(), tick);
    const size_t k = bar == framed.starts.begin() ? 0 : static_cast<size_t>(bar - framed.starts.begin()) - 1;
    const int64_t inside = std::min<int64_t>(tick - framed.starts[k], framed.bars[k].length) + lead[k];
    const int64_t whole = inside / group[k];
    return new_start[k] + whole * kTripleBarTicks + Warp(inside % group[k], group[k]) - Warp(lead[k], group[k]);
  };
  for (music::Part& part : moved.score.parts) {
    for (music::Note& note : part.notes) {
      const int64_t end = map(note.onset + note.duration);
      note.onset = map(note.onset);
      note.duration = std::max<int64_t>(1, end - note.onset);
    }
  }
  moved.score.metres = {{0, 3, 4}};
  for (music::Tempo& tempo : moved.score.tempos) tempo.at = map(tempo.at);
  for (music::Key& key : moved.score.keys) key.at = map(key.at);
  return moved;
}

int64_t StretchPermille(const Framed& before, const Framed& after) {
  auto total = [](const Framed& framed) {
    int64_t ticks = 0;
    for (const PieceBar& bar : framed.bars) ticks += bar.length;
    return std::max<int64_t>(ticks, 1);
  };
  return total(after) * 1000 / total(before);
}

}  // namespace ledgerline::covers
