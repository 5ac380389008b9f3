#include "inference/covers/remix_material.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "inference/tokens/arranger.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

int Outside(const Piece& piece, int shift, int lowest, int highest) {
  int outside = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const MelodyNote& note : bar.melody) {
      const int pitch = note.pitch + shift;
      outside += std::max({0, lowest - pitch, pitch - highest});
      if (pitch < 0 || pitch > 127) outside += 10'000;
    }
  }
  return outside;
}

// Degree and quality of a chord in the other mode, for those that change.
struct ModeChord {
  int degree, quality, new_degree, new_quality;
};
constexpr std::array<ModeChord, 9> kToMinor = {{{0, tokens::kMajor, 0, tokens::kMinor},
                                                {2, tokens::kMinor, 2, tokens::kDiminished},
                                                {2, tokens::kMinorSeventh, 2, tokens::kDiminished},
                                                {4, tokens::kMinor, 3, tokens::kMajor},
                                                {4, tokens::kMinorSeventh, 3, tokens::kMajor},
                                                {5, tokens::kMajor, 5, tokens::kMinor},
                                                {9, tokens::kMinor, 8, tokens::kMajor},
                                                {9, tokens::kMinorSeventh, 8, tokens::kMajor},
                                                {10, tokens::kMajor, 10, tokens::kMajor}}};
constexpr std::array<ModeChord, 9> kToMajor = {{{0, tokens::kMinor, 0, tokens::kMajor},
                                                {0, tokens::kMinorSeventh, 0, tokens::kMajor},
                                                {2, tokens::kDiminished, 2, tokens::kMinor},
                                                {3, tokens::kMajor, 4, tokens::kMinor},
                                                {5, tokens::kMinor, 5, tokens::kMajor},
                                                {5, tokens::kMinorSeventh, 5, tokens::kMajor},
                                                {7, tokens::kMinor, 7, tokens::kMajor},
                                                {8, tokens::kMajor, 9, tokens::kMinor},
                                                {10, tokens::kMajor, 7, tokens::kMajor}}};

int ChordInMode(int chord, int tonic, bool minor) {
  if (chord == tokens::kNoChord) return chord;
  const int degree = (tokens::ChordRoot(chord) - tonic + 12) % 12;
  for (const ModeChord& change : minor ? kToMinor : kToMajor) {
    if (change.degree == degree && change.quality == tokens::ChordQuality(chord)) {
      return tokens::ChordSymbolOf((tonic + change.new_degree) % 12, change.new_quality);
    }
  }
  return chord;
}

std::array<int64_t, 12> PitchClassTimes(const Piece& piece) {
  std::array<int64_t, 12> times{};
  for (const PieceBar& bar : piece.bars) {
    for (int slot = 0; slot < bar.Slots(); ++slot) {
      const uint32_t mask = tokens::ChordMask(bar.chords[static_cast<size_t>(slot)]);
      for (size_t k = 0; k < 12; ++k) times[k] += mask >> k & 1 ? bar.beat : 0;
    }
    for (const MelodyNote& note : bar.melody) times[static_cast<size_t>(note.pitch % 12)] += note.duration;
  }
  return times;
}

int64_t Consonance(const PieceBar& melody, const PieceBar& chords) {
  int64_t ticks = 0;
  for (const MelodyNote& note : melody.melody) {
    const uint32_t mask = tokens::ChordMask(chords.ChordAt(std::min(note.onset, chords.length - 1)));
    ticks += mask >> (note.pitch % 12) & 1 ? note.duration : 0;
  }
  return ticks;
}

// Where a tick of a group of three units lands once the first unit is held for two.
int64_t Stretched(int64_t tick, int64_t unit) {
  const int64_t group = tick / (3 * unit), within = tick % (3 * unit);
  return 4 * unit * group + (within <= unit ? 2 * within : within + unit);
}

}  // namespace

Piece InKey(const Piece& piece, int semitones, int lead_lowest, int lead_highest) {
  int best = 0;
  for (const int octave : {12, -12}) {
    if (Outside(piece, semitones + octave, lead_lowest, lead_highest) <
        Outside(piece, semitones + best, lead_lowest, lead_highest)) {
      best = octave;
    }
  }
  Piece moved = piece.Transposed(semitones);
  for (PieceBar& bar : moved.bars) {
    for (MelodyNote& note : bar.melody) note.pitch = std::clamp(note.pitch + best, 0, 127);
  }
  return moved;
}

Piece InMode(const Piece& piece, int tonic, bool minor) {
  Piece changed = piece;
  changed.tonic = minor ? (tonic + 3) % 12 : tonic;
  for (PieceBar& bar : changed.bars) {
    for (MelodyNote& note : bar.melody) {
      const int degree = (note.pitch - tonic + 120) % 12;
      const int chord = bar.ChordAt(note.onset);
      const int root = chord == tokens::kNoChord ? -1 : (tokens::ChordRoot(chord) - tonic + 12) % 12;
      const bool dominant = root == 7 || root == 11;
      if (minor && (degree == 4 || degree == 9 || (degree == 11 && !dominant))) --note.pitch;
      if (!minor && (degree == 3 || degree == 8 || degree == 10)) ++note.pitch;
    }
    for (int& chord : bar.chords) chord = ChordInMode(chord, tonic, minor);
  }
  return changed;
}

int KeyMatch(const Piece& piece, const Piece& other) {
  const std::array<int64_t, 12> a = PitchClassTimes(piece), b = PitchClassTimes(other);
  int best = 0;
  int64_t most = -1;
  for (const int shift : {0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6}) {
    int64_t sum = 0;
    for (int k = 0; k < 12; ++k) sum += a[static_cast<size_t>(k)] * b[static_cast<size_t>((k - shift + 12) % 12)];
    if (sum > most) {
      most = sum;
      best = shift;
    }
  }
  return best;
}

Result<music::Score> InFour(const music::Score& score) {
  ASSIGN_OR_RETURN(const tokens::Framed framed, tokens::FrameScore(score));
  music::Score moved = framed.score;
  struct Told {
    int64_t start = 0;  // in the new metre
    int64_t lead = 0;   // ticks of the first group that a pickup lacks
    int64_t unit = 0;   // of a group of three; 0: as it was
  };
  std::vector<Told> told;
  moved.metres.clear();
  int64_t at = 0;
  for (size_t k = 0; k < framed.bars.size(); ++k) {
    // A pickup written as a metre of its own is told as the bar after it.
    const bool pickup = k == 0 && framed.bars.size() > 1 && framed.bars[0].length < framed.bars[1].length;
    const PieceBar& nominal = framed.bars[pickup ? 1 : k];
    const int length_before = framed.bars[k].length;
    Told bar{at, 0, 0};
    if (nominal.beat == 36) {
      bar.unit = 12;
    } else if (nominal.numerator == 3 && nominal.denominator == 4) {
      bar.unit = 24;
    } else if (nominal.numerator % 2 != 0) {
      return FailedPrecondition("bar " + std::to_string(k + 1) + " in " + std::to_string(nominal.numerator) + "/" +
                                std::to_string(nominal.denominator) + " has no reading in four");
    }
    int64_t length = length_before;
    if (bar.unit != 0) {
      const int64_t group = 3 * bar.unit;
      if (k == 0) bar.lead = (group - length_before % group) % group;
      length = Stretched(bar.lead + length_before, bar.unit) - Stretched(bar.lead, bar.unit);
    }
    // A short bar is written in the largest unit that it holds whole: 1/8, not 2/16.
    music::Metre metre{at, static_cast<int>(std::max<int64_t>(1, length / 3)), 32};
    for (const int denominator : {16, 8, 4}) {
      const int unit = 4 * music::kGridTicks / denominator;
      if (length % unit == 0) metre = {at, static_cast<int>(length / unit), denominator};
    }
    if (moved.metres.empty() || moved.metres.back().numerator != metre.numerator ||
        moved.metres.back().denominator != metre.denominator) {
      moved.metres.push_back(metre);
    }
    told.push_back(bar);
    at += length;
  }
  auto map = [&](int64_t tick) {
    const auto next = std::upper_bound(framed.starts.begin(), framed.starts.end(), tick);
    const size_t k = next == framed.starts.begin() ? 0 : static_cast<size_t>(next - framed.starts.begin()) - 1;
    const Told& bar = told[k];
    const int64_t inside = tick - framed.starts[k];
    if (bar.unit == 0) return bar.start + inside;
    return bar.start + Stretched(bar.lead + inside, bar.unit) - Stretched(bar.lead, bar.unit);
  };
  for (music::Part& part : moved.parts) {
    for (music::Note& note : part.notes) {
      const int64_t end = map(note.onset + note.duration);
      note.onset = map(note.onset);
      note.duration = std::max<int64_t>(1, end - note.onset);
    }
  }
  for (music::Tempo& tempo : moved.tempos) tempo.at = map(tempo.at);
  for (music::Key& key : moved.keys) key.at = map(key.at);
  moved.markers.clear();
  return moved;
}

size_t OverlayOffset(const Piece& melody, const Piece& chords) {
  size_t best = 0;
  int64_t most = -1;
  for (size_t offset = 0; offset < chords.bars.size(); ++offset) {
    int64_t sum = 0;
    for (size_t k = 0; k < melody.bars.size(); ++k) {
      sum += Consonance(melody.bars[k], chords.bars[(k + offset) % chords.bars.size()]);
    }
    if (sum > most) {
      most = sum;
      best = offset;
    }
  }
  return best;
}

}  // namespace ledgerline::covers
