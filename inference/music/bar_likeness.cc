#include "inference/music/bar_likeness.h"

#include <algorithm>
#include <tuple>

namespace ledgerline::music {
namespace {

constexpr size_t kMaxEvents = 256;  // of one bar: what is compared is bounded, whatever the file holds

bool IsMinorThird(ChordQuality quality) {
  return quality == ChordQuality::kMinor || quality == ChordQuality::kMinor7 || quality == ChordQuality::kDiminished ||
         quality == ChordQuality::kHalfDiminished || quality == ChordQuality::kDiminished7;
}

// 1000 * cosine of two vectors of ticks, without floating point: the square root is taken in integers.
int Cosine(const std::array<int64_t, 12>& a, const std::array<int64_t, 12>& b) {
  int64_t both = 0, own = 0, other = 0;
  const auto scale = [](const std::array<int64_t, 12>& v) {
    return std::max<int64_t>(1, *std::max_element(v.begin(), v.end()));
  };
  const int64_t scale_a = scale(a), scale_b = scale(b);
  for (size_t k = 0; k < 12; ++k) {
    const int64_t x = 1000 * a[k] / scale_a, y = 1000 * b[k] / scale_b;  // at most 1000: sums stay below 2^24
    both += x * y;
    own += x * x;
    other += y * y;
  }
  if (own == 0 || other == 0) return own == other ? 1000 : 0;
  // both / sqrt(own * other) = sqrt(both^2 / (own * other)), in thousandths.
  const int64_t square = both * 1000 / own * both / other * 1000;  // at most 10^6
  int64_t root = 0;
  for (int64_t step = 512; step > 0; step /= 2) {
    if ((root + step) * (root + step) <= square) root += step;
  }
  return static_cast<int>(std::min<int64_t>(1000, root));
}

}  // namespace

BarLikeness::BarLikeness(const Score& grid, const std::vector<Bar>& bars, const Melody& melody,
                         const std::vector<ChordSpan>& chords)
    : bars_(bars.size()) {
  const auto bar_of = [&](int64_t tick) {
    const auto after =
        std::upper_bound(bars.begin(), bars.end(), tick, [](int64_t t, const Bar& bar) { return t < bar.end; });
    return static_cast<size_t>(after - bars.begin());
  };
  const auto event_of = [&](const Note& note, size_t bar) {
    return Event{static_cast<int>(note.onset - bars[bar].start), note.pitch};
  };
  for (const Note& note : melody.notes) {
    const size_t bar = bar_of(note.onset);
    if (bar < bars.size() && bars_[bar].melody.size() < kMaxEvents) bars_[bar].melody.push_back(event_of(note, bar));
  }
  for (const Part& part : grid.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      size_t bar = bar_of(note.onset);
      if (bar < bars.size() && bars_[bar].all.size() < kMaxEvents) bars_[bar].all.push_back(event_of(note, bar));
      for (; bar < bars.size() && bars[bar].start < note.onset + note.duration; ++bar) {
        bars_[bar].ticks[static_cast<size_t>(note.pitch % 12)] +=
            std::min(bars[bar].end, note.onset + note.duration) - std::max(bars[bar].start, note.onset);
      }
    }
  }
  for (size_t bar = 0; bar < bars.size(); ++bar) {
    std::sort(bars_[bar].all.begin(), bars_[bar].all.end(), [](const Event& a, const Event& b) {
      return std::tuple(a.offset, a.pitch) < std::tuple(b.offset, b.pitch);
    });
    for (int64_t tick = bars[bar].start; tick < bars[bar].end && bars_[bar].chords.size() < kMaxEvents;
         tick += kGridTicks) {
      const ChordSpan* chord = ChordAt(chords, tick);
      bars_[bar].chords.push_back(chord == nullptr || chord->root < 0 ? -1
                                                                      : chord->root * 2 + IsMinorThird(chord->quality));
    }
  }
}

// 1000 for the same events; an event at the same place with another pitch counts a quarter (the rhythm returns).
int BarLikeness::Common(const std::vector<Event>& a, const std::vector<Event>& b) {
  if (a.empty() && b.empty()) return 1000;
  int quarters = 0;
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i].offset != b[j].offset) {
      a[i].offset < b[j].offset ? ++i : ++j;
    } else if (a[i].pitch == b[j].pitch) {
      quarters += 4;
      ++i, ++j;
    } else {
      // Of chords the lower pitch goes on alone, unless it is the last at this place.
      const bool more_a = i + 1 < a.size() && a[i + 1].offset == a[i].offset;
      const bool more_b = j + 1 < b.size() && b[j + 1].offset == b[j].offset;
      if (!more_a && !more_b) {
        quarters += 1;
        ++i, ++j;
      } else if (a[i].pitch < b[j].pitch ? more_a : !more_b) {
        ++i;
      } else {
        ++j;
      }
    }
  }
  return static_cast<int>(500 * static_cast<int64_t>(quarters) / static_cast<int64_t>(a.size() + b.size()));
}

int BarLikeness::Permille(size_t a, size_t b) const {
  const Content& x = bars_[a];
  const Content& y = bars_[b];
  const size_t quarters = std::max(x.chords.size(), y.chords.size());
  int same = 0;
  for (size_t k = 0; k < std::min(x.chords.size(), y.chords.size()); ++k) same += x.chords[k] == y.chords[k];
  const int chords = quarters == 0 ? 1000 : 1000 * same / static_cast<int>(quarters);
  const bool silent = x.melody.empty() && y.melody.empty();
  const int tune = silent ? Common(x.all, y.all) : Common(x.melody, y.melody);
  return (650 * tune + 200 * chords + 150 * Cosine(x.ticks, y.ticks)) / 1000;
}

}  // namespace ledgerline::music
