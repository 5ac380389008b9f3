#include "inference/tokens/piece.h"

#include <algorithm>
#include <set>

namespace ledgerline::tokens {

int PieceBar::Slots() const { return std::clamp((length + beat - 1) / beat, 1, kChordSlots); }

int PieceBar::ChordAt(int onset) const {
  return chords[static_cast<size_t>(std::clamp(onset / beat, 0, kChordSlots - 1))];
}

int PieceBar::MeasuredDensity() const {
  std::set<int> onsets;
  for (const Event& event : events) onsets.insert(event.onset);
  return DensityClass(static_cast<double>(onsets.size()) * 24.0 / length);
}

int PieceBar::MeasuredPolyphony() const {
  int64_t sounding = 0;
  for (const Event& event : events) {
    sounding += std::min(kDurationTicks[static_cast<size_t>(event.duration)], length - event.onset);
  }
  return PolyphonyClass(static_cast<double>(sounding) / length);
}

size_t Piece::EventCount() const {
  size_t count = 0;
  for (const PieceBar& bar : bars) count += bar.events.size();
  return count;
}

Piece Piece::Transposed(int semitones) const {
  Piece moved = *this;
  auto move = [semitones](int pitch) {
    pitch += semitones;
    while (pitch < 0) pitch += 12;
    while (pitch > 127) pitch -= 12;
    return pitch;
  };
  moved.tonic = ((tonic + semitones) % 12 + 12) % 12;
  for (PieceBar& bar : moved.bars) {
    for (int& chord : bar.chords) chord = TransposeChord(chord, semitones);
    for (MelodyNote& note : bar.melody) note.pitch = move(note.pitch);
    for (Event& event : bar.events) event.pitch = move(event.pitch);
  }
  return moved;
}

Piece Piece::WithMelodyComposed(size_t first) const {
  Piece composed = *this;
  for (size_t k = first; k < composed.bars.size(); ++k) {
    PieceBar& bar = composed.bars[k];
    for (const MelodyNote& note : bar.melody) {
      if (note.tied && k > first) continue;  // counted below, in the bar where it began
      int duration = note.duration;
      bool open = note.onset + note.duration == bar.length;
      for (size_t next = k + 1; open && next < bars.size(); ++next) {
        const std::vector<MelodyNote>& there = bars[next].melody;
        open = !there.empty() && there[0].tied && there[0].pitch == note.pitch;
        if (!open) break;
        duration += there[0].duration;
        open = there[0].duration == bars[next].length;
      }
      bar.events.push_back({note.onset, kMelodyRole, note.pitch, DurationSymbol(duration)});
    }
    bar.melody.clear();
    std::sort(bar.events.begin(), bar.events.end());
  }
  return composed;
}

}  // namespace ledgerline::tokens
