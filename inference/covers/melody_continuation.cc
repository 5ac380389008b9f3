#include "inference/covers/melody_continuation.h"

#include <algorithm>
#include <cstdlib>

namespace ledgerline::covers {
namespace {

using tokens::Event;
using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

constexpr uint64_t kMelodySeed = 0x6d656c6f64790000ull;  // "melody": other draws than the accompaniment's
constexpr int kShortest = 6;                             // a sixteenth: what is shorter is no melody

// Takes the composed melody out of the events: one line, each note until the next at most.
void TakeMelody(PieceBar* bar) {
  bar->melody.clear();
  for (const Event& event : bar->events) {
    if (event.role != tokens::kMelodyRole) continue;
    if (!bar->melody.empty() && event.onset - bar->melody.back().onset < kShortest) continue;
    if (!bar->melody.empty()) {
      MelodyNote& before = bar->melody.back();
      before.duration = std::min(before.duration, event.onset - before.onset);
    }
    const int ticks = tokens::kDurationTicks[static_cast<size_t>(event.duration)];
    bar->melody.push_back({event.onset, event.pitch, std::min(ticks, bar->length - event.onset), false});
  }
  bar->events.clear();
}

int64_t Away(int64_t value, int64_t low, int64_t high) {
  return value < low ? low - value : value > high ? value - high : 0;
}

}  // namespace

int64_t MelodyShape::Cost(int wanted_notes) const {
  const int64_t wanted = std::max(1, wanted_notes);
  // Bounds: chosen by hand, wide enough for the tunes of tools/demo_songs; not measured on a corpus.
  return Away(steps_permille, 500, 850) + 3 * Away(leaps_permille, 0, 60) + Away(rests_permille, 0, 150) +
         Away(chord_permille, 750, 1000) + Away(repeated_permille, 0, 250) +
         Away(notes * int64_t{1000} / wanted, 800, 1200) + 50 * Away(highest - lowest, 7, 16);
}

MelodyShape ShapeOf(const Piece& piece, size_t first, size_t end) {
  MelodyShape shape;
  shape.lowest = 127;
  int64_t ticks = 0, sounding = 0, steps = 0, leaps = 0, moves = 0, repeats = 0, beats = 0, in_chord = 0;
  int last = -1;
  for (size_t k = first; k < std::min(end, piece.bars.size()); ++k) {
    const PieceBar& bar = piece.bars[k];
    ticks += bar.length;
    for (const MelodyNote& note : bar.melody) {
      sounding += note.duration;
      if (note.tied) continue;
      ++shape.notes;
      shape.lowest = std::min(shape.lowest, note.pitch);
      shape.highest = std::max(shape.highest, note.pitch);
      const uint32_t mask = tokens::ChordMask(bar.ChordAt(note.onset));
      if (note.onset % bar.beat == 0 && mask != 0) {
        ++beats;
        in_chord += mask >> (note.pitch % 12) & 1u;
      }
      const int move = last < 0 ? 0 : std::abs(note.pitch - last);
      repeats += last >= 0 && move == 0;
      moves += move > 0;
      steps += move == 1 || move == 2;
      leaps += move > 7;
      last = note.pitch;
    }
  }
  const auto permille = [](int64_t part, int64_t whole, int64_t none) {
    return static_cast<int>(whole == 0 ? none : part * 1000 / whole);
  };
  shape.steps_permille = permille(steps, moves, 0);
  shape.leaps_permille = permille(leaps, moves, 0);
  shape.rests_permille = permille(ticks - sounding, ticks, 1000);
  shape.chord_permille = permille(in_chord, beats, 0);
  shape.repeated_permille = permille(repeats, shape.notes, 0);
  return shape;
}

bool ComposesMelodies(const model::Decoder& decoder) { return decoder.config().roles > tokens::kMelodyRole; }

Result<MelodyShape> ContinueMelody(model::Decoder* decoder, const tokens::GrammarRules& rules,
                                   const ComposerSettings& settings, uint64_t seed, size_t first, Piece* piece) {
  const size_t last = piece->bars.size() - 1;
  if (first == 0 || first >= last) return ShapeOf(*piece, first, last);
  const MelodyShape song = ShapeOf(*piece, 0, first);
  const auto wanted = static_cast<int>(static_cast<size_t>(song.notes) * (last - first) / first);
  tokens::GrammarRules own = rules;
  own.melody_composed = true;
  own.melody_lowest = song.lowest;
  own.melody_highest = song.highest;
  Piece plan = *piece;
  for (size_t k = first; k < last; ++k) plan.bars[k].melody.clear();
  std::vector<bool> kept(plan.bars.size(), false);
  std::fill(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(first), true);
  ASSIGN_OR_RETURN(std::vector<Composition> compositions,
                   ComposeAll(decoder, plan, own, settings, seed ^ kMelodySeed, kMelodyCandidates, nullptr, kept));
  int64_t best = -1;
  MelodyShape best_shape;
  for (Composition& composition : compositions) {  // ties go to the earlier candidate
    for (size_t k = first; k < last; ++k) TakeMelody(&composition.piece.bars[k]);
    const MelodyShape shape = ShapeOf(composition.piece, first, last);
    if (2 * shape.notes < wanted || shape.notes == 0 || shape.rests_permille > 500) continue;
    const int64_t cost = shape.Cost(wanted);
    if (best >= 0 && cost >= best) continue;
    best = cost;
    best_shape = shape;
    for (size_t k = first; k < last; ++k) piece->bars[k].melody = composition.piece.bars[k].melody;
  }
  if (best < 0) return FailedPrecondition("continue: the model composed no melody");
  // The close lies near what leads to it.
  PieceBar& close = piece->bars[last];
  for (size_t k = last; k-- > first && !close.melody.empty();) {
    if (piece->bars[k].melody.empty()) continue;
    const int before = piece->bars[k].melody.back().pitch;
    int& pitch = close.melody[0].pitch;
    while (pitch - before > 6 && pitch - 12 >= song.lowest - 2) pitch -= 12;
    while (before - pitch > 6 && pitch + 12 <= song.highest + 2) pitch += 12;
    break;
  }
  return best_shape;
}

}  // namespace ledgerline::covers
