// NoteGrams: runs of eight accompaniment notes, the same in every key: how many different ones music has, and which
// outputs are the same.
//
// The events of a piece are ordered by onset, then pitch. A gram is the seven steps between eight of them: the interval
// in semitones and the ticks from onset to onset. The measure is the "distinct-n" of Li et al., "A diversity-promoting
// objective function for neural conversation models", NAACL 2016: different grams over grams. It falls as more notes
// are read, so values compare only at the same number of notes.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_NOTE_GRAMS_H_
#define LEDGERLINE_INFERENCE_EVALUATION_NOTE_GRAMS_H_

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

inline constexpr size_t kGramLength = 8;

// Hashes of the grams of one piece, in order; empty for fewer than eight notes.
std::vector<uint64_t> GramsOf(const tokens::Piece& piece);

// Counts grams of one piece after another, up to a number of grams.
class DistinctGrams {
 public:
  explicit DistinctGrams(size_t most = SIZE_MAX) : most_(most) {}
  // False once the bound is reached: the rest was left out.
  bool Add(const std::vector<uint64_t>& grams);
  size_t total() const { return total_; }
  double Share() const { return total_ == 0 ? 0 : static_cast<double>(seen_.size()) / static_cast<double>(total_); }

 private:
  size_t most_, total_ = 0;
  std::unordered_set<uint64_t> seen_;
};

// Of pieces, how many have the same accompaniment, transposed or not, as an earlier one of the list.
size_t CountDuplicates(const std::vector<const tokens::Piece*>& pieces);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_NOTE_GRAMS_H_
