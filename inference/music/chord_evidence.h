// What the notes of a beat group say about its chord; shared by the two chord searches.
#ifndef LEDGERLINE_INFERENCE_MUSIC_CHORD_EVIDENCE_H_
#define LEDGERLINE_INFERENCE_MUSIC_CHORD_EVIDENCE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "inference/music/chords.h"

namespace ledgerline::music {

struct ChordEvidence {
  std::array<int, 12>
      share{};    // of the sounding time, per pitch class from C on, in thousandths; zero where nothing sounds
  int bass = -1;  // pitch class of the lowest note at the group's start, or else of its lowest note; -1: silent
  bool Silent() const { return bass < 0; }
};

// One element per group. A note that starts with the group counts one and a half times its length in it.
std::vector<ChordEvidence> EvidenceOf(const Score& grid, const std::vector<BeatGroup>& groups);

// The key's pitch classes, as a mask; a minor key has its raised seventh as well as the natural one.
uint16_t ScaleMask(const KeyEstimate& key);

// Appends `chord`, or lengthens the last span when it is the same chord.
void AppendChord(std::vector<ChordSpan>& chords, const ChordSpan& chord);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_CHORD_EVIDENCE_H_
