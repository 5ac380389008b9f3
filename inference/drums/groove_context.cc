#include "inference/drums/groove_context.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

#include "inference/model/counter_random.h"

namespace ledgerline::drums {
namespace {

uint32_t Key(int context, int decision, std::initializer_list<int> values) {
  uint64_t key = model::MixBits(static_cast<uint64_t>(context * 16 + decision) + 1);
  for (const int value : values) key = model::MixBits(key ^ (static_cast<uint64_t>(value) + 0x9e3779b97f4a7c15ull));
  return static_cast<uint32_t>(key >> 32);
}

int CopyClass(int steps) {
  if (steps >= 16) return 4;
  if (steps >= 8) return 3;
  if (steps >= 4) return 2;
  return steps >= 1 ? 1 : 0;
}

int Bit(uint16_t mask, int drum) { return mask == kNoMask ? 2 : (mask >> drum & 1); }
// What a mask says of the drums decided already: whether they are as in it.
int Agrees(uint16_t mask, uint16_t decided, int drum) {
  if (mask == kNoMask) return 2;
  const auto below = static_cast<uint16_t>((1u << drum) - 1);
  return (mask & below) == decided ? 1 : 0;
}

}  // namespace

GrooveContext::GrooveContext(const std::vector<DrumBar>& bars, size_t bar, int style)
    : bars_(bars), bar_(bar), style_(style) {}

const Step* GrooveContext::StepBack(size_t back, size_t beat, int step) const {
  if (back > bar_) return nullptr;
  const DrumBar& earlier = bars_[bar_ - back];
  if (beat >= earlier.beats.size()) return nullptr;
  const Beat& now = bars_[bar_].beats[beat];
  const Beat& then = earlier.beats[beat];
  if (then.place != now.place || (then.triplet != now.triplet && step != 0)) return nullptr;
  return &then.steps[static_cast<size_t>(step)];
}

uint16_t GrooveContext::MaskAt(size_t back, size_t beat, int step) const {
  const Step* found = StepBack(back, beat, step);
  return found == nullptr ? kNoMask : found->mask;
}

ContextKeys GrooveContext::FeelKeys(size_t beat) const {
  const DrumBar& bar = bars_[bar_];
  auto feel = [&](size_t back, size_t at) {
    if (back > bar_ || at >= bars_[bar_ - back].beats.size()) return 2;
    return bars_[bar_ - back].beats[at].triplet ? 1 : 0;
  };
  int last = 2, before = 2;
  if (beat > 0) {
    last = feel(0, beat - 1);
    before = beat > 1 ? feel(0, beat - 2) : 2;
  } else if (bar_ > 0) {
    const size_t count = bars_[bar_ - 1].beats.size();
    last = count > 0 ? feel(1, count - 1) : 2;
  }
  const int one = feel(1, beat), two = feel(2, beat);
  const int place = bar.beats[beat].place, fill = bar.fill;
  const int d = kFeelDecision;
  return {Key(0, d, {style_, fill}),
          Key(1, d, {style_, fill, place}),
          Key(2, d, {style_, last}),
          Key(3, d, {style_, last, one}),
          Key(4, d, {last, before, one, two}),
          Key(5, d, {place, last, one, fill}),
          Key(6, d, {style_, place, last, one, two}),
          Key(7, d, {style_, last, before, fill}),
          Key(8, d, {one, two}),
          Key(9, d, {last, before}),
          Key(10, d, {fill}),
          Key(11, d, {style_, one, two}),
          Key(12, d, {bar.family, place}),
          Key(13, d, {bar.family, last})};
}

void GrooveContext::EnterStep(size_t beat, int step) {
  const Beat& now = bars_[bar_].beats[beat];
  place_ = StepPlace(now.place, now.triplet, step);
  in_beat_ = StepPlace(0, now.triplet, step);
  for (size_t back = 1; back < back_.size(); ++back) back_[back] = MaskAt(back, beat, step);
  ahead_ = step + 1 < now.StepCount() ? MaskAt(1, beat, step + 1)
           : beat + 1 < bars_[bar_].beats.size() && bar_ > 0 && beat + 1 < bars_[bar_ - 1].beats.size()
               ? bars_[bar_ - 1].beats[beat + 1].steps[0].mask
               : kNoMask;
  before_.fill(kNoMask);
  since_.fill(12);
  copied_ = copied_two_ = busy_ = 0;
  bool one_open = true, two_open = true;
  // Backwards over at most 24 steps: for what was just played, when a drum last was, and how long bars repeat.
  size_t b = bar_, t = beat;
  int s = step;
  for (int steps = 0; steps < 24; ++steps) {
    if (--s < 0) {
      if (t == 0) {
        if (b == 0) break;
        --b;
        if (bars_[b].beats.empty()) break;
        t = bars_[b].beats.size();
      }
      --t;
      s = bars_[b].beats[t].StepCount() - 1;
    }
    const Beat& past = bars_[b].beats[t];
    const uint16_t mask = past.steps[static_cast<size_t>(s)].mask;
    if (static_cast<size_t>(steps) < before_.size()) before_[static_cast<size_t>(steps)] = mask;
    if (steps < 16) busy_ += std::popcount(mask);
    if (steps < 11) {
      for (int d = 0; d < kDrums; ++d) {
        if (since_[static_cast<size_t>(d)] == 12 && (mask >> d & 1)) since_[static_cast<size_t>(d)] = steps + 1;
      }
    }
    auto same = [&](size_t back) {
      if (back > b || t >= bars_[b - back].beats.size()) return false;
      const Beat& then = bars_[b - back].beats[t];
      return then.place == past.place && then.triplet == past.triplet &&
             then.steps[static_cast<size_t>(s)].mask == mask;
    };
    if (one_open && same(1)) {
      ++copied_;
    } else {
      one_open = false;
    }
    if (two_open && same(2)) {
      ++copied_two_;
    } else {
      two_open = false;
    }
  }
  copied_ = CopyClass(copied_);
  copied_two_ = CopyClass(copied_two_);
  busy_ = std::min(busy_ / 2, 20);
}

ContextKeys GrooveContext::HitKeys(int drum, uint16_t decided) const {
  const int d = drum;
  const DrumBar& bar = bars_[bar_];
  const int fill = bar.fill;
  const int phrase = static_cast<int>(bar.phrase);
  const uint16_t one = back_[1], two = back_[2], four = back_[4];
  const int since = since_[static_cast<size_t>(drum)];
  return {Key(0, d, {style_, fill, place_}),
          Key(1, d, {fill, place_, decided}),
          Key(2, d, {style_, fill, place_, decided, before_[0]}),
          Key(3, d, {style_, place_, one, decided}),
          Key(4, d, {Bit(one, d), Bit(two, d), Bit(four, d), copied_, copied_two_, fill, Agrees(one, decided, d)}),
          Key(5, d, {style_, place_, before_[0], before_[1], decided}),
          Key(6, d, {place_, one, two, decided}),
          Key(7, d, {style_, in_beat_, since, decided, before_[0]}),
          Key(8, d, {place_, phrase, fill, busy_, Bit(one, d), Bit(two, d), Agrees(one, decided, d)}),
          Key(9, d, {in_beat_, before_[0], before_[1], before_[2], before_[3], decided}),
          Key(10, d, {copied_, one, ahead_, decided, Bit(two, d), fill}),
          Key(11, d,
              {style_, copied_, copied_two_, Agrees(one, decided, d), Agrees(two, decided, d), Bit(one, d), Bit(two, d),
               fill, in_beat_}),
          Key(12, d, {bar.family, fill, place_, decided}),
          Key(13, d, {bar.family, place_, Bit(one, d), Agrees(one, decided, d), copied_})};
}

}  // namespace ledgerline::drums
