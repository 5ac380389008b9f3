// How alike two bars of a piece are; the ground on which the form is found.
#ifndef LEDGERLINE_INFERENCE_MUSIC_BAR_LIKENESS_H_
#define LEDGERLINE_INFERENCE_MUSIC_BAR_LIKENESS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/music/chords.h"
#include "inference/music/melody.h"
#include "inference/music/score.h"

namespace ledgerline::music {

class BarLikeness {
 public:
  // Of a quantised score; the arguments are read here and not kept.
  BarLikeness(const Score& grid, const std::vector<Bar>& bars, const Melody& melody,
              const std::vector<ChordSpan>& chords);

  size_t size() const { return bars_.size(); }
  // 0 (nothing in common) to 1000 (the same melody, chords and sound). Symmetric. Where both bars have a melody it
  // weighs 650, the chords 200, the pitch classes of the whole texture 150; without a melody all notes stand for it.
  int Permille(size_t a, size_t b) const;
  bool HasMelody(size_t bar) const { return !bars_[bar].melody.empty(); }

 private:
  struct Event {
    int offset = 0;  // ticks from the bar's start
    int pitch = 0;
  };
  struct Content {
    std::vector<Event> melody;        // by offset
    std::vector<Event> all;           // by offset, then pitch; at most kMaxEvents
    std::vector<int> chords;          // one for each quarter note: root * 2 + third, -1 for none
    std::array<int64_t, 12> ticks{};  // sounding time of each pitch class
  };
  static int Common(const std::vector<Event>& a, const std::vector<Event>& b);

  std::vector<Content> bars_;
};

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_BAR_LIKENESS_H_
