#include "inference/drums/groove.h"

#include <algorithm>
#include <bit>
#include <string>
#include <tuple>

#include "inference/drums/integer_curves.h"

namespace ledgerline::drums {
namespace {

constexpr uint64_t kHitStream = 0x6869747300000001ull;     // "hits"
constexpr uint64_t kTouchStream = 0x746f756368000001ull;   // "touch"
constexpr uint64_t kFamilyStream = 0x66616d696c790001ull;  // "family"
constexpr size_t kWarmUpBars = 4;                          // drawn first and thrown away: nobody begins from nothing
constexpr int64_t kNoScore = INT64_MIN;

Status Bound(const std::string& field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return OutOfRange("groove: " + field + " " + std::to_string(value) + " is outside " + std::to_string(low) + " to " +
                    std::to_string(high));
}

// Value of a table at the normal score `z`.
int AtScore(const Quantiles& table, int64_t z) {
  const int64_t at = int64_t{NormalShare(z)} * (kQuantiles - 1);
  const auto i = static_cast<size_t>(at / 65'536);
  const int64_t past = at % 65'536;
  const int64_t step = table[i + 1] - table[i];  // quantiles rise
  return static_cast<int>(table[i] + (step * past + 32'768) / 65'536);
}

class Drawer {
 public:
  Drawer(const GrooveModel& model, int style, const GrooveSettings& settings, uint64_t seed)
      : model_(model),
        style_(style),
        settings_(settings),
        hits_(seed, kHitStream),
        touch_(seed, kTouchStream),
        seed_(seed) {
    last_velocity_.fill(kNoScore);
  }

  void DrawBar(const GrooveBar& wish, bool after_fill) {
    DrumBar bar;
    bar.fill = wish.fill;
    bar.phrase = static_cast<uint8_t>(wish.phrase % 4);
    for (const int place : BeatPlaces(wish.beats)) {
      Beat beat;
      beat.place = place;
      bar.beats.push_back(beat);
    }
    bars_.push_back(std::move(bar));
    scores_.emplace_back(bars_.back().beats.size());
    if (wish.silent) return;
    const size_t k = bars_.size() - 1;
    GrooveContext context(bars_, k, style_);
    // Hits that four beats should have. Small errors of many decisions add up, so the drawing is led back to it.
    const int family = FamilyOf(wish.intensity);
    const int target = wish.fill || family == 0 ? model_.fill_hits[static_cast<size_t>(style_)]
                                                : model_.families[static_cast<size_t>(family - 1)].hits;
    bars_[k].family = static_cast<uint16_t>(wish.fill ? 0 : family);
    for (size_t b = 0; b < bars_[k].beats.size(); ++b) {
      // Sharper than the hits: a beat in triplets among straight ones is heard as a slip.
      const bool triplet = wish.feel == Feel::kLearnt ? Draw(2 * model_.Logit(kFeelDecision, context.FeelKeys(b)), 0)
                                                      : wish.feel == Feel::kTriplet;
      bars_[k].beats[b].triplet = triplet;
      const int64_t lean = Lean(target);
      for (int s = 0; s < bars_[k].beats[b].StepCount(); ++s) {
        context.EnterStep(b, s);
        uint16_t decided = 0;
        for (int drum = 0; drum < kDrums; ++drum) {
          bool hit = Draw(model_.Logit(drum, context.HitKeys(drum, decided)), lean);
          if (after_fill && b == 0 && s == 0 && (drum == kKick || drum == kCrash)) hit = true;
          // A hat is open or closed, and two hands strike at most two of what hands strike.
          if (hit && !Playable(drum, decided)) hit = false;
          if (hit) decided = static_cast<uint16_t>(decided | 1u << drum);
        }
        bars_[k].beats[b].steps[static_cast<size_t>(s)].mask = decided;
        Touch(k, b, s, wish.intensity);
      }
      int hits = 0;
      for (const Step& step : bars_[k].beats[b].steps) hits += std::popcount(step.mask);
      recent_.push_back(hits);
    }
  }

  std::vector<DrumBar> Take(size_t leave_out) && {
    bars_.erase(bars_.begin(), bars_.begin() + static_cast<std::ptrdiff_t>(leave_out));
    return std::move(bars_);
  }

 private:
  struct Scores {
    std::array<std::array<int64_t, kDrums>, kStepsPerBeatMax> velocity{}, deviation{};
  };

  // The style's families that suit an intensity, and of them one by its share: the same for the whole groove.
  int FamilyOf(int intensity) const {
    const auto begin = std::find_if(model_.families.begin(), model_.families.end(),
                                    [this](const Family& family) { return family.style == style_; });
    const auto end =
        std::find_if(begin, model_.families.end(), [this](const Family& family) { return family.style != style_; });
    int64_t windows = 0;
    for (auto family = begin; family != end; ++family) windows += family->windows;
    if (windows == 0) return 0;
    // At 50 any; at 0 one of the sparsest third; at 100 one of the busiest.
    const int64_t low = intensity > 50 ? (intensity - 50) * 7 / 5 : 0,
                  high = intensity < 50 ? 30 + intensity * 7 / 5 : 100;
    const auto chance = static_cast<int64_t>(model::CounterRandom(seed_, kFamilyStream).At(0) >> 33);  // 31 bits
    int64_t at = windows * (low * (int64_t{1} << 31) + (high - low) * chance) / 100 >> 31;
    for (auto family = begin; family != end; ++family) {
      if (at < family->windows) return static_cast<int>(family - model_.families.begin()) + 1;
      at -= family->windows;
    }
    return static_cast<int>(end - model_.families.begin());
  }

  bool Draw(int64_t logit, int64_t lean) {
    const int64_t sharp = (logit + lean) * settings_.sharpness_permille / 1000;
    return static_cast<int>(hits_.Below(65'536)) < LogisticShare(sharp);
  }

  // Towards the target, by the hits of the last four beats.
  int64_t Lean(int target) const {
    if (recent_.size() < 4) return 0;
    int64_t hits = 0;
    for (size_t i = recent_.size() - 4; i < recent_.size(); ++i) hits += recent_[i];
    return std::clamp<int64_t>((target - hits) * settings_.lead_permille * kLogitOne / 1000, -2 * kLogitOne,
                               2 * kLogitOne);
  }

  static bool Playable(int drum, uint16_t decided) {
    if (drum == kKick) return true;
    if (drum == kOpenHat && (decided >> kClosedHat & 1)) return false;
    int hands = 0;
    for (int other = kSnare; other < drum; ++other) hands += decided >> other & 1;
    return hands < (decided >> kClosedHat & 1 ? 3 : 2);  // a closed hat may be the pedal's
  }

  int64_t NextScore(const Walk& walk, int64_t before, int64_t above) {
    const int64_t fresh = NormalNoise(&touch_);
    int64_t z = fresh;
    if (before != kNoScore && above != kNoScore) {
      z = (walk.after * before + walk.above * above + walk.noise * fresh) / kNormalOne;
    } else if (before != kNoScore) {
      z = (walk.alone_after * before + walk.alone_noise * fresh) / kNormalOne;
    }
    return std::clamp<int64_t>(z, -4 * kNormalOne, 4 * kNormalOne);
  }

  void Touch(size_t k, size_t b, int s, int intensity) {
    Beat& beat = bars_[k].beats[b];
    Step& step = beat.steps[static_cast<size_t>(s)];
    const auto si = static_cast<size_t>(s);
    const int place = StepPlace(beat.place, beat.triplet, s);
    const Beat* above = nullptr;
    if (k > 0 && b < bars_[k - 1].beats.size()) {
      const Beat& then = bars_[k - 1].beats[b];
      if (then.place == beat.place && then.triplet == beat.triplet) above = &then;
    }
    for (int drum = 0; drum < kDrums; ++drum) {
      if (!(step.mask >> drum & 1)) continue;
      const auto d = static_cast<size_t>(drum);
      const bool has_above = above != nullptr && (above->steps[si].mask >> drum & 1);
      const int64_t velocity_above = has_above ? scores_[k - 1][b].velocity[si][d] : kNoScore;
      const int64_t deviation_above = has_above ? scores_[k - 1][b].deviation[si][d] : kNoScore;
      const int64_t v = NextScore(model_.velocity_walk, last_velocity_[d], velocity_above);
      const int64_t t = NextScore(model_.deviation_walk, last_deviation_, deviation_above);
      last_velocity_[d] = scores_[k][b].velocity[si][d] = v;
      last_deviation_ = scores_[k][b].deviation[si][d] = t;
      const size_t cell = GrooveModel::TableIndex(style_, drum, place);
      // Intensity moves the score by up to a standard deviation, so that a soft groove is one that the style has.
      const int64_t moved = v + int64_t{intensity - 50} * kNormalOne / 50;
      Stroke& stroke = step.strokes[d];
      stroke.velocity =
          static_cast<uint8_t>(std::clamp(AtScore(model_.velocities[model_.velocity_table[cell]], moved), 1, 127));
      stroke.deviation = static_cast<int8_t>(AtScore(model_.deviations[model_.deviation_table[cell]], t));
      const bool stays = has_above && touch_.Below(255) < model_.other_stays[d];
      stroke.other = stays ? above->steps[si].strokes[d].other : touch_.Below(255) < model_.other_share[cell];
    }
  }

  const GrooveModel& model_;
  int style_;
  GrooveSettings settings_;
  model::CounterRandom hits_, touch_;
  std::vector<DrumBar> bars_;
  std::vector<std::vector<Scores>> scores_;
  std::array<int64_t, kDrums> last_velocity_{};
  int64_t last_deviation_ = kNoScore;
  uint64_t seed_;
  std::vector<int> recent_;  // hits of the beats so far
};

}  // namespace

Result<std::vector<DrumBar>> DrawGroove(const GrooveModel& model, int style, const std::vector<GrooveBar>& plan,
                                        const GrooveSettings& settings, uint64_t seed) {
  if (style < 0 || style >= kGrooveStyles) return InvalidArgument("groove: style " + std::to_string(style));
  RETURN_IF_ERROR(Bound("bars", static_cast<int64_t>(plan.size()), 0, kMaxGrooveBars));
  RETURN_IF_ERROR(Bound("lead_permille", settings.lead_permille, 0, 1000));
  RETURN_IF_ERROR(Bound("sharpness_permille", settings.sharpness_permille, 500, 4000));
  Drawer drawer(model, style, settings, seed);
  size_t warm_up = 0;
  if (!plan.empty()) {
    GrooveBar before = plan[0];
    before.fill = before.silent = false;
    RETURN_IF_ERROR(Bound("beats", before.beats, 1, 16));
    RETURN_IF_ERROR(Bound("intensity", before.intensity, 0, 100));
    for (; warm_up < kWarmUpBars; ++warm_up) {
      before.phrase = static_cast<int>(warm_up);
      drawer.DrawBar(before, false);
    }
  }
  bool after_fill = false;
  for (const GrooveBar& bar : plan) {
    RETURN_IF_ERROR(Bound("beats", bar.beats, 1, 16));
    RETURN_IF_ERROR(Bound("intensity", bar.intensity, 0, 100));
    RETURN_IF_ERROR(Bound("phrase", bar.phrase, 0, kMaxGrooveBars));
    drawer.DrawBar(bar, after_fill);
    after_fill = bar.fill && !bar.silent;
  }
  return std::move(drawer).Take(warm_up);
}

std::vector<music::Note> ToNotes(const std::vector<DrumBar>& bars, const std::vector<int64_t>& bar_starts,
                                 int beat_ticks) {
  std::vector<music::Note> notes;
  for (size_t k = 0; k < bars.size() && k < bar_starts.size(); ++k) {
    for (size_t b = 0; b < bars[k].beats.size(); ++b) {
      const Beat& beat = bars[k].beats[b];
      for (int s = 0; s < beat.StepCount(); ++s) {
        const Step& step = beat.steps[static_cast<size_t>(s)];
        const int64_t at =
            bar_starts[k] + static_cast<int64_t>(b) * beat_ticks + beat.StepTick(s) * beat_ticks / kFineTicks;
        for (int drum = 0; drum < kDrums; ++drum) {
          if (!(step.mask >> drum & 1)) continue;
          const Stroke& stroke = step.strokes[static_cast<size_t>(drum)];
          const DrumTraits& traits = TraitsOf(drum);
          notes.push_back({std::max<int64_t>(0, at + stroke.deviation), kFineTicks / 4,
                           stroke.other ? traits.other_key : traits.key, stroke.velocity});
        }
      }
    }
  }
  std::sort(notes.begin(), notes.end(), [](const music::Note& a, const music::Note& b) {
    return std::tuple(a.onset, a.pitch) < std::tuple(b.onset, b.pitch);
  });
  std::array<int, 128> last;
  last.fill(-1);
  std::vector<music::Note> kept;
  for (const music::Note& note : notes) {
    int& before = last[static_cast<size_t>(note.pitch)];
    if (before >= 0) {
      music::Note& earlier = kept[static_cast<size_t>(before)];
      if (earlier.onset == note.onset) continue;  // two early strokes moved to tick 0
      earlier.duration = std::min(earlier.duration, note.onset - earlier.onset);
    }
    before = static_cast<int>(kept.size());
    kept.push_back(note);
  }
  return kept;
}

}  // namespace ledgerline::drums
