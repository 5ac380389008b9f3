// The guard against borrowing: does a candidate have more in common with a training piece than human pieces do with
// each other?
#ifndef LEDGERLINE_INFERENCE_COVERS_BORROWING_GUARD_H_
#define LEDGERLINE_INFERENCE_COVERS_BORROWING_GUARD_H_

#include <optional>
#include <string>
#include <string_view>

#include "inference/fingerprint/figures.h"
#include "inference/tokens/piece.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::covers {

// Figures that more training pieces have are common property.
inline constexpr uint32_t kFigurePiecesMax = 3;
// A passage of so many notes, or such a share of a cover's notes, is borrowed. Of the human pieces of the valid split
// 95 of 100 stay under the share, and of those of the test split under the passage (`ledgerline-train figures`,
// docs/model_card.md).
inline constexpr size_t kBorrowedNotes = 24;
inline constexpr int64_t kBorrowedPpm = 267'000;

class BorrowingGuard {
 public:
  BorrowingGuard() = default;  // knows nothing and turns nothing down
  // Errors: those of FigureIndex::Parse.
  static Result<BorrowingGuard> Load(std::string_view figure_index_bytes);

  bool knows_pieces() const { return index_.size() > 0; }
  const Hash256& index_hash() const { return hash_; }  // SHA-256 of the bytes; zero when it knows nothing
  // On the full texture of `piece`, less what the given melody has by itself.
  fingerprint::Borrowing Measure(const tokens::Piece& piece) const;
  // "borrowed: 26 notes in a row, bound 24", or nothing.
  std::optional<std::string> Verdict(const tokens::Piece& piece) const;

 private:
  fingerprint::FigureIndex index_;
  Hash256 hash_;
};

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_BORROWING_GUARD_H_
