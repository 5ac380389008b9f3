// Songs as text: a compact notation for a melody with chord symbols, and its reading into a Score.
//
//     title: Ode to Joy              composer, year, key (D major), metre (4/4), tempo (quarter notes a minute): all
//     needed verses: 2                      optional: the bars are played that often; not with a pickup pickup A4/8 ; -
//     optional: the notes before the first bar, shorter than a bar | F#4/4. E4/8 E4/2 ; D A       one line a bar:
//     notes, a semicolon, chord symbols that share the bar evenly # a remark                     a line of its own
//
// A note is a letter, # or b, an octave (C4 is middle C) or r for a rest; then / and 1, 2, 4, 8, 16 or 32 with up to
// two dots, which hold for the following notes until the next /; then ~ if it is tied to the next note of the same
// pitch. Every bar has to fill its metre exactly. "-" means no chord.
#ifndef LEDGERLINE_TOOLS_DEMO_SONGS_SONG_H_
#define LEDGERLINE_TOOLS_DEMO_SONGS_SONG_H_

#include <string>
#include <string_view>
#include <vector>

#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::demo {

inline constexpr size_t kMaxSongBytes = 64 << 10;
inline constexpr int kMaxSongBars = 1000;

struct Song {
  std::string title;
  std::string composer;
  int year = 0;
  // 480 ticks a quarter note. Part 0 "Melody", part 1 "Chords": one block chord and bass note for each symbol. The
  // symbols stand as markers as well.
  music::Score score;
};

// Errors: kInvalidArgument or kOutOfRange, naming the line, the field, the value and the bound.
Result<Song> ParseSong(std::string_view text);

struct SongText {
  std::string_view slug;  // file name without its ending: "ode_to_joy"
  std::string_view text;
};

// The songs in tools/demo_songs/songs, built into the program, by slug.
const std::vector<SongText>& DemoSongs();

}  // namespace ledgerline::demo

#endif  // LEDGERLINE_TOOLS_DEMO_SONGS_SONG_H_
