// Figures: twelve notes in a row of a piece's full texture, and an index of those that training pieces have. A cover
// that has too many of them, or too many in a row, borrows from a piece other than its source.
//
// The notes of a piece are ordered by onset, then pitch. A figure is the eleven steps between twelve of them: the
// interval in semitones and the ticks from onset to onset (24 a quarter); so it is the same in every key, and not at
// every speed of notation. Figures that several pieces share are common property and are not in the index.
#ifndef LEDGERLINE_INFERENCE_FINGERPRINT_FIGURES_H_
#define LEDGERLINE_INFERENCE_FINGERPRINT_FIGURES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::fingerprint {

inline constexpr size_t kFigureNotes = 12;
inline constexpr size_t kFiguresMax = size_t{1} << 24;

// One 32-bit hash for each figure, in order: element i of the answer is that of notes i to i + 11 of `notes`, which are
// sorted here by (onset, pitch). Empty for fewer than twelve notes.
std::vector<uint32_t> FiguresOf(std::vector<music::Note> notes);

// A set of figures. Immutable, thread-safe.
class FigureIndex {
 public:
  FigureIndex() = default;
  explicit FigureIndex(std::vector<uint32_t> sorted) : sorted_(std::move(sorted)) {}
  bool Contains(uint32_t figure) const;
  size_t size() const { return sorted_.size(); }

  // docs/formats/figure_index.md. One way to write a given set.
  std::string Serialise() const;
  // Errors: kInvalidArgument (another format, a code that goes on beyond the end, bytes too many), kOutOfRange (more
  // than kFiguresMax figures, a figure above 2^32 - 1).
  static Result<FigureIndex> Parse(std::string_view bytes);

 private:
  std::vector<uint32_t> sorted_;  // strictly ascending
};

// Gathers the figures of many pieces.
class FigureCollector {
 public:
  void Add(const std::vector<uint32_t>& figures_of_one_piece);
  // Those that at most `pieces_max` of the pieces have.
  FigureIndex Build(uint32_t pieces_max) const;

 private:
  struct Seen {
    uint32_t pieces = 0;
    uint32_t last_piece = 0;
  };
  std::unordered_map<uint32_t, Seen> seen_;
  uint32_t pieces_ = 0;
};

struct Borrowing {
  size_t notes = 0;
  size_t covered = 0;  // notes that stand in a figure of the index and not of the source
  size_t longest = 0;  // most notes in a row all of whose figures are such

  int64_t CoveredPpm() const {
    return notes == 0 ? 0 : static_cast<int64_t>(covered) * 1'000'000 / static_cast<int64_t>(notes);
  }
};
// What `notes` (full texture) have in common with the index. The figures of `source` are the source's own and do not
// count.
Borrowing MeasureBorrowing(const FigureIndex& index, const std::vector<music::Note>& notes,
                           const std::vector<music::Note>& source);

}  // namespace ledgerline::fingerprint

#endif  // LEDGERLINE_INFERENCE_FINGERPRINT_FIGURES_H_
