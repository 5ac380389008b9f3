// MelodyContinuation: new bars of melody after a song's own, composed by a model that was taught the melody's role.
//
// The model composes melody and accompaniment of the new bars together, after the bars that are kept, over the chords
// that are given; of several candidates the most singable melody stays and becomes part of what is given. The
// accompaniment is then composed to it as to any melody, so that a record holds the melody, and regenerating needs
// nothing more than for other remixes.
#ifndef LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_
#define LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_

#include "inference/covers/composer.h"

namespace ledgerline::covers {

inline constexpr int kMelodyCandidates = 8;

// Of bars [first, end) of a piece, in thousandths: what makes a melody singable.
struct MelodyShape {
  int notes = 0;
  int steps_permille = 0;     // of moves, those of at most two semitones (repeated notes are no moves)
  int leaps_permille = 0;     // of moves, those of more than seven
  int rests_permille = 0;     // of the time
  int chord_permille = 0;     // of notes on beats, those of the chord
  int repeated_permille = 0;  // of notes, those that repeat the one before
  int lowest = 0, highest = 0;
  // The lower the better: distances from what songs have.
  int64_t Cost(int wanted_notes) const;
};
MelodyShape ShapeOf(const tokens::Piece& piece, size_t first, size_t end);

// Whether the model was taught the melody's role.
bool ComposesMelodies(const model::Decoder& decoder);

// Puts a new melody into bars [first, last bar) of `piece`; the bars before hold their events, the last bar its closing
// note, which moves by octaves to lie near what leads to it. Errors: those of ComposeAll; kFailedPrecondition (no
// candidate has a melody with at least half of the song's notes and sound); `piece` is then as it was.
Result<MelodyShape> ContinueMelody(model::Decoder* decoder, const tokens::GrammarRules& rules,
                                   const ComposerSettings& settings, uint64_t seed, size_t first, tokens::Piece* piece);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_
