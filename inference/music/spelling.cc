#include "inference/music/spelling.h"

namespace ledgerline::music {

Spelling SpellPitch(int pitch, const Key& key) {
  const int lowest = key.fifths - (key.minor ? 2 : 3);
  // The place on the line of fifths (C is 0, G 1, F -1) with this pitch class that is not under `lowest`.
  const int line = lowest + (((pitch % 12) * 7 - lowest) % 12 + 12) % 12;
  static constexpr char kSteps[] = "FCGDAEB";
  const int from_f = line + 1;
  const int index = (from_f % 7 + 7) % 7;
  Spelling spelling;
  spelling.step = kSteps[index];
  spelling.alter = (from_f - index) / 7;
  static constexpr int kSemitones[] = {5, 0, 7, 2, 9, 4, 11};
  spelling.octave = (pitch - spelling.alter - kSemitones[index]) / 12 - 1;
  return spelling;
}

std::string SpelledChordName(const ChordSpan& chord, const Key& key) {
  if (chord.root < 0) return ChordName(chord);
  const Spelling root = SpellPitch(60 + chord.root, key);
  ChordSpan in_c = chord;
  in_c.root = 0;
  std::string name(1, root.step);
  name.append(static_cast<size_t>(root.alter < 0 ? -root.alter : root.alter), root.alter < 0 ? 'b' : '#');
  return name + ChordName(in_c).substr(1);
}

}  // namespace ledgerline::music
