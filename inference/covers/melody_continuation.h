// MelodyContinuation: new bars of melody after a song's own, composed by a model that was taught the melody's role.
//
// Each fourth bar restates a bar of the song, so that what goes on is the same song; the model composes melody and
// accompaniment of the bars between, over the chords that are given and a dominant before the close. Of several
// candidates, as they are and in the rhythm of the song's bars, the one most like the song stays: its share of steps,
// leaps, rests and repeated notes, its moves. The melody then is part of what is given: the accompaniment is composed
// to it as to any melody, so that a record holds the melody, and regenerating needs nothing more than for other
// remixes.
#ifndef LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_
#define LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_

#include "inference/covers/composer.h"
#include "inference/covers/melody_shape.h"

namespace ledgerline::covers {

inline constexpr int kMelodyCandidates = 16;
inline constexpr size_t kRestatedEvery = 4;  // bars

// Whether the model was taught the melody's role.
bool ComposesMelodies(const model::Decoder& decoder);

// How melodies are drawn: without guidance towards the style, which is one of textures.
ComposerSettings MelodySettings();

// Puts a new melody into bars [first, last bar) of `piece`; these come with the song's melody over their chords, for
// what is restated and for rhythms; the bars before hold their events, the last bar its chord, the tonic, and its
// closing note, which moves by octaves to lie near what leads to it. Errors: those of ComposeAll; kFailedPrecondition
// (for half of the bars no candidate has half of the song's notes and sound); `piece` is then as it was.
Result<MelodyShape> ContinueMelody(model::Decoder* decoder, const tokens::GrammarRules& rules, uint64_t seed,
                                   size_t first, tokens::Piece* piece);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MELODY_CONTINUATION_H_
