#include "inference/covers/remix_joins.h"

#include <algorithm>
#include <vector>

namespace ledgerline::covers {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

void UntieSeams(Piece* piece) {
  for (size_t k = 0; k < piece->bars.size(); ++k) {
    std::vector<MelodyNote>& melody = piece->bars[k].melody;
    if (melody.empty() || !melody[0].tied) continue;
    const std::vector<MelodyNote>* before = k == 0 ? nullptr : &piece->bars[k - 1].melody;
    const bool goes_on = before != nullptr && !before->empty() && before->back().pitch == melody[0].pitch &&
                         before->back().onset + before->back().duration == piece->bars[k - 1].length;
    if (!goes_on) melody[0].tied = false;
  }
}

bool JoinPickup(const PieceBar& pickup, PieceBar* before) {
  const int from = before->length - pickup.length;
  if (from <= 0) return false;
  std::erase_if(before->melody, [from](const MelodyNote& note) { return note.onset >= from; });
  for (MelodyNote& note : before->melody) note.duration = std::min(note.duration, from - note.onset);
  for (MelodyNote note : pickup.melody) {
    note.onset += from;
    before->melody.push_back(note);
  }
  return true;
}

}  // namespace ledgerline::covers
