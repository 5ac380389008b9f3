#include "inference/tokens/arranger.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>

#include "inference/tokens/harmony.h"

namespace ledgerline::tokens {
namespace {

using music::Note;
using music::Part;

// Factor that makes the beat a quarter or a dotted quarter: 3/8 doubles, 3/2 halves, 4/1 quarters.
std::pair<int, int> BeatScale(const music::Metre& metre) {
  if (metre.denominator == 8 && (metre.numerator < 6 || metre.numerator % 3 != 0)) return {2, 1};
  if (metre.denominator == 16) return {metre.numerator % 3 == 0 && metre.numerator > 3 ? 2 : 4, 1};
  if (metre.denominator == 2 && metre.numerator >= 3) return {1, 2};
  if (metre.denominator == 4 && metre.numerator % 3 == 0 && metre.numerator > 3) return {1, 2};
  if (metre.denominator == 1) return {1, 4};
  return {1, 1};
}

// The metre in force for the longest time.
music::Metre MainMetre(const music::Score& score) {
  std::map<std::pair<int, int>, int64_t> ticks;
  for (const music::Bar& bar : BarsOf(score))
    ticks[{bar.metre.numerator, bar.metre.denominator}] += bar.end - bar.start;
  music::Metre main;
  int64_t most = -1;
  for (const auto& [metre, time] : ticks) {
    if (time > most) {
      most = time;
      main.numerator = metre.first;
      main.denominator = metre.second;
    }
  }
  return main;
}

struct RoleNote {
  Note note;
  int role = 0;
};

double MeanPitch(const std::vector<Note>& notes) {
  double sum = 0;
  for (const Note& note : notes) sum += note.pitch;
  return notes.empty() ? 0 : sum / static_cast<double>(notes.size());
}

// The top line: at each onset the highest note, unless a higher melody note still sounds; each ends where the next
// begins. What is not melody goes to `rest`.
std::vector<Note> TakeSkyline(const std::vector<Note>& notes, std::vector<Note>* rest) {
  std::vector<Note> melody;
  for (size_t i = 0; i < notes.size();) {
    size_t end = i;
    while (end < notes.size() && notes[end].onset == notes[i].onset) ++end;
    size_t top = i;
    for (size_t j = i; j < end; ++j) {
      if (notes[j].pitch > notes[top].pitch) top = j;
    }
    const bool covered = !melody.empty() && melody.back().onset + melody.back().duration > notes[top].onset &&
                         melody.back().pitch > notes[top].pitch;
    for (size_t j = i; j < end; ++j) {
      if ((j != top || covered) && rest != nullptr) rest->push_back(notes[j]);
    }
    if (!covered) {
      if (!melody.empty()) {
        melody.back().duration = std::min(melody.back().duration, notes[top].onset - melody.back().onset);
      }
      melody.push_back(notes[top]);
    }
    i = end;
  }
  return melody;
}

std::vector<Note> Joined(const std::vector<const Part*>& parts) {
  std::vector<Note> notes;
  for (const Part* part : parts) notes.insert(notes.end(), part->notes.begin(), part->notes.end());
  std::sort(notes.begin(), notes.end(), [](const Note& x, const Note& y) {
    return std::tuple(x.onset, x.pitch, x.duration) < std::tuple(y.onset, y.pitch, y.duration);
  });
  return notes;
}

// Shares the notes of one keyboard staff system between two hands: at each onset the cut that keeps each hand near
// where it was and within its span.
void SplitHands(const std::vector<Note>& notes, std::vector<Note>* low, std::vector<Note>* high) {
  double left = 48, right = 67;
  for (size_t i = 0; i < notes.size();) {
    size_t end = i;
    while (end < notes.size() && notes[end].onset == notes[i].onset) ++end;
    const size_t count = end - i;
    size_t best = 0;
    double best_cost = 1e18;
    for (size_t cut = 0; cut <= count; ++cut) {
      double cost = 0;
      for (size_t j = 0; j < count; ++j) cost += std::abs(notes[i + j].pitch - (j < cut ? left : right));
      if (cut > 0) cost += 5.0 * std::max(0, notes[i + cut - 1].pitch - notes[i].pitch - 12);
      if (cut < count) cost += 5.0 * std::max(0, notes[end - 1].pitch - notes[i + cut].pitch - 12);
      if (cost < best_cost) {
        best_cost = cost;
        best = cut;
      }
    }
    for (size_t j = 0; j < count; ++j) {
      (j < best ? low : high)->push_back(notes[i + j]);
      double& hand = j < best ? left : right;
      hand += 0.15 * (notes[i + j].pitch - hand);
    }
    left = std::min(left, 58.0);
    right = std::max(right, 60.0);
    i = end;
  }
}

bool IsKeys(const Part& part) {
  return !part.drums && (part.program <= 7 || (part.program >= 16 && part.program <= 20));
}
bool IsVoice(const Part& part) { return !part.drums && part.program >= 52 && part.program <= 54; }

void AddAll(const std::vector<Note>& notes, int role, std::vector<RoleNote>* out) {
  for (const Note& note : notes) out->push_back({note, role});
}

// Keyboard parts as hands: two parts by height, one part by SplitHands. False when there are more.
bool TakeHands(const std::vector<const Part*>& keys, std::vector<Note>* low, std::vector<Note>* high) {
  if (keys.size() == 1) {
    SplitHands(Joined(keys), low, high);
    return true;
  }
  if (keys.size() != 2) return false;
  const bool first_is_high = MeanPitch(keys[0]->notes) >= MeanPitch(keys[1]->notes);
  *high = Joined({keys[first_is_high ? 0 : 1]});
  *low = Joined({keys[first_is_high ? 1 : 0]});
  return true;
}

// Four voices from two staves: the upper is soprano (melody) and alto, the lower tenor and bass.
void SplitChoirStaves(const std::vector<Note>& upper, const std::vector<Note>& lower, std::vector<Note>* melody,
                      std::vector<RoleNote>* out) {
  std::vector<Note> alto, tenor;
  *melody = TakeSkyline(upper, &alto);
  AddAll(alto, kAltoVoice, out);
  // Mirror the lower staff: its lowest line is the bass.
  int bass_last = 48, tenor_last = 57;
  for (size_t i = 0; i < lower.size();) {
    size_t end = i;
    while (end < lower.size() && lower[end].onset == lower[i].onset) ++end;
    if (end - i >= 2) {
      out->push_back({lower[i], kBassVoice});
      bass_last = lower[i].pitch;
      for (size_t j = i + 1; j < end; ++j) out->push_back({lower[j], kTenorVoice});
      tenor_last = lower[end - 1].pitch;
    } else {
      const bool bass = std::abs(lower[i].pitch - bass_last) <= std::abs(lower[i].pitch - tenor_last);
      out->push_back({lower[i], bass ? kBassVoice : kTenorVoice});
      (bass ? bass_last : tenor_last) = lower[i].pitch;
    }
    i = end;
  }
}

struct Reading {
  int style = 0;
  std::vector<Note> melody;
  std::vector<RoleNote> events;
};

bool ReadSong(const std::vector<const Part*>& parts, Reading* reading) {
  std::vector<const Part*> keys, others;
  for (const Part* part : parts) (IsKeys(*part) ? keys : others).push_back(part);
  if (others.empty() && keys.size() == 3) {  // a voice written as a piano part above two staves
    others.push_back(keys[0]);
    keys.erase(keys.begin());
  }
  std::vector<Note> low, high;
  if (others.size() != 1 || !TakeHands(keys, &low, &high)) return false;
  reading->melody = TakeSkyline(others[0]->notes, nullptr);
  AddAll(low, kKeysLow, &reading->events);
  AddAll(high, kKeysHigh, &reading->events);
  return true;
}

bool ReadKeys(const std::vector<const Part*>& parts, Reading* reading) {
  for (const Part* part : parts) {
    if (!IsKeys(*part)) return false;
  }
  std::vector<Note> low, high, rest;
  if (!TakeHands(parts, &low, &high)) return false;
  reading->melody = TakeSkyline(high, &rest);
  AddAll(low, kKeysLow, &reading->events);
  AddAll(rest, kKeysHigh, &reading->events);
  return true;
}

bool ReadChoir(std::vector<const Part*> parts, Reading* reading) {
  std::vector<const Part*> voices;
  for (const Part* part : parts) {
    if (IsVoice(*part)) voices.push_back(part);
  }
  if (voices.size() == 4) parts = voices;  // a practice piano does not sing
  if (parts.size() == 2) {
    const bool first_is_high = MeanPitch(parts[0]->notes) >= MeanPitch(parts[1]->notes);
    SplitChoirStaves(parts[first_is_high ? 0 : 1]->notes, parts[first_is_high ? 1 : 0]->notes, &reading->melody,
                     &reading->events);
    return true;
  }
  if (parts.size() != 3 && parts.size() != 4) return false;
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part* x, const Part* y) { return MeanPitch(x->notes) > MeanPitch(y->notes); });
  reading->melody = TakeSkyline(parts[0]->notes, nullptr);
  // Three voices: the middle one is a tenor or an alto, whichever it lies nearer to.
  if (parts.size() == 4) AddAll(parts[1]->notes, kAltoVoice, &reading->events);
  const Part* middle = parts[parts.size() - 2];
  const bool alto = parts.size() == 3 && MeanPitch(middle->notes) > 61.0;
  AddAll(middle->notes, alto ? kAltoVoice : kTenorVoice, &reading->events);
  AddAll(parts.back()->notes, kBassVoice, &reading->events);
  return true;
}

bool AllVoices(const std::vector<const Part*>& parts) {
  return std::all_of(parts.begin(), parts.end(), [](const Part* part) { return IsVoice(*part); });
}

// Manuals and pedal: the pedal's staff goes with the left hand.
bool ReadOrgan(const std::vector<const Part*>& parts, Reading* reading) {
  for (const Part* part : parts) {
    if (part->drums || !(IsKeys(*part) || part->program == 43)) return false;
  }
  if (parts.size() != 3) return false;
  std::vector<const Part*> sorted = parts;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Part* x, const Part* y) { return MeanPitch(x->notes) > MeanPitch(y->notes); });
  std::vector<Note> rest;
  reading->melody = TakeSkyline(sorted[0]->notes, &rest);
  AddAll(Joined({sorted[1], sorted[2]}), kKeysLow, &reading->events);
  AddAll(rest, kKeysHigh, &reading->events);
  return true;
}

bool ReadQuartet(std::vector<const Part*> parts, Reading* reading) {
  if (parts.size() != 4) return false;
  int programs[4] = {parts[0]->program, parts[1]->program, parts[2]->program, parts[3]->program};
  if (programs[0] != 40 || programs[1] != 40 || programs[2] != 41 || programs[3] != 42) return false;
  reading->melody = TakeSkyline(parts[0]->notes, nullptr);
  AddAll(parts[1]->notes, kSecondViolin, &reading->events);
  AddAll(parts[2]->notes, kViola, &reading->events);
  AddAll(parts[3]->notes, kCello, &reading->events);
  return true;
}

bool ReadGuitar(const std::vector<const Part*>& parts, Reading* reading) {
  if (parts.size() != 1) return false;
  std::vector<Note> rest;
  reading->melody = TakeSkyline(parts[0]->notes, &rest);
  AddAll(rest, kGuitar, &reading->events);
  return true;
}

// Which reading a genre asks for, and the style that it stands for.
bool ReadGenre(std::string_view genre, const std::vector<const Part*>& parts, Reading* reading) {
  auto styled = [reading](std::string_view style, bool done) {
    reading->style = StyleNumber(style);
    return done;
  };
  if (genre == "art-song" || genre == "spiritual") return styled("art-song", ReadSong(parts, reading));
  if (genre == "opera") return styled("opera", ReadSong(parts, reading) || ReadKeys(parts, reading));
  if (genre == "hymn" || genre == "choral" || genre == "carol") return styled("hymn", ReadChoir(parts, reading));
  if (genre == "string-quartet") return styled("string-quartet", ReadQuartet(parts, reading));
  if (genre == "guitar") return styled("guitar", ReadGuitar(parts, reading));
  if (genre == "mazurka" || genre == "waltz" || genre == "polonaise" || genre == "krakowiak" || genre == "march" ||
      genre == "ragtime") {
    return styled(genre, ReadKeys(parts, reading));
  }
  if (genre == "folk") return styled("folk", ReadKeys(parts, reading) || ReadSong(parts, reading));
  if (genre == "dance" || genre == "polka" || genre == "galop") return styled("dance", ReadKeys(parts, reading));
  if (genre == "organ" || genre == "baroque-keyboard") {
    return styled("organ", ReadKeys(parts, reading) || ReadOrgan(parts, reading));
  }
  if (genre == "piano" || genre == "sonata") return styled("piano", ReadKeys(parts, reading));
  if (genre == "mass" && AllVoices(parts)) return styled("mass", ReadChoir(parts, reading));
  // What states no genre is told by who plays: voices, a voice with keys, keys, a guitar.
  if (genre == "sacred" || genre == "mass" || genre == "secular-other" || genre == "unlabelled" ||
      genre == "chamber-other") {
    if (AllVoices(parts) && parts.size() >= 3) return styled("motet", ReadChoir(parts, reading));
    if (ReadQuartet(parts, reading)) return styled("string-quartet", true);
    if (parts.size() == 1 && parts[0]->program == 24) return styled("guitar", ReadGuitar(parts, reading));
    const bool organ = std::any_of(parts.begin(), parts.end(), [](const Part* part) { return part->program >= 16; });
    if (ReadKeys(parts, reading)) return styled(organ ? "organ" : "piano", true);
    const bool voice = std::any_of(parts.begin(), parts.end(), [](const Part* part) { return IsVoice(*part); });
    if (voice) return styled("art-song", ReadSong(parts, reading));
  }
  return false;
}

}  // namespace

Result<Framed> FrameScore(const music::Score& score) {
  Framed framed;
  const auto [numerator, denominator] = BeatScale(MainMetre(score));
  framed.scale_numerator = numerator;
  framed.scale_denominator = denominator;
  music::Score scaled = score;
  scaled.ticks_per_quarter = score.ticks_per_quarter * denominator;
  for (Part& part : scaled.parts) {
    for (Note& note : part.notes) note.onset *= numerator, note.duration *= numerator;
  }
  for (music::Metre& metre : scaled.metres) {
    metre.at *= numerator;
    if (numerator > 1 && metre.denominator % numerator == 0) {
      metre.denominator /= numerator;
    } else if (numerator > 1) {
      metre.numerator *= numerator;
    } else {
      metre.denominator *= denominator;
    }
    if (metre.denominator > 64) return OutOfRange("a metre with denominator " + std::to_string(metre.denominator));
  }
  for (music::Tempo& tempo : scaled.tempos) tempo.at *= numerator;
  for (music::Key& key : scaled.keys) key.at *= numerator;
  framed.score = scaled.Quantised();
  for (const music::Bar& bar : BarsOf(framed.score)) {
    if (bar.end - bar.start > kMaxBarTicks) {
      return OutOfRange("a bar of " + std::to_string(bar.end - bar.start) + " ticks; the bound is " +
                        std::to_string(kMaxBarTicks));
    }
    if (framed.bars.size() == kMaxPieceBars) {
      return OutOfRange("more than " + std::to_string(kMaxPieceBars) + " bars");
    }
    PieceBar frame;
    frame.length = static_cast<int>(bar.end - bar.start);
    frame.numerator = bar.metre.numerator;
    frame.denominator = bar.metre.denominator;
    frame.metre = MetreSymbol(bar.metre.numerator, bar.metre.denominator);
    const bool compound = bar.metre.denominator == 8 && bar.metre.numerator % 3 == 0 && bar.metre.numerator > 3;
    frame.beat = compound ? 36 : 24;
    framed.starts.push_back(bar.start);
    framed.bars.push_back(frame);
  }
  return framed;
}

void PlaceMelody(const std::vector<Note>& melody, const std::vector<int64_t>& starts, std::vector<PieceBar>* bars) {
  size_t k = 0;
  for (const Note& note : melody) {
    while (k + 1 < starts.size() && starts[k + 1] <= note.onset) ++k;
    // A note over the bar line is a control note in each bar that it sounds in.
    for (size_t b = k; b < starts.size() && starts[b] < note.onset + note.duration; ++b) {
      const int64_t from = std::max(note.onset, starts[b]);
      const int64_t to = std::min(note.onset + note.duration, starts[b] + (*bars)[b].length);
      if (to > from) {
        (*bars)[b].melody.push_back(
            {static_cast<int>(from - starts[b]), note.pitch, static_cast<int>(to - from), from > note.onset});
      }
    }
  }
}

Result<Piece> ArrangeForTraining(const music::Score& score, std::string_view genre) {
  ASSIGN_OR_RETURN(Framed framed, FrameScore(score));
  std::vector<const Part*> parts;
  std::vector<Note> all;
  for (const Part& part : framed.score.parts) {
    if (part.notes.empty() || part.drums) continue;
    parts.push_back(&part);
    all.insert(all.end(), part.notes.begin(), part.notes.end());
  }
  Reading reading;
  if (parts.empty() || !ReadGenre(genre, parts, &reading)) {
    return FailedPrecondition("no style reads " + std::to_string(parts.size()) + " parts of genre " +
                              std::string(genre));
  }
  Piece piece;
  piece.style = reading.style;
  piece.scale_numerator = framed.scale_numerator;
  piece.scale_denominator = framed.scale_denominator;
  piece.bars = std::move(framed.bars);
  const std::vector<music::Key>& keys = framed.score.keys;
  piece.tonic = keys.empty() ? DiatonicTonic(all) : (keys[0].fifths * 7 + 84) % 12;
  LabelChords(all, framed.starts, &piece.bars);
  PlaceMelody(reading.melody, framed.starts, &piece.bars);
  for (const RoleNote& item : reading.events) {
    const auto at = std::upper_bound(framed.starts.begin(), framed.starts.end(), item.note.onset);
    const size_t k = static_cast<size_t>(at - framed.starts.begin()) - 1;
    piece.bars[k].events.push_back({static_cast<int>(item.note.onset - framed.starts[k]), item.role, item.note.pitch,
                                    DurationSymbol(item.note.duration)});
    piece.roles |= 1u << item.role;
  }
  for (PieceBar& bar : piece.bars) {
    std::sort(bar.events.begin(), bar.events.end());
    bar.events.erase(std::unique(bar.events.begin(), bar.events.end(),
                                 [](const Event& x, const Event& y) {
                                   return x.onset == y.onset && x.role == y.role && x.pitch == y.pitch;
                                 }),
                     bar.events.end());
    bar.density = bar.MeasuredDensity();
    bar.polyphony = bar.MeasuredPolyphony();
  }
  return piece;
}

}  // namespace ledgerline::tokens
