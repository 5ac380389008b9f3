// Form: where the song takes a passage up again, the accompaniment takes up what it did there.
//
// A bar *returns* to an earlier one when its melody and its chords are that bar's, or nearly. People then mostly write
// the same accompaniment once more: in whole passages in three bars of four and more, in single bars less often, and
// by style (docs/decisions/0020-form.md has the counts). The plan is a function of what a record holds: the piece as it
// was conditioned, the style and the seed.
#ifndef LEDGERLINE_INFERENCE_COVERS_FORM_H_
#define LEDGERLINE_INFERENCE_COVERS_FORM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// What bar `of` did is taken up again.
struct Return {
  int of = -1;          // an earlier bar; -1: the bar is new
  bool whole = false;   // note for note; else the choices are leaned towards that bar's,
  bool varied = false;  // and less so here: a bar that its passage does not bring again as it was
};

// An element for each bar. A bar returns to the earlier bar that its passage goes on with, else to one that begins the
// longest passage that is heard again, of equals the latest; as often as the style's composers take passages up. Whole:
// the bar's melody, chords and length are the other's, and it is neither the last bar of the piece nor one after which
// the two go different ways. Passages that have the chords of one of the last sixteen bars, under another melody, take
// up its figures at times. Reads melody, chords, lengths and the style, nothing else of the piece.
std::vector<Return> PlanReturns(const tokens::Piece& piece, uint64_t seed);

// What a piece does with its passages of so many bars that have an earlier one's melody and chords: how many there are,
// how many of them it takes up (a bar of theirs is, note for note, an earlier bar), and of the bars of these that have
// an earlier bar's melody and chords exactly, how many have its accompaniment. Passages are those of PlanReturns.
struct PassageCounts {
  int passages = 0, taken = 0;
  int bars = 0, unchanged = 0;
};
inline constexpr size_t kPassageLengths = 4;  // one bar, two, three and four, more
std::array<PassageCounts, kPassageLengths> CountPassages(const tokens::Piece& piece);

// Gives each bar that returns the texture classes of the bar that it returns to, but for the last bar, where that is a
// pickup, and where the song's own accompaniment (`activity`: attacks a quarter, by bar) is clearly busier or calmer
// than it was there.
void ReturnTextures(const std::vector<Return>& returns, const std::vector<double>& activity, tokens::Piece* piece);

// PlanReturns, less the bars whose planned texture is another than that of the bar that they return to, and those that
// return to a bar that `kept` names (an element for each bar, or empty): who asks for new bars among old ones does not
// want the old ones again. What composing goes by.
std::vector<Return> ReturnsOf(const tokens::Piece& piece, uint64_t seed, const std::vector<bool>& kept = {});

// "9-16 as 1-8, 20 as 4": bars counted from 1; those that are not whole are marked "nearly". "none" without any.
std::string DescribeReturns(const std::vector<Return>& returns);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_FORM_H_
