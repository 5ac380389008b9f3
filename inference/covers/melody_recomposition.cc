#include "inference/covers/melody_recomposition.h"

#include <algorithm>
#include <cstdlib>

#include "inference/covers/melody_continuation.h"
#include "inference/covers/plan.h"

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

constexpr uint64_t kFreeSeed = 0x6672656500000000ull;  // "free": other draws than the accompaniment's
constexpr int kSixteenth = 6;                          // a sixteenth
constexpr int64_t kNewRhythm = 30;                     // hundredths, of a rhythm that no bar of the song has

bool SameOnsets(const std::vector<MelodyNote>& a, const std::vector<MelodyNote>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const MelodyNote& x, const MelodyNote& y) { return x.onset == y.onset; });
}

// Neither a tie into the bar nor one out of it, and something that can be told otherwise.
bool MayBeTold(const Piece& piece, size_t k) {
  const std::vector<MelodyNote>& melody = piece.bars[k].melody;
  if (melody.size() < 3 || melody[0].tied) return false;
  return k + 1 == piece.bars.size() || piece.bars[k + 1].melody.empty() || !piece.bars[k + 1].melody[0].tied;
}

// The structural notes with the model's between them.
std::vector<MelodyNote> Merged(const PieceBar& original, const std::vector<Event>& composed) {
  std::vector<MelodyNote> merged;
  for (const MelodyNote& note : original.melody) {
    if (IsStructural(original, note)) merged.push_back(note);
  }
  for (const Event& event : composed) {
    if (event.role != tokens::kMelodyRole || event.onset % kSixteenth != 0) continue;
    const bool room = std::all_of(merged.begin(), merged.end(), [&](const MelodyNote& note) {
      return std::abs(note.onset - event.onset) >= kSixteenth;
    });
    const int ticks = tokens::kDurationTicks[static_cast<size_t>(event.duration)];
    if (room) merged.push_back({event.onset, event.pitch, ticks, false});
  }
  std::sort(merged.begin(), merged.end());
  for (size_t i = 0; i < merged.size(); ++i) {
    // One line without holes: each note lasts until the next; the last as long as it was meant to.
    const bool last = i + 1 == merged.size();
    const int room = (last ? original.length : merged[i + 1].onset) - merged[i].onset;
    merged[i].duration = last ? std::min(merged[i].duration, room) : room;
  }
  return merged;
}

// The F1 of (onset, pitch) against what was there, kept up as bars change.
class Likeness {
 public:
  Likeness(const Piece& piece, const FreeStretch& stretch) : least_(1000 - stretch.freedom) {
    for (size_t k = stretch.first; k < stretch.last; ++k) {
      for (const MelodyNote& note : piece.bars[k].melody) was_ += !note.tied;
    }
    is_ = same_ = was_;
  }
  // Whether a bar may be told so; if it may, it is.
  bool Take(const std::vector<MelodyNote>& before, const std::vector<MelodyNote>& after) {
    const auto both = std::count_if(after.begin(), after.end(), [&](const MelodyNote& note) {
      return std::any_of(before.begin(), before.end(), [&](const MelodyNote& old) {
        return !old.tied && old.onset == note.onset && old.pitch == note.pitch;
      });
    });
    const auto change = static_cast<int64_t>(after.size()) - static_cast<int64_t>(before.size());
    const int64_t is = is_ + change, same = same_ - static_cast<int64_t>(before.size()) + both;
    if (both == static_cast<std::ptrdiff_t>(after.size()) || 2000 * same < least_ * (was_ + is)) return false;
    is_ = is;
    same_ = same;
    return true;
  }

 private:
  int64_t least_;
  int64_t was_ = 0, is_ = 0, same_ = 0;
};

struct Telling {
  size_t bar = 0;
  int64_t roughness = 0;
  std::vector<MelodyNote> melody;
};

// The smoothest of what the candidates made of bar `k`; without notes where none is of use.
Telling BestTelling(const Piece& piece, size_t k, const std::vector<Composition>& compositions) {
  const std::vector<MelodyNote>& before = piece.bars[k].melody;
  Telling best;
  best.bar = k;
  Piece told;
  for (const Composition& composition : compositions) {
    std::vector<MelodyNote> melody = Merged(piece.bars[k], composition.piece.bars[k].events);
    // As many notes as there were, nearly: else a variation is an omission.
    if (3 * melody.size() < 2 * before.size() || melody.size() < 2 || melody == before) continue;
    if (told.bars.empty()) told = piece;
    told.bars[k].melody = std::move(melody);
    const bool known = std::any_of(piece.bars.begin(), piece.bars.end(),
                                   [&](const PieceBar& bar) { return SameOnsets(bar.melody, told.bars[k].melody); });
    const int64_t roughness = Roughness(told, k) + (known ? 0 : kNewRhythm);
    if (!best.melody.empty() && roughness >= best.roughness) continue;  // ties go to the earlier candidate
    best.roughness = roughness;
    best.melody = told.bars[k].melody;
  }
  return best;
}

}  // namespace

bool IsStructural(const PieceBar& bar, const MelodyNote& note) {
  const bool middle = bar.length % (2 * bar.beat) == 0 && note.onset == bar.length / 2;
  return note.onset == 0 || middle || note.duration >= 2 * bar.beat;
}

Result<std::vector<int>> RecomposeMelody(model::Decoder* decoder, const StyleTraits& style,
                                         const std::vector<FreeStretch>& stretches, uint64_t seed, Piece* piece) {
  std::vector<int> told(stretches.size(), 0);
  Piece plan = *piece;
  bool any = false;
  for (const FreeStretch& stretch : stretches) {
    // The first bar of a stretch says which tune it is, and the last closes it.
    for (size_t k = stretch.first + 1; k + 1 < stretch.last; k += 2) {
      if (!MayBeTold(*piece, k)) continue;
      plan.bars[k].melody.clear();
      any = true;
    }
  }
  if (!any) return told;
  const MelodyShape song = ShapeOf(*piece, 0, piece->bars.size());
  tokens::GrammarRules rules = RulesFor(style, *piece);
  rules.melody_composed = true;
  rules.melody_lowest = song.lowest;
  rules.melody_highest = song.highest;
  ComposerSettings settings = MelodySettings();  // cooler: what is wanted is what fits between given notes
  settings.onset = {0.8, 900'000};
  settings.pitch = {0.7, 900'000};
  ASSIGN_OR_RETURN(const std::vector<Composition> compositions,
                   ComposeAll(decoder, plan, rules, settings, seed ^ kFreeSeed, kRecompositionCandidates, nullptr));
  for (size_t s = 0; s < stretches.size(); ++s) {
    std::vector<Telling> tellings;
    for (size_t k = stretches[s].first; k < stretches[s].last; ++k) {
      if (!plan.bars[k].melody.empty() || piece->bars[k].melody.empty()) continue;
      Telling telling = BestTelling(*piece, k, compositions);
      if (!telling.melody.empty()) tellings.push_back(std::move(telling));
    }
    std::stable_sort(tellings.begin(), tellings.end(),
                     [](const Telling& a, const Telling& b) { return a.roughness < b.roughness; });
    Likeness likeness(*piece, stretches[s]);
    for (const Telling& telling : tellings) {
      if (!likeness.Take(piece->bars[telling.bar].melody, telling.melody)) continue;
      piece->bars[telling.bar].melody = telling.melody;
      ++told[s];
    }
  }
  return told;
}

MelodyVarier VaryByModel(model::Decoder* decoder, const StyleTraits& style, uint64_t seed, int* bars) {
  *bars = 0;
  return [=, &style](const std::vector<FreeStretch>& stretches, Piece* piece) -> Status {
    std::vector<int> told(stretches.size(), 0);
    if (ComposesMelodies(*decoder)) {
      ASSIGN_OR_RETURN(told, RecomposeMelody(decoder, style, stretches, seed, piece));
    }
    for (size_t s = 0; s < stretches.size(); ++s) {
      *bars += told[s];
      if (told[s] == 0) VaryMelody(piece, stretches[s].first, stretches[s].last, stretches[s].freedom, seed);
    }
    return Status::Ok();
  };
}

}  // namespace ledgerline::covers
