// A song's portrait: everything that the analysis can say about it, for people to read and look at.
#ifndef LEDGERLINE_INFERENCE_MUSIC_PORTRAIT_H_
#define LEDGERLINE_INFERENCE_MUSIC_PORTRAIT_H_

#include <string>
#include <vector>

#include "inference/music/analysis.h"
#include "inference/music/metre.h"
#include "inference/music/modulation.h"
#include "inference/music/mood.h"
#include "inference/music/sections.h"

namespace ledgerline::music {

struct Portrait {
  Analysis analysis;          // where the file states no metre, its bars are those of `metre`
  bool metre_stated = false;  // by the file
  MetreEstimate metre;        // found from the notes alone
  bool key_stated = false;    // a signature
  std::vector<KeySpan> keys;  // cover the bars
  KeyEstimate home;           // analysis.key with a stated signature, else the key that holds longest
  Mood mood;
  Form form;
  std::vector<ChordSpan> chords;  // as the file states them, if it does for at least half of its bars; else as found
  bool chords_given = false;
  bool tempo_stated = false;
  double seconds = 0;  // as it sounds

  // The number that a musician gives to a bar: a pickup's short first bar is 0, the first whole bar 1.
  size_t BarNumber(size_t index) const;
};

// Errors: those of Analyse.
Result<Portrait> PortraitOf(const Score& score);

// The chord's name, its root spelt in the key of the bar with this index.
std::string ChordInKey(const Portrait& portrait, const ChordSpan& chord, size_t bar);

// The names of the chords of one bar, each where it begins; the first is the one in force at the bar line.
std::vector<std::string> ChordsOfBar(const Portrait& portrait, size_t bar);

// A piano roll in rows of bars: the melody coloured, the other parts in greys, chord names over the bars, bands for
// sections and keys. Drums are left out. At most kMaxDrawnBars bars, the first ones. Deterministic.
inline constexpr size_t kMaxDrawnBars = 1000;
std::string PortraitSvg(const Portrait& portrait);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_PORTRAIT_H_
