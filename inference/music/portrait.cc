#include "inference/music/portrait.h"

#include "inference/music/given_chords.h"
#include "inference/music/spelling.h"

namespace ledgerline::music {
namespace {

// Seconds from the start to the end of the last note.
double SecondsOf(const Score& grid) {
  return static_cast<double>(grid.EndTick()) / kGridTicks * 60 / AverageTempoBpm(grid);
}

// The metres of a score that states none: a pickup as a short first bar, then the metre found.
std::vector<Metre> MetresFrom(const MetreEstimate& found) {
  std::vector<Metre> metres;
  if (found.first_bar > 0) {
    metres.push_back({0, static_cast<int>(found.first_bar / kMetreSlotTicks), 16});
  }
  metres.push_back({found.first_bar, found.numerator, found.denominator});
  return metres;
}

}  // namespace

size_t Portrait::BarNumber(size_t index) const {
  const std::vector<Bar>& bars = analysis.bars;
  const bool pickup = bars.size() > 1 && bars[0].end - bars[0].start < bars[1].end - bars[1].start;
  return pickup ? index : index + 1;
}

Result<Portrait> PortraitOf(const Score& score) {
  Portrait portrait;
  Score grid = score.Quantised();
  portrait.metre_stated = !score.metres.empty();
  portrait.key_stated = !score.keys.empty();
  portrait.tempo_stated = !score.tempos.empty();
  portrait.metre = FindMetre(grid);
  if (!portrait.metre_stated) grid.metres = MetresFrom(portrait.metre);
  ASSIGN_OR_RETURN(portrait.analysis, Analyse(grid));
  const Analysis& analysis = portrait.analysis;
  portrait.keys = FindKeys(analysis.score, analysis.bars, analysis.key);
  portrait.home = portrait.key_stated ? analysis.key : LongestKey(portrait.keys, analysis.bars);
  portrait.mood = FindMood(analysis.score, analysis.bars, portrait.keys, analysis.tempo_bpm);
  portrait.chords = GivenChords(analysis.score, analysis.bars);
  portrait.chords_given = !portrait.chords.empty();
  if (!portrait.chords_given) portrait.chords = analysis.chords;
  portrait.form = FindForm(analysis.score, analysis.bars, analysis.melody, portrait.chords);
  portrait.seconds = SecondsOf(analysis.score);
  return portrait;
}

std::string ChordInKey(const Portrait& portrait, const ChordSpan& chord, size_t bar) {
  KeyEstimate key = portrait.home;
  for (const KeySpan& span : portrait.keys) {
    if (span.first_bar <= bar && bar < span.end_bar) key = span.key;
  }
  return SpelledChordName(chord, {0, KeyFifths(key), key.minor});
}

std::vector<std::string> ChordsOfBar(const Portrait& portrait, size_t bar) {
  std::vector<std::string> names;
  const Bar& place = portrait.analysis.bars[bar];
  for (int64_t tick = place.start; tick < place.end;) {
    const ChordSpan* chord = ChordAt(portrait.chords, tick);
    if (chord == nullptr) break;
    names.push_back(ChordInKey(portrait, *chord, bar));
    tick = chord->end;
  }
  return names;
}

}  // namespace ledgerline::music
