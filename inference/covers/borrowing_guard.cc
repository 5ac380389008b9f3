#include "inference/covers/borrowing_guard.h"

#include "crypto/sha256.h"
#include "inference/covers/cover_score.h"

namespace ledgerline::covers {

Result<BorrowingGuard> BorrowingGuard::Load(std::string_view figure_index_bytes) {
  BorrowingGuard guard;
  ASSIGN_OR_RETURN(guard.index_, fingerprint::FigureIndex::Parse(figure_index_bytes));
  guard.hash_ = crypto::Sha256(figure_index_bytes);
  return guard;
}

fingerprint::Borrowing BorrowingGuard::Measure(const tokens::Piece& piece) const {
  return fingerprint::MeasureBorrowing(index_, TextureOf(piece), MelodyOf(piece));
}

std::optional<std::string> BorrowingGuard::Verdict(const tokens::Piece& piece) const {
  if (!knows_pieces()) return std::nullopt;
  const fingerprint::Borrowing found = Measure(piece);
  if (found.longest >= kBorrowedNotes) {
    return "borrowed: " + std::to_string(found.longest) + " notes in a row, bound " + std::to_string(kBorrowedNotes);
  }
  if (found.CoveredPpm() > kBorrowedPpm) {
    return "borrowed: " + std::to_string(found.CoveredPpm()) + " ppm of the notes, bound " +
           std::to_string(kBorrowedPpm);
  }
  return std::nullopt;
}

}  // namespace ledgerline::covers
