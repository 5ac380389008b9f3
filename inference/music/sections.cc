// Sections by dynamic programming: each stretch of bars has a value (does it return, is its length usual, does it begin
// where something ends), and the best division of the whole is taken; then sections that are alike share a letter. The
// numbers were set on the built-in songs; docs/analysis.md measures on others.
#include "inference/music/sections.h"

#include <algorithm>
#include <array>
#include <limits>

#include "inference/music/bar_likeness.h"

namespace ledgerline::music {
namespace {

constexpr size_t kLengthMax = 12;              // bars of one section
constexpr size_t kPairsMax = size_t{1} << 20;  // of bars that are compared with each other
constexpr size_t kLettersCompared = 512;       // a section is compared with the latest so many letters
constexpr int kAlike = 600;                    // from here on a section shares a letter
constexpr int kOpeningAlike = 800;             // or from half of that on, when its first half is this much alike
constexpr int kFirstBarAlike = 550;            // but never with a first bar less alike: it is what one recognises
constexpr int kExact = 985;                    // and from here on it is the same variant,
constexpr int kExactEnd = 650;                 // where the last bar may have another pickup to what follows
constexpr int kReturns = 550;                  // a stretch gains by returning only above this likeness

// What a section costs by its length: four bars are usual, then eight and two.
constexpr std::array<int, kLengthMax + 1> kLengthCost = {0,    1300, 900,  1000, 150,  850, 850,
                                                         1200, 550,  1500, 1500, 1700, 1300};
constexpr int kMelodyBegins = 700;  // for a section that begins where the melody does, or after its last bar
constexpr int kRegular = 150;       // for one that stands whole four bars after the melody's first

// Likeness of bars at bounded distance, computed once.
class Diagonals {
 public:
  explicit Diagonals(const BarLikeness& bars)
      : bars_(bars.size()), lags_(std::min(bars_, kPairsMax / std::max<size_t>(1, bars_) + 1)), table_(bars_ * lags_) {
    for (size_t a = 0; a < bars_; ++a) {
      for (size_t lag = 1; lag < lags_ && a + lag < bars_; ++lag)
        table_[a * lags_ + lag] = static_cast<uint16_t>(bars.Permille(a, a + lag));
    }
  }
  size_t lags() const { return lags_; }
  int At(size_t a, size_t b) const {
    if (a > b) std::swap(a, b);
    return b < bars_ && b - a < lags_ ? table_[a * lags_ + (b - a)] : 0;
  }

 private:
  size_t bars_;
  size_t lags_;
  std::vector<uint16_t> table_;
};

// For each start and length, how well the stretch returns: the mean likeness to its best other place, the bars of its
// first half counted twice. [start][length].
std::vector<std::array<int, kLengthMax + 1>> Returns(const Diagonals& likeness, size_t first, size_t end) {
  std::vector<std::array<int, kLengthMax + 1>> best(end);
  for (size_t a = first; a < end; ++a) {
    best[a].fill(0);
    const size_t from = a > likeness.lags() ? a - likeness.lags() : 0;
    for (size_t b = std::max(from, first); b < std::min(end, a + likeness.lags()); ++b) {
      const size_t gap = a > b ? a - b : b - a;
      std::array<int, kLengthMax + 1> sum{};
      for (size_t length = 1; length <= kLengthMax && length <= gap && std::max(a, b) + length <= end; ++length) {
        sum[length] = sum[length - 1] + likeness.At(a + length - 1, b + length - 1);
        const size_t half = (length + 1) / 2;
        const int mean = (sum[length] + sum[half]) / static_cast<int>(length + half);
        best[a][length] = std::max(best[a][length], mean);
      }
    }
  }
  return best;
}

// For each bar, 0 to 1000: how long the melody waits in the bar before (its longest stretch from one onset to the next,
// as a share of the bar, of what lies above a third), and whether a return begins here that did not begin earlier.
std::vector<int> Boundaries(const Diagonals& likeness, const std::vector<Bar>& bars, const Melody& melody,
                            size_t first) {
  std::vector<int> strength(bars.size(), 0);
  size_t next = 0;
  for (size_t bar = 0; bar + 1 < bars.size(); ++bar) {
    const int64_t length = std::max<int64_t>(1, bars[bar].end - bars[bar].start);
    int64_t longest = 0, onset = bars[bar].start;
    while (next < melody.notes.size() && melody.notes[next].onset < bars[bar].end) {
      longest = std::max(longest, melody.notes[next].onset - onset);
      onset = melody.notes[next++].onset;
    }
    const int64_t until = next < melody.notes.size() ? melody.notes[next].onset : bars[bar].end;
    longest = std::max(longest, std::min(until - onset, length));
    strength[bar + 1] = static_cast<int>(std::clamp<int64_t>((1000 * longest / length - 333) * 3 / 4, 0, 500));
  }
  for (size_t a = first + 1; a < bars.size(); ++a) {
    int begins = 0;
    const size_t from = a > likeness.lags() ? a - likeness.lags() : 0;
    for (size_t b = std::max(first, from); b < std::min(bars.size(), a + likeness.lags()); ++b) {
      if (b + 1 >= a && b <= a + 1) continue;
      const int after = (likeness.At(a, b) + likeness.At(a + 1, b + 1)) / 2;
      const int before = b > first ? likeness.At(a - 1, b - 1) : 300;
      begins = std::max(begins, after - std::max(before, 300));
    }
    strength[a] += std::clamp(begins, 0, 500);
  }
  return strength;
}

// The bar where the melody begins, counted from `first`: a few notes in the second half of a bar lead to the next.
size_t MelodyBegins(const std::vector<Bar>& bars, const Melody& melody, size_t first) {
  if (melody.notes.empty()) return first;
  size_t bar = first;
  while (bar + 1 < bars.size() && bars[bar].end <= melody.notes[0].onset) ++bar;
  const bool leads = 2 * (melody.notes[0].onset - bars[bar].start) >= bars[bar].end - bars[bar].start;
  return leads && bar + 1 < bars.size() ? bar + 1 : bar;
}

// The first bar in which no melody note begins any more.
size_t MelodyEnds(const std::vector<Bar>& bars, const Melody& melody) {
  size_t bar = bars.size();
  while (bar > 0 && !melody.notes.empty() && bars[bar - 1].start > melody.notes.back().onset) --bar;
  return bar;
}

std::vector<size_t> Starts(const Diagonals& likeness, const std::vector<Bar>& bars, const Melody& melody,
                           size_t first) {
  const size_t end = bars.size();
  const auto returns = Returns(likeness, first, end);
  std::vector<int> boundaries = Boundaries(likeness, bars, melody, first);
  const size_t begins = MelodyBegins(bars, melody, first), ends = MelodyEnds(bars, melody);
  // A single bar before the melody is a pickup and no section; a single bar after it is its last note.
  const bool opening = begins > first + 1, closing = ends + 1 < end;
  for (size_t bar = begins; bar < end; bar += 4) boundaries[bar] += kRegular;
  if (opening) boundaries[begins] += kMelodyBegins;
  if (closing) boundaries[ends] += kMelodyBegins;
  constexpr int64_t kNever = std::numeric_limits<int64_t>::min() / 2;
  std::vector<int64_t> total(end + 1, kNever);
  std::vector<size_t> length_of(end + 1, 0);
  total[first] = 0;
  for (size_t start = first; start < end; ++start) {
    if (total[start] == kNever) continue;
    for (size_t length = 1; length <= kLengthMax && start + length <= end; ++length) {
      int64_t value = -kLengthCost[length];
      value += static_cast<int64_t>(length) * std::max(0, returns[start][length] - kReturns) / 2;
      if (start > first) value += boundaries[start];
      // A shorter remainder at the end is what is left over, not a choice.
      if (start + length == end && length < 4) value += kLengthCost[length] / 2;
      if (start == first && begins == first + 1 && length > 1) value += kLengthCost[length] - kLengthCost[length - 1];
      if (total[start] + value > total[start + length]) {
        total[start + length] = total[start] + value;
        length_of[start + length] = length;
      }
    }
  }
  std::vector<size_t> starts;
  for (size_t at = end; at > first; at -= length_of[at]) starts.push_back(at - length_of[at]);
  std::reverse(starts.begin(), starts.end());
  return starts;
}

// Mean likeness of two stretches from their beginnings on; bars that only one has count as strange. `opening` is that
// of the first half.
int Alike(const BarLikeness& bars, const Section& a, const Section& b, int& opening) {
  const size_t length = std::max(a.end_bar - a.first_bar, b.end_bar - b.first_bar);
  const size_t common = std::min(a.end_bar - a.first_bar, b.end_bar - b.first_bar);
  const size_t half = (length + 1) / 2;
  int sum = 0;
  opening = 0;
  for (size_t k = 0; k < common; ++k) {
    const int one = bars.Permille(a.first_bar + k, b.first_bar + k);
    sum += one;
    if (k < half) opening += one;
  }
  opening /= static_cast<int>(half);
  return sum / static_cast<int>(length);
}

bool IsSameVariant(const BarLikeness& bars, const Section& a, const Section& b) {
  const size_t length = a.end_bar - a.first_bar;
  if (length != b.end_bar - b.first_bar) return false;
  for (size_t k = 0; k < length; ++k) {
    const bool last = k + 1 == length && length > 1;
    if (bars.Permille(a.first_bar + k, b.first_bar + k) < (last ? kExactEnd : kExact)) return false;
  }
  return true;
}

void GiveLetters(const BarLikeness& bars, std::vector<Section>& sections) {
  std::vector<std::vector<Section>> letters;  // the first section of each variant
  for (Section& section : sections) {
    int best = -1, best_likeness = -1;
    bool exact = false;
    const size_t from = letters.size() > kLettersCompared ? letters.size() - kLettersCompared : 0;
    for (size_t letter = from; letter < letters.size(); ++letter) {
      for (const Section& known : letters[letter]) {
        int opening = 0;
        const int likeness = Alike(bars, known, section, opening);
        if (bars.Permille(known.first_bar, section.first_bar) < kFirstBarAlike) continue;
        if (likeness < kAlike && !(opening >= kOpeningAlike && 2 * likeness >= kAlike)) continue;
        if (likeness <= best_likeness) continue;
        best = static_cast<int>(letter);
        best_likeness = likeness;
        exact = IsSameVariant(bars, known, section);
        section.variant = known.variant;
      }
    }
    if (best < 0) {
      section.letter = static_cast<int>(letters.size());
      letters.push_back({section});
      continue;
    }
    std::vector<Section>& known = letters[static_cast<size_t>(best)];
    section.letter = best;
    int opening = 0;
    section.likeness_permille = Alike(bars, known[0], section, opening);
    if (!exact) {
      section.variant = static_cast<int>(known.size());
      known.push_back(section);
    }
  }
}

}  // namespace

std::string Section::Name() const {
  std::string name(1, static_cast<char>('A' + letter % 26));
  if (letter >= 26) name += std::to_string(letter / 26);
  return variant <= 3 ? name.append(static_cast<size_t>(variant), '\'') : name + "(" + std::to_string(variant) + ")";
}

std::string Form::ToString() const {
  const size_t count = sections.size();
  const auto whole_repeats = [&](size_t period) {
    for (size_t k = period; k < count; ++k) {
      if (sections[k].Name() != sections[k - period].Name()) return false;
    }
    return true;
  };
  size_t period = count;
  for (size_t p = 2; 2 * p <= count; ++p) {
    if (count % p == 0 && whole_repeats(p)) {
      period = p;
      break;
    }
  }
  std::string text;
  for (size_t k = 0; k < period; ++k) text += (k == 0 ? "" : " ") + sections[k].Name();
  return period == count ? text : std::to_string(count / period) + " x (" + text + ")";
}

const Section* Form::At(size_t bar) const {
  const auto after =
      std::upper_bound(sections.begin(), sections.end(), bar, [](size_t b, const Section& s) { return b < s.end_bar; });
  return after == sections.end() ? nullptr : &*after;
}

Form FindForm(const Score& grid, const std::vector<Bar>& bars, const Melody& melody,
              const std::vector<ChordSpan>& chords) {
  Form form;
  if (bars.empty()) return form;
  const BarLikeness likeness(grid, bars, melody, chords);
  const bool pickup = bars.size() > 1 && bars[0].end - bars[0].start < bars[1].end - bars[1].start;
  const std::vector<size_t> starts = Starts(Diagonals(likeness), bars, melody, pickup ? 1 : 0);
  for (size_t k = 0; k < starts.size(); ++k) {
    Section section;
    section.first_bar = starts[k];
    section.end_bar = k + 1 < starts.size() ? starts[k + 1] : bars.size();
    form.sections.push_back(section);
  }
  GiveLetters(likeness, form.sections);
  if (pickup) form.sections[0].first_bar = 0;  // after the comparison: the other sections' pickups stand before them
  return form;
}

}  // namespace ledgerline::music
