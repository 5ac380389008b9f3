// Repetition: how much a piece repeats itself, and over which stretch.
//
// Definitions: Wu and Yang, "The Jazz Transformer on the front line" (MusDr), ISMIR 2020: grooving pattern similarity,
// pitch-class entropy, structureness indicator. The indicator is the highest fitness of the scape plot of Müller, Jiang
// and Grosche, "A robust fitness measure for capturing repetitions in music recordings", IEEE TASLP 21 (2013), over
// segments of given lengths. They take sound, frame by frame; here a frame is a bar, and two bars resemble each other
// by the mean of two cosines, of pitch-class counts and of onset counts on a sixteenth grid.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_REPETITION_H_
#define LEDGERLINE_INFERENCE_EVALUATION_REPETITION_H_

#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

// GS: 1 - mean XOR of onset vectors, sixteen to a bar, over all pairs of bars with events. 0 for fewer than two.
double GroovingPatternSimilarity(const tokens::Piece& piece);

// H: mean entropy in bits of the pitch-class counts of windows of `bars` bars, those without events left out.
double PitchClassEntropy(const tokens::Piece& piece, size_t bars);

// Square, [bar][bar], 0 to 1; a bar without events resembles others without events.
std::vector<std::vector<double>> SelfSimilarity(const tokens::Piece& piece);

// The highest fitness, 0 to 1, of a segment of `shortest` to `longest` bars: the harmonic mean of how well and how much
// of the piece is explained by repetitions of the segment other than itself. Bars beyond the first 96 are not read.
double StructurenessIndicator(const tokens::Piece& piece, size_t shortest, size_t longest);

// Fitness of the segment [first, last) on a self-similarity matrix with penalties, Müller et al., equation 8. `matrix`:
// ones on the diagonal, at most 1, negative where bars do not resemble each other.
double SegmentFitness(const std::vector<std::vector<double>>& matrix, size_t first, size_t last);

// Of bars whose melody and chords are those of an earlier bar, those whose accompaniment is such a bar's, too, note for
// note. NAN without such bars.
double ReturnsKept(const tokens::Piece& piece);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_REPETITION_H_
