#include "inference/tokens/positions.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace ledgerline::tokens {
namespace {

int AboveRoot(int pitch, int chord) { return chord == kNoChord ? kNoRoot : (pitch - ChordRoot(chord) + 120) % 12; }
int QualityOf(int chord) { return chord == kNoChord ? kNoQuality : ChordQuality(chord); }

// How many of `mine` stand in `other`, over the size of their union.
template <typename T>
double Overlap(const std::set<T>& mine, const std::set<T>& other) {
  size_t shared = 0;
  for (const T& item : mine) shared += other.count(item);
  const size_t all = mine.size() + other.size() - shared;
  return all == 0 ? 1.0 : static_cast<double>(shared) / static_cast<double>(all);
}

double Resemblance(const PieceBar& x, const PieceBar& y) {
  if (x.length != y.length) return -1.0;
  std::set<int> x_onsets, y_onsets;
  std::set<std::pair<int, int>> x_notes, y_notes;
  for (const MelodyNote& note : x.melody) x_onsets.insert(note.onset), x_notes.insert({note.onset, note.pitch});
  for (const MelodyNote& note : y.melody) y_onsets.insert(note.onset), y_notes.insert({note.onset, note.pitch});
  int chords = 0;
  for (int slot = 0; slot < x.Slots(); ++slot) {
    chords += x.chords[static_cast<size_t>(slot)] == y.chords[static_cast<size_t>(slot)];
  }
  return 4.0 * Overlap(x_onsets, y_onsets) + 4.0 * Overlap(x_notes, y_notes) + 3.0 * chords / x.Slots();
}

// The ordinal of an event inside its attack (same onset and role), for comparing places in two bars.
size_t Ordinal(const std::vector<Event>& events, size_t index) {
  size_t ordinal = 0;
  while (index > ordinal && events[index - ordinal - 1].onset == events[index].onset &&
         events[index - ordinal - 1].role == events[index].role) {
    ++ordinal;
  }
  return ordinal;
}

int Moved(int pitch, int from_chord, int to_chord) {
  if (from_chord == kNoChord || to_chord == kNoChord) return pitch;
  int step = (ChordRoot(to_chord) - ChordRoot(from_chord) + 12) % 12;
  if (step > 6) step -= 12;
  return std::clamp(pitch + step, 0, 127);
}

void SetEventColumns(Row* row, Kind kind, int onset, int role, int pitch, int duration, int chord) {
  (*row)[kKind] = static_cast<int16_t>(kind);
  (*row)[kOnset] = static_cast<int16_t>(onset);
  (*row)[kRole] = static_cast<int16_t>(role);
  (*row)[kPitch] = static_cast<int16_t>(pitch);
  (*row)[kAboveRoot] = static_cast<int16_t>(AboveRoot(pitch, chord));
  (*row)[kChordQuality] = static_cast<int16_t>(QualityOf(chord));
  (*row)[kDuration] = static_cast<int16_t>(duration);
}

// A row that says nothing: every column at its "none".
Row EmptyRow() {
  Row row{};
  row[kOnset] = row[kLastOnset] = row[kCopyAOnset] = row[kCopyBOnset] = row[kTargetOnset] = kNoOnset;
  row[kRole] = row[kCopyARole] = row[kCopyBRole] = row[kTargetRole] = kNoRole;
  for (int column : {kPitch, kMelodySounding, kRolePitch, kBelowPitch, kCopyAPitch, kCopyAMoved, kCopyBPitch,
                     kCopyBMoved, kTargetPitch}) {
    row[static_cast<size_t>(column)] = kNoPitch;
  }
  row[kAboveRoot] = row[kStepRoot] = kNoRoot;
  row[kChordQuality] = row[kStepQuality] = kNoQuality;
  row[kDuration] = row[kCopyADuration] = row[kCopyBDuration] = row[kTargetDuration] = kNoDuration;
  row[kBarIndex] = -1;
  row[kStepDensity] = kDensityUnknown;
  row[kStepPolyphony] = kPolyphonyUnknown;
  row[kRemaining] = kRemainingSymbols - 1;
  return row;
}

}  // namespace

BarRow MakeBarRow(const Piece& piece, size_t bar, const Hiding& hiding) {
  const PieceBar& now = piece.bars[bar];
  BarRow row{};
  row[kBarStyle] = static_cast<int16_t>(hiding.style ? 0 : piece.style);
  row[kBarMetre] = static_cast<int16_t>(now.metre);
  row[kBarLength] = static_cast<int16_t>(LengthSymbol(now.length));
  row[kBarDensity] = static_cast<int16_t>(hiding.plan ? kDensityUnknown : now.density);
  row[kBarPolyphony] = static_cast<int16_t>(hiding.plan ? kPolyphonyUnknown : now.polyphony);
  row[kBarFromStart] = static_cast<int16_t>(std::min<size_t>(bar, 4));
  row[kBarFromEnd] = static_cast<int16_t>(std::min<size_t>(piece.bars.size() - 1 - bar, 4));
  row[kBarRoles] = static_cast<int16_t>(piece.roles);
  row[kBarTonic] = static_cast<int16_t>(piece.tonic);
  if (!hiding.chords) {
    for (size_t slot = 0; slot < kChordSlots; ++slot) {
      row[kBarChords + slot] = static_cast<int16_t>(now.chords[slot]);
      if (bar + 1 < piece.bars.size()) {
        row[kBarNextChords + slot] = static_cast<int16_t>(piece.bars[bar + 1].chords[slot]);
      }
    }
  }
  return row;
}

int ResemblingBar(const Piece& piece, size_t bar, bool later) {
  int best = -1;
  double best_score = -2.0;
  auto consider = [&](size_t other) {
    const double score = Resemblance(piece.bars[bar], piece.bars[other]);
    if (score > best_score) {
      best_score = score;
      best = static_cast<int>(other);
    }
  };
  for (size_t back = 2; back <= 16 && back <= bar; ++back) consider(bar - back);
  for (size_t ahead = 1; later && ahead <= 16 && bar + ahead < piece.bars.size(); ++ahead) consider(bar + ahead);
  return best;
}

BarContext::BarContext(const Piece& piece, size_t bar, int bar_b, const Hiding& hiding)
    : piece_(piece), bar_(piece.bars[bar]), hiding_(hiding) {
  if (bar >= 1) a_.bar = &piece.bars[bar - 1];
  if (bar_b >= 0) b_.bar = &piece.bars[static_cast<size_t>(bar_b)];
  last_attack_.fill(kNoPitch);
  // The last attacks before this bar, from up to four bars back.
  for (size_t back = 1; back <= 4 && back <= bar; ++back) {
    const std::vector<Event>& events = piece.bars[bar - back].events;
    for (size_t i = events.size(); i-- > 0;) {
      int& last = last_attack_[static_cast<size_t>(events[i].role)];
      if (last == kNoPitch) last = events[i - Ordinal(events, i)].pitch;
    }
  }
}

Row BarContext::BarLead() const {
  Row row = EmptyRow();
  row[kKind] = kBarRow;
  return row;
}

Row BarContext::MelodyLead(const MelodyNote& note) const {
  Row row = EmptyRow();
  SetEventColumns(&row, kMelodyRow, note.onset, kMelodyRole, note.pitch, DurationSymbol(note.duration),
                  hiding_.chords ? kNoChord : bar_.ChordAt(note.onset));
  return row;
}

Row BarContext::EventLead(const Event& event) const {
  Row row = EmptyRow();
  SetEventColumns(&row, kEventRow, event.onset, event.role, event.pitch, event.duration,
                  hiding_.chords ? kNoChord : bar_.ChordAt(event.onset));
  return row;
}

void BarContext::FillOnset(Row* row) const {
  Row& r = *row;
  r[kPredicts] = 1;
  r[kStepStyle] = static_cast<int16_t>(hiding_.style ? 0 : piece_.style);
  r[kStepDensity] = static_cast<int16_t>(hiding_.plan ? kDensityUnknown : bar_.density);
  r[kStepPolyphony] = static_cast<int16_t>(hiding_.plan ? kPolyphonyUnknown : bar_.polyphony);
  r[kLastOnset] = static_cast<int16_t>(events_.empty() ? kNoOnset : events_.back().onset);
  auto onset_of = [](const Copy& copy) {
    if (copy.bar == nullptr) return kNoOnset;
    return copy.next < copy.bar->events.size() ? copy.bar->events[copy.next].onset : kEndOfBar;
  };
  r[kCopyAOnset] = static_cast<int16_t>(onset_of(a_));
  r[kCopyBOnset] = static_cast<int16_t>(onset_of(b_));
}

void BarContext::FillRole(Row* row, int onset) const {
  Row& r = *row;
  auto role_of = [onset](const Copy& copy) {
    if (copy.bar == nullptr || copy.next >= copy.bar->events.size()) return static_cast<int>(kNoRole);
    const Event& event = copy.bar->events[copy.next];
    return event.onset == onset ? event.role : static_cast<int>(kNoRole);
  };
  r[kCopyARole] = static_cast<int16_t>(role_of(a_));
  r[kCopyBRole] = static_cast<int16_t>(role_of(b_));
  const int chord = hiding_.chords ? kNoChord : bar_.ChordAt(onset);
  r[kStepRoot] = static_cast<int16_t>(chord == kNoChord ? kNoRoot : ChordRoot(chord));
  r[kStepQuality] = static_cast<int16_t>(QualityOf(chord));
  r[kMelodySounding] = kNoPitch;
  r[kMelodyStarts] = 0;
  for (const MelodyNote& note : bar_.melody) {
    if (note.onset <= onset && onset < note.onset + note.duration) {
      r[kMelodySounding] = static_cast<int16_t>(note.pitch);
      r[kMelodyStarts] = note.onset == onset ? 1 : 0;
    }
  }
  for (const Event& event : events_) {  // a melody that is composed too
    if (event.role != kMelodyRole) continue;
    const int end = event.onset + kDurationTicks[static_cast<size_t>(event.duration)];
    if (event.onset > onset || onset >= end) continue;
    r[kMelodySounding] = static_cast<int16_t>(event.pitch);
    r[kMelodyStarts] = event.onset == onset ? 1 : 0;
  }
}

const Event* BarContext::Matching(const Copy& copy, int onset, int role) const {
  if (copy.bar == nullptr || copy.next >= copy.bar->events.size()) return nullptr;
  for (size_t i = copy.next; i < copy.bar->events.size() && copy.bar->events[i].onset == onset; ++i) {
    if (copy.bar->events[i].role == role) return &copy.bar->events[i];
  }
  return nullptr;
}

void BarContext::FillPitch(Row* row, int onset, int role) const {
  Row& r = *row;
  const int chord = hiding_.chords ? kNoChord : bar_.ChordAt(onset);
  const bool inside = !events_.empty() && events_.back().onset == onset;
  r[kBelowPitch] = static_cast<int16_t>(inside ? events_.back().pitch : kNoPitch);
  r[kRolePitch] = static_cast<int16_t>(inside && events_.back().role == role ? events_.back().pitch
                                                                             : last_attack_[static_cast<size_t>(role)]);
  auto fill = [&](const Copy& copy, Column plain, Column moved) {
    const Event* event = Matching(copy, onset, role);
    r[plain] = static_cast<int16_t>(event == nullptr ? kNoPitch : event->pitch);
    r[moved] = static_cast<int16_t>(
        event == nullptr ? kNoPitch : Moved(event->pitch, hiding_.chords ? kNoChord : copy.bar->ChordAt(onset), chord));
  };
  fill(a_, kCopyAPitch, kCopyAMoved);
  fill(b_, kCopyBPitch, kCopyBMoved);
}

void BarContext::FillDuration(Row* row, int onset, int role, int /*pitch*/) const {
  Row& r = *row;
  const Event* a = Matching(a_, onset, role);
  const Event* b = Matching(b_, onset, role);
  r[kCopyADuration] = static_cast<int16_t>(a == nullptr ? kNoDuration : a->duration);
  r[kCopyBDuration] = static_cast<int16_t>(b == nullptr ? kNoDuration : b->duration);
  r[kRemaining] = static_cast<int16_t>(std::clamp((bar_.length - onset + 11) / 12, 0, kRemainingSymbols - 2));
}

void BarContext::Append(const Event& event) {
  events_.push_back(event);
  const size_t ordinal = Ordinal(events_, events_.size() - 1);
  if (ordinal == 0) last_attack_[static_cast<size_t>(event.role)] = event.pitch;
  for (Copy* copy : {&a_, &b_}) {
    if (copy->bar == nullptr) continue;
    const std::vector<Event>& theirs = copy->bar->events;
    while (copy->next < theirs.size()) {
      const Event& other = theirs[copy->next];
      const bool passed = std::tuple(other.onset, other.role, Ordinal(theirs, copy->next)) <=
                          std::tuple(event.onset, event.role, ordinal);
      if (!passed) break;
      ++copy->next;
    }
  }
}

Sequence EncodeBars(const Piece& piece, size_t first, size_t max_rows, const Hiding& hiding) {
  Sequence sequence;
  for (size_t k = first; k < piece.bars.size() && sequence.rows.size() < max_rows; ++k) {
    const PieceBar& bar = piece.bars[k];
    BarContext context(piece, k, ResemblingBar(piece, k, hiding.later), hiding);
    Row lead = context.BarLead();
    lead[kBarIndex] = static_cast<int16_t>(sequence.bars.size());
    sequence.bars.push_back(MakeBarRow(piece, k, hiding));
    sequence.rows.push_back(lead);
    for (const MelodyNote& note : bar.melody) sequence.rows.push_back(context.MelodyLead(note));
    for (size_t i = 0; i <= bar.events.size(); ++i) {
      Row* row = &sequence.rows.back();
      context.FillOnset(row);
      if (i == bar.events.size()) {
        (*row)[kTargetOnset] = kEndOfBar;
        break;
      }
      const Event& event = bar.events[i];
      (*row)[kTargetOnset] = static_cast<int16_t>(event.onset);
      context.FillRole(row, event.onset);
      (*row)[kTargetRole] = static_cast<int16_t>(event.role);
      context.FillPitch(row, event.onset, event.role);
      (*row)[kTargetPitch] = static_cast<int16_t>(event.pitch);
      context.FillDuration(row, event.onset, event.role, event.pitch);
      (*row)[kTargetDuration] = static_cast<int16_t>(event.duration);
      context.Append(event);
      sequence.rows.push_back(context.EventLead(event));
    }
  }
  // A cut inside a bar: what is left predicts as far as it goes; the bar table loses bars that were cut away whole.
  if (sequence.rows.size() > max_rows) sequence.rows.resize(max_rows);
  size_t used = 0;
  for (const Row& row : sequence.rows) used = std::max(used, static_cast<size_t>(row[kBarIndex] + 1));
  sequence.bars.resize(used);
  return sequence;
}

}  // namespace ledgerline::tokens
