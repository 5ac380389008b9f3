// Score: the one in-memory model of a piece of music, between files (MIDI now), analysis, tokens and sound.
//
// Times are integer ticks. A score read from a file keeps the file's resolution; `Quantised()` gives the engine's own
// grid of kGridTicks per quarter note, on which analysis and tokens work.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SCORE_H_
#define LEDGERLINE_INFERENCE_MUSIC_SCORE_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace ledgerline::music {

inline constexpr int kGridTicks = 24;  // ticks per quarter note of the engine's grid

struct Note {
  int64_t onset = 0;                                            // ticks from the start
  int64_t duration = 0;                                         // ticks, above zero
  int pitch = 60;                                               // MIDI number, 0 to 127; middle C is 60
  int velocity = 80;                                            // 1 to 127
  friend auto operator<=>(const Note&, const Note&) = default;  // by onset, duration, pitch, velocity
};

struct Part {
  std::string name;
  int program = 0;          // General MIDI program, 0 to 127 (0 is the grand piano)
  bool drums = false;       // sounds on channel 10
  std::vector<Note> notes;  // sorted by (onset, pitch)
  friend bool operator==(const Part&, const Part&) = default;
};

struct Metre {
  int64_t at = 0;
  int numerator = 4;
  int denominator = 4;  // a power of two, 1 to 64
  friend bool operator==(const Metre&, const Metre&) = default;
};

struct Tempo {
  int64_t at = 0;
  int64_t quarter_us = 500'000;  // microseconds per quarter note
  friend bool operator==(const Tempo&, const Tempo&) = default;
};

struct Key {
  int64_t at = 0;
  int fifths = 0;  // sharps above zero, flats below, -7 to 7
  bool minor = false;
  friend bool operator==(const Key&, const Key&) = default;
};

// A text at a place: a rehearsal mark or a chord symbol.
struct Marker {
  int64_t at = 0;
  std::string text;
  friend bool operator==(const Marker&, const Marker&) = default;
};

struct Score {
  std::string title;
  int ticks_per_quarter = kGridTicks;
  std::vector<Part> parts;
  std::vector<Metre> metres;    // sorted by `at`; empty means 4/4 from the start
  std::vector<Tempo> tempos;    // sorted by `at`; empty means 120 bpm from the start
  std::vector<Key> keys;        // sorted by `at`; empty means not stated
  std::vector<Marker> markers;  // sorted by `at`; several may stand at one tick
  friend bool operator==(const Score&, const Score&) = default;

  // End of the last note, in ticks; 0 for a score without notes.
  int64_t EndTick() const;
  size_t NoteCount() const;
  // The same score on the grid of kGridTicks per quarter note: onsets and ends rounded to the nearest tick (halves up),
  // no duration below one tick, notes of one pitch in one part that start together merged (the longest stays).
  Score Quantised() const;
};

// One bar of a score: [start, end) in ticks, with the metre in force.
struct Bar {
  int64_t start = 0;
  int64_t end = 0;
  Metre metre;
};

// Bars from tick 0 to at least the score's end, by its metre changes (a change inside a bar ends that bar early).
std::vector<Bar> BarsOf(const Score& score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SCORE_H_
