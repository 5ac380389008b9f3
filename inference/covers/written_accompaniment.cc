#include "inference/covers/written_accompaniment.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "inference/covers/cover_score.h"
#include "inference/covers/directions.h"
#include "inference/tokens/conditioning.h"

namespace ledgerline::covers {

Result<tokens::Piece> PlannedPiece(std::string_view conditioning) {
  if (IsRemixBlob(conditioning)) {
    ASSIGN_OR_RETURN(RemixBlob blob, ParseRemixBlob(conditioning));
    return std::move(blob.conditioning.piece);
  }
  ASSIGN_OR_RETURN(tokens::Conditioning plain, tokens::ParseConditioning(conditioning));
  return std::move(plain.piece);
}

tokens::Piece WrittenAccompaniment(const tokens::Piece& plan, const music::Score& file) {
  tokens::Piece piece = plan;
  int role = 0;
  while (role + 1 < tokens::kRoles && ((plan.roles >> role) & 1u) == 0) ++role;
  std::vector<int64_t> starts;
  int64_t end = 0;
  for (tokens::PieceBar& bar : piece.bars) {
    bar.events.clear();
    starts.push_back(end);
    end += bar.length;
  }
  std::multiset<std::pair<int64_t, int>> melody;
  for (const music::Note& note : MelodyOf(plan)) melody.insert({note.onset, note.pitch});
  for (const music::Part& part : file.Quantised().parts) {
    if (part.drums) continue;
    for (const music::Note& note : part.notes) {
      if (const auto sung = melody.find({note.onset, note.pitch}); sung != melody.end()) {
        melody.erase(sung);
        continue;
      }
      if (note.onset < 0 || note.onset >= end) continue;
      const auto k =
          static_cast<size_t>(std::upper_bound(starts.begin(), starts.end(), note.onset) - starts.begin()) - 1;
      piece.bars[k].events.push_back(
          {static_cast<int>(note.onset - starts[k]), role, note.pitch, tokens::DurationSymbol(note.duration)});
    }
  }
  for (tokens::PieceBar& bar : piece.bars) std::sort(bar.events.begin(), bar.events.end());
  return piece;
}

}  // namespace ledgerline::covers
