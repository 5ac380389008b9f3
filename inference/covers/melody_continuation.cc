#include "inference/covers/melody_continuation.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

constexpr uint64_t kMelodySeed = 0x6d656c6f64790000ull;  // "melody": other draws than the accompaniment's
constexpr int kFarthestJoin = 7;                         // semitones from the song's last note to a restated bar
constexpr int64_t kSilentBar = 400;                      // as rough as a bar of octaves
constexpr int64_t kWideJoin = 200;                       // of the cost of each semitone beyond
constexpr int64_t kRepeatedBar = 600;                    // of the cost of bars that are all the song's own
constexpr int kShortest = 6;                             // a sixteenth: what is shorter is no melody

// The composed melody: one line, each note until the next at most.
std::vector<MelodyNote> MelodyIn(const PieceBar& bar) {
  std::vector<MelodyNote> melody;
  for (const Event& event : bar.events) {
    if (event.role != tokens::kMelodyRole) continue;
    if (!melody.empty() && event.onset - melody.back().onset < kShortest) continue;
    if (!melody.empty()) melody.back().duration = std::min(melody.back().duration, event.onset - melody.back().onset);
    const int ticks = tokens::kDurationTicks[static_cast<size_t>(event.duration)];
    melody.push_back({event.onset, event.pitch, std::min(ticks, bar.length - event.onset), false});
  }
  return melody;
}

// The pitches of one melody in the rhythm of another: at each of its onsets what sounds there, or sounded last.
std::vector<MelodyNote> InRhythmOf(const std::vector<MelodyNote>& rhythm, const std::vector<MelodyNote>& pitches) {
  std::vector<MelodyNote> melody = pitches.empty() ? pitches : rhythm;
  for (MelodyNote& note : melody) {
    note.tied = false;
    note.pitch = pitches.front().pitch;
    for (const MelodyNote& other : pitches) {
      if (other.onset <= note.onset) note.pitch = other.pitch;
    }
  }
  return melody;
}

// The close lies near what leads to it.
void PlaceClose(const MelodyShape& song, size_t first, Piece* piece) {
  PieceBar& close = piece->bars.back();
  for (size_t k = piece->bars.size() - 1; k-- > first && !close.melody.empty();) {
    if (piece->bars[k].melody.empty()) continue;
    const int before = piece->bars[k].melody.back().pitch;
    int& pitch = close.melody[0].pitch;
    while (pitch - before > 6 && pitch - 12 >= song.lowest - 2) pitch -= 12;
    while (before - pitch > 6 && pitch + 12 <= song.highest + 2) pitch += 12;
    return;
  }
}

// The pitch of the last note before bar `end`, or -1.
int LastPitch(const Piece& piece, size_t end) {
  for (size_t k = end; k-- > 0;) {
    if (!piece.bars[k].melody.empty()) return piece.bars[k].melody.back().pitch;
  }
  return -1;
}

// Semitones beyond kFarthestJoin from the note before bars [first, end) to their first, and from their last to the
// next.
int64_t WideJoins(const Piece& piece, size_t first, size_t end) {
  int64_t wide = 0;
  for (const size_t seam : {first, end}) {
    const std::vector<MelodyNote>& melody = piece.bars[seam].melody;
    const int before = LastPitch(piece, seam);
    if (before >= 0 && !melody.empty()) wide += std::max(0, std::abs(melody[0].pitch - before) - kFarthestJoin);
  }
  return wide;
}

// Bars of [first, end) that some bar of the song is note for note.
int64_t Repeats(const Piece& piece, size_t song_end, size_t first, size_t end) {
  int64_t repeats = 0;
  for (size_t k = first; k < end; ++k) {
    const auto song = piece.bars.begin() + static_cast<std::ptrdiff_t>(song_end);
    repeats +=
        std::any_of(piece.bars.begin(), song, [&](const PieceBar& bar) { return bar.melody == piece.bars[k].melody; });
  }
  return repeats;
}

// What bars [from, to) cost beside their shape: how they join, whether they are of the song, and not just the song.
int64_t SeamsAndMotifs(const Piece& told, size_t song_end, size_t from, size_t to) {
  int64_t roughness = 0;
  for (size_t k = from; k < to; ++k) roughness += told.bars[k].melody.empty() ? kSilentBar : Roughness(told, k);
  const auto bars = static_cast<int64_t>(to - from);
  return kWideJoin * WideJoins(told, from, to) + 2 * roughness / bars +
         (1000 - MotifsPermille(told, song_end, from, to)) / 2 +
         kRepeatedBar * Repeats(told, song_end, from, to) / bars;
}

// A dominant leads to the last chord, at least for the last beat; what is one already stays.
void PlaceDominant(const PieceBar& close, PieceBar* bar) {
  const int dominant = (tokens::ChordRoot(close.chords[0]) + 7) % 12;
  const int slots = bar->Slots();
  const int now = bar->chords[static_cast<size_t>(slots - 1)];
  if (close.chords[0] == tokens::kNoChord || tokens::ChordRoot(now) == dominant) return;
  for (size_t slot = static_cast<size_t>(slots / 2); slot < bar->chords.size(); ++slot) {
    bar->chords[slot] = tokens::ChordSymbolOf(dominant, tokens::kDominant);
  }
}

}  // namespace

bool ComposesMelodies(const model::Decoder& decoder) { return decoder.config().roles > tokens::kMelodyRole; }

ComposerSettings MelodySettings() {
  ComposerSettings settings;
  settings.style_guidance_permille = 0;
  return settings;
}

Result<MelodyShape> ContinueMelody(model::Decoder* decoder, const tokens::GrammarRules& rules, uint64_t seed,
                                   size_t first, Piece* piece) {
  const size_t last = piece->bars.size() - 1;
  if (first == 0 || first >= last) return ShapeOf(*piece, first, last);
  const MelodyShape song = ShapeOf(*piece, 0, first);
  const auto wanted = [&](size_t from, size_t to) {
    return static_cast<int>(static_cast<size_t>(song.notes) * (to - from) / first);
  };
  tokens::GrammarRules own = rules;
  own.melody_composed = true;
  own.melody_lowest = song.lowest;
  own.melody_highest = song.highest;
  // The accompaniment composed here is thrown away: a choir's rules, which hold its voices to the melody's onsets,
  // would only keep the melody waiting.
  own.choir = false;
  own.ordered = false;
  Piece plan = *piece;
  PlaceDominant(plan.bars[last], &plan.bars[last - 1]);
  const int before = LastPitch(*piece, first);
  const auto restated = [&](size_t k) {
    const std::vector<MelodyNote>& melody = piece->bars[k].melody;
    if ((k - first) % kRestatedEvery != 0 || k + 1 >= last || melody.empty()) return false;
    for (const MelodyNote& note : melody) {
      if (note.pitch < song.lowest || note.pitch > song.highest) return false;
    }
    return k > first || before < 0 || std::abs(melody[0].pitch - before) <= kFarthestJoin;
  };
  for (size_t k = first; k < last; ++k) {
    if (!restated(k)) plan.bars[k].melody.clear();
    if (restated(k)) plan.bars[k].melody[0].tied = false;
  }
  std::vector<bool> kept(plan.bars.size(), false);
  std::fill(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(first), true);
  ASSIGN_OR_RETURN(
      const std::vector<Composition> compositions,
      ComposeAll(decoder, plan, own, MelodySettings(), seed ^ kMelodySeed, kMelodyCandidates, nullptr, kept));
  Piece result = plan;
  size_t composed = 0;
  for (size_t from = first; from < last;) {
    if (restated(from)) {
      ++from;
      continue;
    }
    size_t to = from;
    while (to < last && !restated(to)) ++to;
    int64_t best_cost = -1;
    Piece best;
    for (const Composition& composition : compositions) {  // ties go to the earlier candidate, as it is
      for (const bool in_rhythm : {false, true}) {
        Piece told = result;
        for (size_t k = from; k < to; ++k) {
          told.bars[k].melody = MelodyIn(composition.piece.bars[k]);
          if (in_rhythm) told.bars[k].melody = InRhythmOf(piece->bars[k].melody, told.bars[k].melody);
        }
        PlaceClose(song, first, &told);
        const MelodyShape shape = ShapeOf(told, from, to);
        if (2 * shape.notes < wanted(from, to) || shape.notes == 0 || shape.rests_permille > 500) continue;
        const int64_t cost = shape.Cost(song, wanted(from, to)) + SeamsAndMotifs(told, first, from, to);
        if (best_cost >= 0 && cost >= best_cost) continue;
        best_cost = cost;
        best = std::move(told);
      }
    }
    if (best_cost >= 0) {
      result = std::move(best);
      composed += to - from;
    } else {  // the song's bars stay there
      for (size_t k = from; k < to; ++k) result.bars[k].melody = piece->bars[k].melody;
      if (!result.bars[from].melody.empty()) result.bars[from].melody[0].tied = false;
    }
    from = to;
  }
  if (2 * composed < last - first) return FailedPrecondition("continue: the model composed no melody");
  for (size_t k = first; k < piece->bars.size(); ++k) {
    piece->bars[k].melody = result.bars[k].melody;
    piece->bars[k].chords = result.bars[k].chords;
  }
  return ShapeOf(*piece, first, last);
}

}  // namespace ledgerline::covers
