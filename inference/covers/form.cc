#include "inference/covers/form.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "inference/model/counter_random.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

constexpr uint64_t kReturnStream = 0x72657475726e73ull;  // "returns"
constexpr int kSame = 1000, kNear = 800;                 // likeness in thousandths
constexpr size_t kFarthestBack = 128;                    // bars
constexpr size_t kLongestRun = 32;                       // bars that are compared
constexpr size_t kFigureBack = 16;                       // bars
constexpr double kContrast = 1.3;                        // of two bars' attacks a quarter

// Of a hundred passages of each length (LengthClass), those that the style's composers take up at least in part; of a
// hundred bars of such passages, those that they then write note for note; both nearly as CountPassages counts them on
// the training split. Of passages that have an earlier one's chords under another melody: those whose figures are taken
// up, chosen on songs of the validation split (docs/decisions/0020-form.md).
struct Keeping {
  std::string_view style;
  std::array<int, kPassageLengths> taken;
  int bars;
  int figure;
};
constexpr std::array<Keeping, 17> kKeeping = {{{"art-song", {42, 67, 78, 90}, 87, 25},
                                               {"dance", {71, 80, 94, 100}, 87, 40},
                                               {"folk", {77, 81, 98, 98}, 98, 25},
                                               {"guitar", {69, 88, 82, 97}, 96, 15},
                                               {"hymn", {26, 56, 88, 100}, 82, 0},
                                               {"krakowiak", {63, 70, 91, 100}, 90, 25},
                                               {"march", {65, 86, 90, 93}, 88, 15},
                                               {"mass", {27, 49, 80, 100}, 87, 10},
                                               {"mazurka", {72, 90, 96, 100}, 90, 20},
                                               {"motet", {22, 55, 86, 100}, 85, 0},
                                               {"opera", {40, 67, 80, 83}, 83, 30},
                                               {"organ", {24, 42, 71, 100}, 80, 5},
                                               {"piano", {48, 78, 84, 91}, 91, 15},
                                               {"polonaise", {53, 78, 71, 75}, 97, 20},
                                               {"ragtime", {54, 84, 100, 100}, 93, 10},
                                               {"string-quartet", {33, 64, 82, 93}, 80, 15},
                                               {"waltz", {64, 85, 95, 96}, 88, 30}}};

Keeping KeepingOf(int style) {
  const std::string_view name = tokens::StyleName(style);
  const auto found = std::find_if(kKeeping.begin(), kKeeping.end(), [&](const Keeping& k) { return k.style == name; });
  return found == kKeeping.end() ? Keeping{name, {50, 70, 85, 90}, 90, 0} : *found;
}

// Notes that stand in both, over the notes of either, in thousandths; onsets alone, or with their pitches.
int Overlap(const std::vector<MelodyNote>& x, const std::vector<MelodyNote>& y, bool pitches) {
  size_t shared = 0;
  for (const MelodyNote& note : x) {
    shared += std::any_of(y.begin(), y.end(), [&](const MelodyNote& other) {
      return other.onset == note.onset && (!pitches || other.pitch == note.pitch);
    });
  }
  const size_t all = x.size() + y.size() - shared;
  return all == 0 ? 1000 : static_cast<int>(1000 * shared / all);
}

// The likeness that the model's bar B goes by (tokens/positions.h), in thousandths; 0 of bars of different lengths, or
// of which one has a melody and one has none.
int Likeness(const PieceBar& x, const PieceBar& y) {
  if (x.length != y.length || x.beat != y.beat || x.melody.empty() != y.melody.empty()) return 0;
  int chords = 0;
  for (int slot = 0; slot < x.Slots(); ++slot) {
    chords += x.chords[static_cast<size_t>(slot)] == y.chords[static_cast<size_t>(slot)];
  }
  return (4 * Overlap(x.melody, y.melody, false) + 4 * Overlap(x.melody, y.melody, true) + 3000 * chords / x.Slots()) /
         11;
}

// The bars of `piece` and how much each is like each of those before it.
class Likenesses {
 public:
  explicit Likenesses(const Piece& piece) : piece_(piece), rows_(piece.bars.size()) {
    for (size_t k = 0; k < rows_.size(); ++k) {
      for (size_t back = 1; back <= std::min(k, kFarthestBack); ++back) {
        rows_[k].push_back(Likeness(piece.bars[k], piece.bars[k - back]));
      }
    }
  }
  int At(size_t bar, size_t earlier) const {
    const size_t back = bar - earlier;
    return bar < rows_.size() && back >= 1 && back <= rows_[bar].size() ? rows_[bar][back - 1] : 0;
  }
  // Bars from `bar` on that go on as those from `earlier` do, the first of which is the same.
  size_t RunFrom(size_t bar, size_t earlier) const {
    size_t run = 0;
    while (run < kLongestRun && bar + run < rows_.size() && At(bar + run, earlier + run) >= (run == 0 ? kSame : kNear))
      ++run;
    return run;
  }
  bool HasMelody(size_t bar) const { return !piece_.bars[bar].melody.empty(); }

 private:
  const Piece& piece_;
  std::vector<std::vector<int>> rows_;
};

// Where bar `bar` returns to, given where the bar before does; -1: nowhere.
int Source(const Likenesses& likenesses, size_t bar, int of_before) {
  const auto next = static_cast<size_t>(of_before + 1);
  const int onward = of_before < 0 ? 0 : likenesses.At(bar, next);
  if (onward >= kSame) return static_cast<int>(next);
  size_t longest = 0, from = 0;
  for (size_t earlier = bar; earlier-- > 0 && bar - earlier <= kFarthestBack;) {
    const size_t run = likenesses.RunFrom(bar, earlier);
    if (run > longest) longest = run, from = earlier;
  }
  if (onward >= kNear && longest < 2) return static_cast<int>(next);
  // A bar without a melody, with one chord, is like too many.
  if (longest >= 2 || (longest == 1 && likenesses.HasMelody(bar))) return static_cast<int>(from);
  int best = kNear - 1, near = -1;
  for (size_t earlier = bar; earlier-- > 0 && bar - earlier <= kFarthestBack && likenesses.HasMelody(bar);) {
    if (likenesses.At(bar, earlier) > best) best = likenesses.At(bar, earlier), near = static_cast<int>(earlier);
  }
  return near;
}

// Gives bars that have an earlier passage's chords, two bars and more, under another melody its figures: as long as the
// chords go on so. `returning` are the bars that have an earlier one's melody too, taken up or not.
void AddFigures(const Piece& piece, const std::vector<bool>& returning, uint32_t percent, model::CounterRandom* random,
                std::vector<Return>* returns) {
  const std::vector<PieceBar>& bars = piece.bars;
  const auto alike = [&](size_t k, size_t j) {
    return k < bars.size() && !returning[k] && !bars[k].melody.empty() && bars[j].length == bars[k].length &&
           bars[j].chords == bars[k].chords;
  };
  for (size_t k = 1, end = 0; k < bars.size(); k = end) {
    end = k + 1;
    size_t longest = 1, from = 0;
    for (size_t back = 1; back <= std::min(k, kFigureBack); ++back) {
      size_t run = 0;
      while (run < kLongestRun && alike(k + run, k - back + run)) ++run;
      if (run > longest) longest = run, from = k - back;
    }
    if (longest < 2) continue;
    end = k + longest;
    if (random->Below(100) >= percent) continue;
    for (size_t i = 0; i < longest; ++i) (*returns)[k + i].of = static_cast<int>(from + i);
  }
}

// Of PassageCounts, which one a passage of so many bars is counted in.
size_t LengthClass(size_t bars) { return bars <= 2 ? bars - 1 : bars <= 4 ? 2 : 3; }

// Calls visit(first, end) for each passage of bars that return one after another.
template <typename Visit>
void ForEachPassage(const std::vector<Return>& returns, const Visit& visit) {
  for (size_t first = 1, end = 0; first < returns.size(); first = end) {
    end = first + 1;
    if (returns[first].of < 0) continue;
    while (end < returns.size() && returns[end].of == returns[end - 1].of + 1) ++end;
    visit(first, end);
  }
}

std::vector<Return> AllReturns(const Likenesses& likenesses, size_t bars) {
  std::vector<Return> returns(bars);
  for (size_t k = 1; k < bars; ++k) returns[k].of = Source(likenesses, k, returns[k - 1].of);
  return returns;
}

}  // namespace

std::array<PassageCounts, kPassageLengths> CountPassages(const Piece& piece) {
  const Likenesses likenesses(piece);
  const std::vector<Return> returns = AllReturns(likenesses, piece.bars.size());
  std::array<PassageCounts, kPassageLengths> counts;
  ForEachPassage(returns, [&](size_t first, size_t end) {
    int bars = 0, unchanged = 0;
    for (size_t k = first; k < end; ++k) {
      const auto of = static_cast<size_t>(returns[k].of);
      if (likenesses.At(k, of) < kSame || piece.bars[k].melody.empty()) continue;
      ++bars;
      unchanged += piece.bars[k].events == piece.bars[of].events;
    }
    if (bars == 0) return;
    PassageCounts& count = counts[LengthClass(end - first)];
    ++count.passages;
    if (unchanged == 0) return;
    ++count.taken;
    count.bars += bars;
    count.unchanged += unchanged;
  });
  return counts;
}

std::vector<Return> PlanReturns(const Piece& piece, uint64_t seed) {
  const size_t bars = piece.bars.size();
  const Likenesses likenesses(piece);
  std::vector<Return> returns = AllReturns(likenesses, bars);
  std::vector<bool> returning;
  for (const Return& back : returns) returning.push_back(back.of >= 0);
  const Keeping keeping = KeepingOf(piece.style);
  model::CounterRandom random(seed, kReturnStream);
  ForEachPassage(returns, [&](size_t first, size_t end) {
    const bool passage = end - first >= 2;
    const bool taken = random.Below(100) < static_cast<uint32_t>(keeping.taken[LengthClass(end - first)]);
    for (size_t k = first; k < end; ++k) {
      if (!taken) {
        returns[k].of = -1;
        continue;
      }
      returns[k].varied = passage && random.Below(100) >= static_cast<uint32_t>(keeping.bars);
      // What leads on elsewhere is left to be led.
      const bool parts = passage && k + 1 == end;
      returns[k].whole =
          k + 1 < bars && !parts && !returns[k].varied && likenesses.At(k, static_cast<size_t>(returns[k].of)) >= kSame;
    }
  });
  AddFigures(piece, returning, static_cast<uint32_t>(keeping.figure), &random, &returns);
  return returns;
}

void ReturnTextures(const std::vector<Return>& returns, const std::vector<double>& activity, Piece* piece) {
  for (size_t k = 0; k + 1 < piece->bars.size() && k < returns.size(); ++k) {
    if (returns[k].of < 0) continue;
    const auto of = static_cast<size_t>(returns[k].of);
    const PieceBar& from = piece->bars[of];
    if (activity[k] > kContrast * activity[of] || activity[of] > kContrast * activity[k]) continue;
    if (from.density == 0 || from.density == tokens::kDensityUnknown) continue;  // a pickup's
    piece->bars[k].density = from.density;
    piece->bars[k].polyphony = from.polyphony;
  }
}

std::vector<Return> ReturnsOf(const Piece& piece, uint64_t seed, const std::vector<bool>& kept) {
  std::vector<Return> returns = PlanReturns(piece, seed);
  for (size_t k = 0; k < returns.size(); ++k) {
    if (returns[k].of < 0) continue;
    const auto of = static_cast<size_t>(returns[k].of);
    const PieceBar &now = piece.bars[k], &from = piece.bars[of];
    const bool other = now.density != from.density || now.polyphony != from.polyphony;
    if (other || (of < kept.size() && kept[of])) returns[k] = {};
  }
  return returns;
}

std::string DescribeReturns(const std::vector<Return>& returns) {
  std::string text;
  const auto range = [](size_t first, size_t last) {
    return std::to_string(first + 1) + (last > first ? "-" + std::to_string(last + 1) : "");
  };
  for (size_t first = 0, end = 0; first < returns.size(); first = end) {
    end = first + 1;
    if (returns[first].of < 0) continue;
    while (end < returns.size() && returns[end].of == returns[end - 1].of + 1 &&
           returns[end].whole == returns[first].whole) {
      ++end;
    }
    const auto of = static_cast<size_t>(returns[first].of);
    text += (text.empty() ? "" : ", ") + range(first, end - 1) + (returns[first].whole ? " as " : " nearly as ") +
            range(of, of + end - first - 1);
  }
  return text.empty() ? "none" : text;
}

}  // namespace ledgerline::covers
