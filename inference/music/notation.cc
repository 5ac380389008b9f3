#include "inference/music/notation.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <tuple>

namespace ledgerline::music {
namespace {

struct Value {
  int64_t ticks;
  std::string_view type;
  int dots;
};

// Long to short; kGridTicks is a quarter note.
constexpr std::array<Value, 15> kValues = {{{288, "breve", 1},
                                            {192, "breve", 0},
                                            {144, "whole", 1},
                                            {96, "whole", 0},
                                            {72, "half", 1},
                                            {48, "half", 0},
                                            {36, "quarter", 1},
                                            {24, "quarter", 0},
                                            {18, "eighth", 1},
                                            {12, "eighth", 0},
                                            {9, "16th", 1},
                                            {6, "16th", 0},
                                            {3, "32nd", 0},
                                            {384, "long", 0},
                                            {576, "long", 1}}};
// In the time of two thirds of themselves.
constexpr std::array<Value, 6> kTripletValues = {
    {{16, "quarter", 0}, {12, "eighth", 1}, {8, "eighth", 0}, {6, "16th", 1}, {4, "16th", 0}, {2, "32nd", 0}}};

const Value* ValueOf(int64_t ticks) {
  const auto found = std::find_if(kValues.begin(), kValues.end(), [&](const Value& v) { return v.ticks == ticks; });
  return found == kValues.end() ? nullptr : &*found;
}

// The stretch within which places are binary or ternary: a quarter note, or an eighth where the metre counts eighths.
int64_t WindowTicks(const Bar& bar) { return bar.metre.denominator >= 8 ? kGridTicks / 2 : kGridTicks; }

bool IsCompound(const Metre& metre) {
  return metre.numerator > 3 && metre.numerator % 3 == 0 && metre.denominator >= 8;
}

// How strong a place in the bar is: 10 the bar line, 9 its half (or each half of a long bar), 8 a beat, then less.
int Strength(int64_t place, const Metre& metre) {
  if (place == 0) return 10;
  const int64_t unit = std::max<int64_t>(1, 4 * kGridTicks / metre.denominator);
  if (IsCompound(metre)) {
    if (metre.numerator % 4 == 0 && place % (6 * unit) == 0) return 9;
    if (place % (3 * unit) == 0) return 8;
    if (place % unit == 0) return 5;
    return 2 * place % unit == 0 ? 4 : 3;
  }
  if (metre.numerator % 2 == 0 && metre.numerator > 2 && place % (2 * unit) == 0) return 9;
  int64_t step = unit;
  for (int strength = 8; strength > 1; --strength, step /= 2) {
    if (step > 0 && place % step == 0) return strength;
  }
  return 1;
}

class Voice {
 public:
  Voice(const Bar& bar, bool first) : bar_(bar), first_(first) {}

  // A stretch [start, end) with `notes` (none: silence), inside the bar; stretches come in order and fill it.
  void Add(int64_t start, int64_t end, const std::vector<Note>& notes) {
    if (start < end) stretches_.push_back({start, end, notes});
  }

  NotatedVoice Written() {
    if (first_ && stretches_.size() == 1 && stretches_[0].notes.empty()) {
      NotatedEvent rest;
      rest.start = bar_.start;
      rest.ticks = bar_.end - bar_.start;
      rest.whole_bar = true;
      return {rest};
    }
    const int64_t window = WindowTicks(bar_);
    for (int64_t at = bar_.start; at < bar_.end; at += window) {
      ternary_.push_back(at + window <= bar_.end &&
                         std::any_of(stretches_.begin(), stretches_.end(), [&](const Stretch& s) {
                           return s.start > at && s.start < at + window && (s.start - at) % 3 != 0;
                         }));
    }
    for (const Stretch& stretch : stretches_) Divide(stretch);
    return std::move(voice_);
  }

 private:
  struct Stretch {
    int64_t start, end;
    std::vector<Note> notes;
  };

  // Cuts at the edges of ternary windows, then writes each piece.
  void Divide(const Stretch& stretch) {
    const int64_t window = WindowTicks(bar_);
    int64_t from = stretch.start;
    while (from < stretch.end) {
      const size_t index = static_cast<size_t>((from - bar_.start) / window);
      const int64_t window_start = bar_.start + static_cast<int64_t>(index) * window;
      int64_t to = stretch.end;
      if (ternary_[index]) {
        to = std::min(to, window_start + window);
        WriteTernary(stretch, from, to, window_start, window);
      } else {
        for (size_t k = index + 1; k < ternary_.size(); ++k) {
          if (ternary_[k]) {
            to = std::min(to, bar_.start + static_cast<int64_t>(k) * window);
            break;
          }
        }
        WriteBinary(stretch, from, to);
      }
      from = to;
    }
  }

  void WriteTernary(const Stretch& stretch, int64_t from, int64_t to, int64_t window_start, int64_t window) {
    while (from < to) {
      NotatedEvent event;
      event.tuplet = true;
      int64_t ticks = to - from;
      for (const Value& value : kTripletValues) {
        if (value.dots > 0 ? value.ticks != ticks : value.ticks > ticks) continue;
        ticks = value.ticks;
        event.type = value.type;
        event.dots = value.dots;
        break;
      }
      event.tuplet_start = from == window_start;
      event.tuplet_stop = from + ticks == window_start + window;
      Put(stretch, from, ticks, event);
      from += ticks;
    }
  }

  // One value where it may stand, else divided at the strongest place inside, the one nearest to the middle.
  void WriteBinary(const Stretch& stretch, int64_t from, int64_t to) {
    if (stretch.notes.empty() && !first_) {
      NotatedEvent event;
      event.gap = true;
      Put(stretch, from, to - from, event);
      return;
    }
    const int64_t a = from - bar_.start, b = to - bar_.start;
    const int outer = std::max(Strength(a, bar_.metre), to == bar_.end ? 10 : Strength(b, bar_.metre));
    int inner = 0;
    int64_t cut = -1;
    for (int64_t place = a / 3 * 3 + 3; place < b; place += 3) {
      const int strength = Strength(place, bar_.metre);
      const bool nearer = std::llabs(2 * place - a - b) <= std::llabs(2 * cut - a - b);
      // From a bar line on, the long value comes first: a half and an eighth, not a quarter and a dotted one.
      const bool longer_first = a == 0 && !IsCompound(bar_.metre) && ValueOf(place) != nullptr;
      if (strength > inner || (strength == inner && (nearer || longer_first))) {
        inner = strength;
        cut = place;
      }
    }
    // Notes may be syncopated by one level, rests never.
    const int allowed = stretch.notes.empty() ? 0 : 1;
    const Value* value = ValueOf(to - from);
    if (cut >= 0 && (value == nullptr || inner > outer + allowed)) {
      WriteBinary(stretch, from, bar_.start + cut);
      WriteBinary(stretch, bar_.start + cut, to);
      return;
    }
    NotatedEvent event;
    if (value != nullptr) {
      event.type = value->type;
      event.dots = value->dots;
    }
    Put(stretch, from, to - from, event);
  }

  void Put(const Stretch& stretch, int64_t from, int64_t ticks, NotatedEvent event) {
    event.start = from;
    event.ticks = ticks;
    event.notes = stretch.notes;
    if (!stretch.notes.empty()) {
      event.tie_stop = stretch.notes[0].onset < from;
      event.tie_start = stretch.notes[0].onset + stretch.notes[0].duration > from + ticks;
    }
    voice_.push_back(std::move(event));
  }

  const Bar& bar_;
  bool first_;
  std::vector<Stretch> stretches_;
  std::vector<bool> ternary_;  // of each window of the bar
  NotatedVoice voice_;
};

// Notes that start and end together, upper notes first.
std::vector<std::vector<Note>> ChordsOf(std::vector<Note> notes) {
  std::sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) {
    return std::tuple(a.onset, -a.pitch, -a.duration) < std::tuple(b.onset, -b.pitch, -b.duration);
  });
  std::vector<std::vector<Note>> chords;
  size_t same_onset = 0;  // index of the first chord with the onset at hand
  for (const Note& note : notes) {
    if (!chords.empty() && chords.back()[0].onset != note.onset) same_onset = chords.size();
    bool joined = false;
    for (size_t k = same_onset; k < chords.size() && !joined; ++k) {
      if (chords[k][0].onset != note.onset || chords[k][0].duration != note.duration) continue;
      if (chords[k].back().pitch != note.pitch) chords[k].push_back(note);
      joined = true;
    }
    if (!joined) chords.push_back({note});
  }
  return chords;
}

// Of drums: what a beat is divided into, and how much nearer to sixteenths its hits must be in a bar of triplets, and
// to triplets in a straight bar, to be written so. Four sixteenths are 8 off a triplet's places, three thirds 4 off
// sixteenths; two even eighths, 4 off, are swung where the bar is.
constexpr int64_t kStraightTicks = kGridTicks / 4, kTripletTicks = kGridTicks / 3;
constexpr int64_t kClearlyStraight = 6, kClearlyTriplets = 4;

int64_t Nearest(int64_t place, int64_t step) { return (2 * place + step) / (2 * step) * step; }

}  // namespace

std::vector<Note> OnWritablePlaces(const std::vector<Note>& notes, const std::vector<Bar>& bars) {
  struct Window {
    bool thirds = true, quarters = true, onsets_even = true;  // what all places in it are multiples of: 3, 4; onsets: 2
    int64_t off_thirds = 0, off_quarters = 0;                 // how far the onsets are from them
    int onsets = 0;
    int64_t end = 0;  // of the bar, and whether the window reaches beyond it
    bool partial = false;
  };
  std::vector<std::vector<Window>> windows(bars.size());
  for (size_t k = 0; k < bars.size(); ++k) {
    windows[k].resize(static_cast<size_t>((bars[k].end - bars[k].start) / WindowTicks(bars[k]) + 1));
    for (Window& window : windows[k]) window.end = bars[k].end;
    windows[k].back().partial = true;
  }
  const auto bar_at = [&](int64_t tick) {
    const auto after =
        std::upper_bound(bars.begin(), bars.end(), tick, [](int64_t t, const Bar& bar) { return t < bar.end; });
    return static_cast<size_t>(after - bars.begin());
  };
  const auto visit = [&](int64_t tick, auto&& with) {  // the window around a tick, and the tick's place in it
    const size_t k = bar_at(tick);
    if (k >= bars.size()) return;
    const int64_t window = WindowTicks(bars[k]), place = tick - bars[k].start;
    with(windows[k][static_cast<size_t>(place / window)], place % window, tick - place % window);
  };
  for (const Note& note : notes) {
    visit(note.onset, [](Window& window, int64_t place, int64_t) {
      window.thirds = window.thirds && place % 3 == 0;
      window.quarters = window.quarters && place % 4 == 0;
      window.onsets_even = window.onsets_even && place % 2 == 0;
      ++window.onsets;
      window.off_thirds += std::llabs(place - Nearest(place, 3));
      window.off_quarters += std::llabs(place - Nearest(place, 4));
    });
    visit(note.onset + note.duration, [](Window& window, int64_t place, int64_t) {
      window.thirds = window.thirds && place % 3 == 0;
      window.quarters = window.quarters && place % 4 == 0;
    });
  }
  const auto moved = [&](int64_t tick, bool end) {
    int64_t to = tick;
    visit(tick, [&](const Window& window, int64_t place, int64_t start) {
      if (window.thirds || (window.quarters && !window.partial)) return;
      if (window.onsets_even && window.onsets >= 4 && window.off_thirds > 0 && window.off_quarters > 0) {
        if (place % 2 != 0) to = start + Nearest(place, 2);  // thirty-second triplets
        return;
      }
      const bool binary = window.off_thirds <= window.off_quarters || window.partial;
      // An end that is not written goes to a sixteenth: what stops early was played short, not written short.
      const int64_t step = binary ? (end && place % 3 != 0 ? 6 : 3) : 4;
      to = std::min(window.end, start + Nearest(place, step));
    });
    return to;
  };
  std::vector<Note> placed = notes;
  for (Note& note : placed) {
    const int64_t onset = moved(note.onset, false);
    int64_t end = moved(note.onset + note.duration, true);
    for (int64_t later = note.onset + note.duration + 1; end <= onset; ++later) end = moved(later, true);
    note.onset = onset;
    note.duration = end - onset;
  }
  std::sort(placed.begin(), placed.end());
  return placed;
}

std::vector<Note> AsDrumHits(const std::vector<Note>& notes, const std::vector<Bar>& bars) {
  struct Beat {
    int64_t start, end;
    size_t bar;
    std::vector<const Note*> hits;
    int64_t off_straight = 0, off_triplets = 0;  // how far its hits are from either, in all

    int64_t Length() const { return end - start; }
    int64_t PlaceOf(const Note& hit, int64_t step) const {
      return std::clamp<int64_t>(Nearest(std::max<int64_t>(0, hit.onset - start), step), 0,
                                 (Length() - 1) / step * step);
    }
  };
  std::vector<Beat> beats;
  for (size_t k = 0; k < bars.size(); ++k) {
    const int64_t beat = WindowTicks(bars[k]);
    for (int64_t at = bars[k].start; at < bars[k].end; at += beat)
      beats.push_back({at, std::min(at + beat, bars[k].end), k, {}});
  }
  for (const Note& note : notes) {
    auto next = std::upper_bound(beats.begin(), beats.end(), note.onset,
                                 [](int64_t tick, const Beat& beat) { return tick < beat.end; });
    if (next == beats.end()) continue;
    // Half a sixteenth or less before the next beat.
    if (next + 1 != beats.end() && 2 * (next->end - note.onset) <= kGridTicks / 4) ++next;
    next->hits.push_back(&note);
  }
  std::vector<int> towards_triplets(bars.size(), 0);  // beats nearer to them, less those that are farther
  for (Beat& beat : beats) {
    if (beat.Length() != kGridTicks) continue;  // an eighth holds two sixteenths only
    for (const Note* hit : beat.hits) {
      beat.off_straight += std::llabs(hit->onset - beat.start - beat.PlaceOf(*hit, kStraightTicks));
      beat.off_triplets += std::llabs(hit->onset - beat.start - beat.PlaceOf(*hit, kTripletTicks));
    }
    towards_triplets[beat.bar] += (beat.off_triplets < beat.off_straight) - (beat.off_straight < beat.off_triplets);
  }
  std::vector<Note> placed;
  bool swings = false;  // the last bar that told is in triplets
  for (const Beat& beat : beats) {
    if (towards_triplets[beat.bar] != 0) swings = towards_triplets[beat.bar] > 0;
    const int64_t nearer_straight = beat.off_triplets - beat.off_straight;
    const bool triplets = swings ? nearer_straight < kClearlyStraight : -nearer_straight >= kClearlyTriplets;
    const int64_t step = triplets && beat.Length() == kGridTicks ? kTripletTicks : kStraightTicks;
    std::map<int64_t, std::map<int, int>> strokes;  // place -> drum -> velocity
    for (const Note* hit : beat.hits) {
      int& velocity = strokes[beat.PlaceOf(*hit, step)][hit->pitch];
      velocity = std::max(velocity, hit->velocity);
    }
    for (auto at = strokes.begin(); at != strokes.end(); ++at) {
      const int64_t end = std::next(at) == strokes.end() ? beat.Length() : std::next(at)->first;
      for (const auto& [drum, velocity] : at->second) {
        placed.push_back({beat.start + at->first, end - at->first, drum, velocity});
      }
    }
  }
  std::sort(placed.begin(), placed.end());
  return placed;
}

std::vector<std::vector<NotatedVoice>> Notate(const std::vector<Note>& notes, const std::vector<Bar>& bars) {
  struct Line {
    int64_t end = 0;
    std::vector<std::vector<Note>> chords;
  };
  std::vector<Line> lines(1);
  for (std::vector<Note>& chord : ChordsOf(OnWritablePlaces(notes, bars))) {
    const auto free = std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.end <= chord[0].onset; });
    Line& line = free != lines.end() ? *free : lines.emplace_back();
    line.end = chord[0].onset + chord[0].duration;
    line.chords.push_back(std::move(chord));
  }
  std::vector<std::vector<NotatedVoice>> written(bars.size());
  for (size_t l = 0; l < lines.size(); ++l) {
    size_t next = 0;
    for (size_t k = 0; k < bars.size(); ++k) {
      const Bar& bar = bars[k];
      Voice voice(bar, l == 0);
      int64_t at = bar.start;
      bool sounds = false;
      for (; next < lines[l].chords.size() && lines[l].chords[next][0].onset < bar.end; ++next) {
        const std::vector<Note>& chord = lines[l].chords[next];
        const int64_t start = std::max(bar.start, chord[0].onset);
        const int64_t end = std::min(bar.end, chord[0].onset + chord[0].duration);
        voice.Add(at, start, {});
        voice.Add(start, end, chord);
        sounds = sounds || start < end;
        at = end;
        if (chord[0].onset + chord[0].duration > bar.end) break;  // it goes on in the next bar
      }
      voice.Add(at, bar.end, {});
      if (l == 0 || sounds) written[k].push_back(voice.Written());
    }
  }
  return written;
}

}  // namespace ledgerline::music
