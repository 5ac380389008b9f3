#include "inference/tokens/grammar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>

#include "inference/tokens/fretboard.h"
#include "inference/tokens/idiom.h"

namespace ledgerline::tokens {
namespace {

// Rungs of the duration ladder that a player reads without effort; the others only describe what files contain.
constexpr std::array<int, 21> kWrittenTicks = {3,  4,  6,  8,  9,  12, 16,  18,  24,  32, 36,
                                               48, 54, 60, 72, 84, 96, 108, 120, 144, 192};
constexpr int kHandWithMelody = 12;  // the right hand holds melody and accompaniment at once
constexpr int kHandSpan = 14;        // semitones
constexpr int kCelloTenor = 60;      // a cello that accompanies stays below middle C, mostly
constexpr int kWideLeap = 12;
constexpr float kForeignClose = -12.0f;  // of a note outside the last chord: beyond what guidance moves a logit by
constexpr int kWidestLeap = 19;
constexpr size_t kLinesBack = 4;        // bars that a line may rest for and is still remembered
constexpr int kCalm = 3, kEighths = 5;  // the density classes of about a quarter, and an eighth, each
constexpr int kOpeningBass = 55;        // G3: the bass that a piece begins with lies below, mostly
constexpr float kOpeningHeight = 0.3f;
constexpr float kLongMelodyNote = -2.5f;  // of a composed melody: above a dotted quarter
constexpr float kMelodyWanted = 3.0f;     // where a melody is composed and is silent

int DistinctOnsets(const std::vector<Event>& events) {
  int count = 0;
  for (size_t i = 0; i < events.size(); ++i) count += i == 0 || events[i].onset != events[i - 1].onset;
  return count;
}

// Whether two lines move alike from one perfect fifth or octave into another of the same kind.
bool ParallelPerfects(int one_before, int one_after, int other_before, int other_after) {
  if (one_before >= kNoPitch || other_before >= kNoPitch) return false;
  if ((one_after - one_before) * (other_after - other_before) <= 0) return false;
  const int before = std::abs(other_before - one_before) % 12, after = std::abs(other_after - one_after) % 12;
  return before == after && (after == 0 || after == 7);
}

const MelodyNote* MelodyAt(const PieceBar& bar, int onset) {
  for (const MelodyNote& note : bar.melody) {
    if (note.onset <= onset && onset < note.onset + note.duration) return &note;
  }
  return nullptr;
}

// A song comes to rest on a triad: the chord without its seventh.
int Triad(int chord) {
  if (ChordQuality(chord) == kDominant) return ChordSymbolOf(ChordRoot(chord), kMajor);
  if (ChordQuality(chord) == kMinorSeventh) return ChordSymbolOf(ChordRoot(chord), kMinor);
  return chord;
}

// What an interval closer than a fourth costs where it blurs: in a hand's chord already in the middle.
float Mud(int below, int pitch, bool one_hand) {
  constexpr int kC3 = 48, kE3 = 52, kG3 = 55, kFourth = 5;
  if (pitch - below >= kFourth) return 0;
  if (below < kC3) return one_hand ? 3.0f : 2.5f;
  return !one_hand || below >= kG3 ? 0.0f : below < kE3 ? 1.2f : 0.6f;
}

// Whether a pitch stands a semitone from one of `others`, or, foreign to the chord, a whole tone.
bool Rubs(int pitch, bool belongs, std::span<const int> others) {
  return std::any_of(others.begin(), others.end(), [&](int other) {
    const int apart = std::abs(pitch - other);
    return apart == 1 || (apart == 2 && !belongs);
  });
}

// The pitch classes that lead: a dominant's third and seventh, and the third of the key's own and of its relative
// minor's dominant in major. A diminished chord's root leads, too.
uint32_t LeadingNotes(int chord, int tonic) {
  if (chord == kNoChord) return 0;
  const int root = ChordRoot(chord), quality = ChordQuality(chord), degree = (root - tonic + 12) % 12;
  const auto bit = [root](int above) { return 1u << ((root + above) % 12); };
  if (quality == kDominant) return bit(4) | bit(10);
  if (quality == kDiminished) return bit(0);
  return quality == kMajor && (degree == 7 || degree == 4) ? bit(4) : 0;
}

uint32_t ThirdOf(int chord) {
  if (chord == kNoChord) return 0;
  const bool minor =
      ChordQuality(chord) == kMinor || ChordQuality(chord) == kMinorSeventh || ChordQuality(chord) == kDiminished;
  return 1u << ((ChordRoot(chord) + (minor ? 3 : 4)) % 12);
}

}  // namespace

DensityRange DensityRangeOf(int density_class) {
  static constexpr std::array<DensityRange, kDensityClasses + 1> kRanges = {
      {{0, 0}, {0.01, 0.4}, {0.4, 0.8}, {0.8, 1.2}, {1.2, 1.8}, {1.8, 2.6}, {2.6, 3.8}, {3.8, 6.0}, {0, 4.0}}};
  return kRanges[static_cast<size_t>(density_class)];
}

PolyphonyRange PolyphonyRangeOf(int polyphony_class) {
  static constexpr std::array<PolyphonyRange, kPolyphonyClasses + 1> kRanges = {
      {{0, 0}, {0.01, 1}, {1, 2}, {2, 3}, {3, 4.5}, {4.5, 8}, {0, 8}}};
  return kRanges[static_cast<size_t>(polyphony_class)];
}

BarGrammar::BarGrammar(const Piece& piece, size_t bar, const GrammarRules& rules)
    : piece_(piece), bar_(piece.bars[bar]), index_(bar), rules_(rules) {
  while (lowest_ + 1 < kRoles && ((piece.roles >> lowest_) & 1u) == 0) ++lowest_;
  const DensityRange range = DensityRangeOf(bar_.density);
  least_ = static_cast<int>(std::ceil(range.lowest * bar_.length / 24.0 - 1e-9));
  most_ = std::max({1, least_, static_cast<int>(std::ceil(range.highest * bar_.length / 24.0 - 1e-9)) - 1});
  if (ComposesMelody()) {
    most_ += 3 * bar_.length / 48;                                              // the melody's own onsets
    rules_.join = rules_.same_rhythm = rules_.sixteenth = rules_.off_beat = 0;  // they speak of an accompaniment
  }
  if (bar + 1 == piece.bars.size() && bar_.density != 0 && !bar_.melody.empty()) {
    closing_ = bar_.melody.back().onset;
    ++most_;  // the close itself is not counted
  }
}

int BarGrammar::SilentFrom(const std::vector<Event>& events, int role) const {
  for (size_t i = events.size(); i-- > 0;) {
    if (events[i].role == role) return events[i].onset + kDurationTicks[static_cast<size_t>(events[i].duration)];
  }
  return 0;
}

uint32_t BarGrammar::SaidInBeat(const std::vector<Event>& events, int onset) const {
  const int begin = onset - onset % bar_.beat;
  uint32_t said = 0;
  for (const MelodyNote& note : bar_.melody) {
    if (note.onset <= onset && note.onset + note.duration > begin) said |= 1u << (note.pitch % 12);
  }
  for (const Event& event : events) {
    const bool sounds = event.onset + kDurationTicks[static_cast<size_t>(event.duration)] > begin;
    if (sounds) said |= 1u << (event.pitch % 12);
  }
  return said;
}

uint32_t BarGrammar::SoundingAt(const std::vector<Event>& events, int onset) const {
  const MelodyNote* melody = MelodyAt(bar_, onset);
  uint32_t sounding = melody == nullptr ? 0 : 1u << (melody->pitch % 12);
  for (const Event& event : events) {
    const bool sounds = event.onset + kDurationTicks[static_cast<size_t>(event.duration)] > onset;
    if (sounds) sounding |= 1u << (event.pitch % 12);
  }
  return sounding;
}

bool BarGrammar::MelodySilent(const std::vector<Event>& events, int onset) const {
  return ComposesMelody() && SilentFrom(events, kMelodyRole) <= onset;
}

int BarGrammar::PitchBefore(const std::vector<Event>& events, int role, int onset, size_t bars) const {
  for (size_t i = events.size(); i-- > 0;) {
    if (events[i].role == role && events[i].onset < onset) return events[i].pitch;
  }
  for (size_t back = 1; back <= std::min(index_, bars); ++back) {
    const std::vector<Event>& earlier = piece_.bars[index_ - back].events;
    for (size_t i = earlier.size(); i-- > 0;) {
      if (earlier[i].role == role) return earlier[i].pitch;
    }
  }
  return kNoPitch;
}

std::vector<int> BarGrammar::AttackBefore(const std::vector<Event>& events, int role, int onset) const {
  std::vector<int> attack;
  const auto look = [&](const std::vector<Event>& bar, int before) {
    int at = -1;
    for (size_t i = bar.size(); i-- > 0;) {
      if (bar[i].role != role || bar[i].onset >= before) continue;
      if (at >= 0 && bar[i].onset != at) break;
      at = bar[i].onset;
      attack.push_back(bar[i].pitch);
    }
  };
  look(events, onset);
  if (attack.empty() && index_ > 0) look(piece_.bars[index_ - 1].events, kMaxBarTicks);
  return attack;
}

int BarGrammar::MelodyBefore(int onset) const {
  const MelodyNote* now = MelodyAt(bar_, onset);
  if (now == nullptr || now->onset != onset || now->tied) return kNoPitch;
  if (now != bar_.melody.data()) return (now - 1)->pitch;
  for (size_t back = 1; back <= std::min(index_, kLinesBack); ++back) {
    const std::vector<MelodyNote>& earlier = piece_.bars[index_ - back].melody;
    if (!earlier.empty()) return earlier.back().pitch;
  }
  return kNoPitch;
}

bool BarGrammar::TripletsAt(int onset) const {
  return rules_.triplets || std::any_of(bar_.melody.begin(), bar_.melody.end(), [&](const MelodyNote& note) {
           return note.onset / bar_.beat == onset / bar_.beat && note.onset % 3 != 0;
         });
}

bool BarGrammar::OnChoirGrid(int tick) const { return tick % 12 == 0 || tick == bar_.length || MelodyStrikes(tick); }

bool BarGrammar::MelodyStrikes(int tick) const {
  return std::any_of(bar_.melody.begin(), bar_.melody.end(),
                     [tick](const MelodyNote& note) { return note.onset == tick; });
}

int BarGrammar::NextOfRhythmBefore(const std::vector<Event>& events) const {
  if (index_ == 0 || piece_.bars[index_ - 1].length != bar_.length) return -1;
  const std::vector<Event>& before = piece_.bars[index_ - 1].events;
  if (before.empty()) return -1;
  const auto next_attack = [](const std::vector<Event>& bar, size_t at) {
    const int onset = bar[at].onset;
    while (at < bar.size() && bar[at].onset == onset) ++at;
    return at;
  };
  size_t b = 0;
  for (size_t n = 0; n < events.size(); n = next_attack(events, n), b = next_attack(before, b)) {
    if (b == before.size() || before[b].onset != events[n].onset) return -1;
  }
  return b < before.size() ? before[b].onset : kEndOfBar;
}

bool BarGrammar::Opens() const {
  return !bar_.melody.empty() &&
         std::all_of(piece_.bars.begin(), piece_.bars.begin() + static_cast<std::ptrdiff_t>(index_),
                     [](const PieceBar& bar) { return bar.events.empty(); });
}

int BarGrammar::StringsResting(const std::vector<Event>& events) const {
  int resting = 0;
  for (const int role : {kCello, kViola, kSecondViolin}) {
    resting += ((piece_.roles >> role) & 1u) != 0 &&
               std::none_of(events.begin(), events.end(), [role](const Event& event) { return event.role == role; });
  }
  return resting;
}

float BarGrammar::EntryBonus(const std::vector<Event>& events, int role, int onset) const {
  if (rules_.choir || TraitsOf(role).voices != 1) return 0;
  auto plays = [role](const std::vector<Event>& bar) {
    return std::any_of(bar.begin(), bar.end(), [role](const Event& event) { return event.role == role; });
  };
  // A part that fell silent is wanted back, the more so where the plan asks for a full sound.
  const float full = PolyphonyRangeOf(bar_.polyphony).lowest >= 2.0 ? 1.0f : 0.5f;
  // A string that stops in the middle of a bar goes on where the others do: it rests for whole bars.
  const bool string = role == kCello || role == kViola || role == kSecondViolin;
  if (plays(events)) {
    if (SilentFrom(events, role) > onset) return 0;
    if (!string) return full;
    const uint32_t mask = ChordMask(bar_.ChordAt(onset));
    const bool left =
        mask != 0 && onset % bar_.beat == 0 && ((mask >> (PitchBefore(events, role, onset, 0) % 12)) & 1u) == 0;
    return full + rules_.string_goes_on + (left ? rules_.string_left : 0.0f);
  }
  // Two of the three that rest leave the tune bare.
  const float bare = string && StringsResting(events) >= 2 ? rules_.two_rest : 0.0f;
  // The longer, the more; a bass that keeps silent leaves the others in the air.
  const bool lowest = (piece_.roles & ((1u << role) - 1u)) == 0;
  const float each = lowest ? 4.0f : 1.5f;
  if (index_ == 0) return each * full + bare;
  int rested = 0;
  while (rested < 4 && rested < static_cast<int>(index_) &&
         !plays(piece_.bars[index_ - static_cast<size_t>(rested) - 1].events)) {
    ++rested;
  }
  return full + each * static_cast<float>(rested) + bare;
}

std::vector<float> BarGrammar::OnsetBias(const std::vector<Event>& events, int after) const {
  std::vector<float> bias(kEndOfBar + 1, kForbid);
  const int bound = std::max(4, kMaxEventsPerQuarter * bar_.length / 24);
  if (static_cast<int>(events.size()) >= bound || bar_.density == 0) {
    bias[kEndOfBar] = 0;
    return bias;
  }
  const int onsets = DistinctOnsets(events);
  const int last = events.empty() ? -1 : events.back().onset;
  const bool compound = bar_.beat == 36;
  int latest = closing_ >= 0 ? closing_ : bar_.length;
  // The texture at the attack so far, against the plan's.
  float texture = 0;
  if (last >= 0) {
    const PolyphonyRange range = PolyphonyRangeOf(bar_.polyphony);
    const auto sounding = static_cast<double>(std::count_if(events.begin(), events.end(), [last](const Event& event) {
      return event.onset + kDurationTicks[static_cast<size_t>(event.duration)] > last;
    }));
    if (sounding < range.lowest) texture = rules_.thin;
    const uint32_t third = last == closing_ ? ThirdOf(bar_.ChordAt(last)) : 0;
    if ((third & ~SoundingAt(events, last)) != 0) texture = rules_.last_third;
    if (sounding >= range.highest + 0.5) texture = rules_.thick;
  }
  if (rules_.choir) {
    // A silent voice enters now, or where the first of them falls silent.
    for (int role = 0; role < kRoles; ++role) {
      if (((piece_.roles >> role) & 1u) == 0) continue;
      const bool passed = last >= 0 && role <= events.back().role;  // cannot enter at the current onset any more
      const int silent = SilentFrom(events, role);
      latest = std::min(latest, std::max({silent, last + (passed ? 1 : 0), after + 1, 0}));
    }
  }
  for (int onset = std::max(last, 0); onset < bar_.length; ++onset) {
    if (onset <= after || (onset > latest && onset != closing_)) continue;
    // The close may always be reached; other onsets keep within the plan and leave room for it.
    const bool full = onsets + (closing_ >= 0 ? 1 : 0) >= most_;
    const bool needed = onset == closing_ || (rules_.choir && onset == latest);  // a voice would fall silent
    if (onset != last && full && !needed) continue;
    if (rules_.choir && !OnChoirGrid(onset)) continue;
    float& value = bias[static_cast<size_t>(onset)];
    if (onset % 12 == 0) {
      value = 0;
    } else if (onset % 6 == 0) {
      value = -0.2f;
    } else if (onset % 8 == 0) {
      if (!TripletsAt(onset) && onset != closing_) continue;
      value = compound ? -3.0f : -0.2f;
    } else if (onset % 3 == 0) {
      value = -3.0f;
    } else if (onset % 4 == 0 && TripletsAt(onset)) {
      value = -4.0f;
    } else if (onset == closing_) {
      value = 0;
    }
    if (onset != last && onset % 12 == 0 && onset % bar_.beat != 0) value += rules_.off_beat;
    if (onset != last && onset % 12 == 6) value += rules_.sixteenth;
    // Two hands rather begin with the bar: a tune's downbeat without a bass hangs in the air.
    if (events.empty() && onset == 0) value += rules_.downbeat_bass / (lowest_ == kKeysLow ? 1.0f : 2.0f);
    if (events.empty() && onset == 0 && Opens()) value += rules_.opening_bass;
    // Compound beats too: attacks on every second eighth turn six eighths into three quarters.
    if ((rules_.dance || compound) && onset != last && onset % bar_.beat == 0) value += rules_.dance_beat;
    if (compound && onset != last && onset % bar_.beat == 12 && bar_.density <= kCalm && !MelodyStrikes(onset))
      value += rules_.second_eighth;
    if (compound && onset != last && onset % 12 == 6 && bar_.density <= kEighths && !MelodyStrikes(onset))
      value += rules_.odd_sixteenth;
    if (onset == last) {  // another part may join the attack
      float bonus = 0;
      for (int role = events.back().role + 1; role < kRoles; ++role) {
        if (((piece_.roles >> role) & 1u) != 0) bonus = std::max(bonus, EntryBonus(events, role, onset));
      }
      if (MelodySilent(events, onset) && events.back().role != kMelodyRole) bonus = std::max(bonus, kMelodyWanted);
      value += bonus + texture + rules_.join;
    } else if (MelodySilent(events, onset) && onset % 12 == 0) {
      value += kMelodyWanted / 2;
    }
  }
  bool room = false;
  for (int onset = 0; onset < kEndOfBar; ++onset)
    room = room || (onset > last && bias[static_cast<size_t>(onset)] > -2.0f);
  // The bar ends once it holds what the plan asks for, or when there is no room left for more.
  bias[kEndOfBar] = 0;
  if (room && onsets < std::max(least_, 1)) bias[kEndOfBar] = -8.0f;
  if (room && MelodySilent(events, bar_.length - 1)) bias[kEndOfBar] -= kMelodyWanted;
  if (room && !bar_.melody.empty() && StringsResting(events) >= 2) bias[kEndOfBar] -= rules_.two_rest;
  if (closing_ >= 0 && last < closing_ && after < closing_) bias[kEndOfBar] = kForbid;
  if (rules_.choir && latest < bar_.length && after < latest) bias[kEndOfBar] = kForbid;
  if (rules_.same_rhythm != 0) {
    if (const int next = NextOfRhythmBefore(events); next >= 0) bias[static_cast<size_t>(next)] += rules_.same_rhythm;
  }
  bool any = bias[kEndOfBar] > kForbid / 2;
  for (const float value : bias) any = any || value > kForbid / 2;
  if (!any) bias[kEndOfBar] = 0;
  return bias;
}

std::vector<float> BarGrammar::RoleBias(const std::vector<Event>& events, int onset) const {
  std::vector<float> bias(kTargetRoles, kForbid);  // the melody is given, mostly
  int together = 0;
  const bool inside = !events.empty() && events.back().onset == onset;
  if (inside) {
    for (size_t i = events.size(); i-- > 0 && events[i].onset == onset && events[i].role == events.back().role;)
      ++together;
  }
  for (int role = 0; role < kRoles; ++role) {
    if (((piece_.roles >> role) & 1u) == 0) continue;
    if (inside && role < events.back().role) continue;
    if (inside && role == events.back().role && together >= TraitsOf(role).voices) continue;
    float& value = bias[static_cast<size_t>(role)];
    value = EntryBonus(events, role, onset);
    const bool lowest = (piece_.roles & ((1u << role) - 1u)) == 0;
    if (lowest && onset == 0 && !inside) value += rules_.downbeat_bass * (role == kKeysLow ? 1.5f : 1.0f);
    // The first bar of all begins with its bass.
    if (lowest && onset == 0 && !inside && Opens()) value += rules_.opening_bass;
    // The quartet's cello that has played goes on: a bar without it, here and there, sounds like a mistake.
    if (lowest && events.empty() && !rules_.ordered && TraitsOf(role).voices == 1 &&
        PitchBefore(events, role, onset, 1) != kNoPitch) {
      return bias;
    }
    // In a choir no silent voice is passed over, and none that still sings strikes again before the silent ones have.
    if (rules_.choir && SilentFrom(events, role) <= onset) return bias;
  }
  if (ComposesMelody() && !(inside && events.back().role == kMelodyRole)) {
    // One line, that goes on: a note that sounds is let sound, a silence is soon filled.
    bias[kMelodyRole] = !MelodySilent(events, onset) ? -1.5f : onset % 12 == 0 ? kMelodyWanted : 0.0f;
  }
  return bias;
}

std::vector<float> BarGrammar::MelodyPitchBias(int onset, int last) const {
  std::vector<float> bias(128, kForbid);
  const int chord = bar_.ChordAt(onset);
  const uint32_t mask = ChordMask(chord);
  if (last == kNoPitch && index_ > 0 && !piece_.bars[index_ - 1].melody.empty()) {
    last = piece_.bars[index_ - 1].melody.back().pitch;  // it goes on from what was given
  }
  Setting setting;
  setting.role = kMelodyRole;
  setting.chord = chord;
  setting.tonic = piece_.tonic;
  for (int pitch = rules_.melody_lowest; pitch <= rules_.melody_highest; ++pitch) {
    float value = 2 * IdiomBias(setting, pitch);  // only what the key or the chord has, nearly
    if (mask != 0 && !((mask >> (pitch % 12)) & 1u) && onset % bar_.beat == 0) value += rules_.foreign_on_beat;
    if (last != kNoPitch) {
      const int leap = std::abs(pitch - last);
      if (leap > kWideLeap) continue;
      if (leap > 7) value -= 1.5f;
    }
    bias[static_cast<size_t>(pitch)] = value;
  }
  // A range that is nowhere near: whatever is in it.
  if (std::all_of(bias.begin(), bias.end(), [](float value) { return value < kForbid / 2; })) {
    for (int pitch = rules_.melody_lowest; pitch <= rules_.melody_highest; ++pitch)
      bias[static_cast<size_t>(pitch)] = 0;
  }
  return bias;
}

std::vector<float> BarGrammar::PitchBias(const std::vector<Event>& events, int onset, int role,
                                         int last_of_role) const {
  if (role == kMelodyRole) return MelodyPitchBias(onset, last_of_role);
  const RoleTraits& traits = TraitsOf(role);
  std::vector<float> bias(128, kForbid);
  int lowest = traits.lowest, highest = traits.highest;
  const MelodyNote* melody = MelodyAt(bar_, onset);
  const bool keys = role == kKeysLow || role == kKeysHigh || role == kGuitar;
  std::vector<int> same_onset;
  for (size_t i = events.size(); i-- > 0 && events[i].onset == onset;) {
    same_onset.push_back(events[i].pitch);
    if (events[i].role == role) {
      lowest = std::max(lowest, events[i].pitch + 1);
      highest = std::min(highest, events[i].pitch + traits.span);  // the lowest of the attack comes last: it rules
    } else if (keys) {
      lowest = std::max(lowest, events[i].pitch + 1);  // hands do not cross
    } else if (rules_.ordered) {
      lowest = std::max(lowest, events[i].pitch);
    }
  }
  if (melody != nullptr) {
    if (rules_.ordered) highest = std::min(highest, melody->pitch);
    if (rules_.lead_shares_hand && keys) highest = std::min(highest, melody->pitch - 1);
    if (rules_.lead_shares_hand && role == kKeysHigh) lowest = std::max(lowest, melody->pitch - kHandWithMelody);
  }
  // Nor do they cross what sounds on from before, if it can be helped; nor the quartet's parts one another.
  int below = 0, above = 127;
  for (const Event& event : events) {
    if (event.onset == onset && (rules_.ordered || keys)) continue;  // a hard rule
    if (event.role == kMelodyRole && !rules_.ordered) continue;      // who accompanies a singer may lie above
    if (event.onset + kDurationTicks[static_cast<size_t>(event.duration)] <= onset) continue;
    if (event.role < role) below = std::max(below, event.pitch);
    if (event.role > role) above = std::min(above, event.pitch);
  }
  std::vector<int> fretted;  // what the guitarist's fingers hold already
  if (role == kGuitar) {
    if (melody != nullptr && rules_.lead_shares_hand) fretted.push_back(melody->pitch);
    for (const Event& event : events) {
      if (event.onset + kDurationTicks[static_cast<size_t>(event.duration)] > onset) fretted.push_back(event.pitch);
    }
  }
  const bool close = onset == closing_;
  const int chord = close ? Triad(bar_.ChordAt(onset)) : bar_.ChordAt(onset);
  const uint32_t mask = ChordMask(chord);
  struct Line {
    int before, after;
  };
  std::vector<Line> lines;  // the others that move into this onset
  const bool lowest_role = (piece_.roles & ((1u << role) - 1u)) == 0;
  // A hand's chord is no line, but the bass is one.
  const bool line_moves = traits.voices == 1 || (lowest_role && same_onset.empty());
  if (line_moves && melody != nullptr) lines.push_back({MelodyBefore(onset), melody->pitch});
  for (size_t i = events.size(); traits.voices == 1 && i-- > 0 && events[i].onset == onset;) {
    lines.push_back({PitchBefore(events, events[i].role, onset, kLinesBack), events[i].pitch});
  }
  const bool on_beat = onset % bar_.beat == 0;
  const bool single_line = traits.voices == 1;
  Setting setting;
  setting.role = role;
  setting.lowest_role = lowest_role;
  setting.downbeat = onset == 0;
  setting.on_beat = on_beat;
  setting.choir = rules_.choir;
  setting.dance = rules_.dance;
  setting.lead_shares_hand = rules_.lead_shares_hand;
  setting.chord = chord;
  setting.tonic = piece_.tonic;
  if (melody != nullptr) {
    setting.melody = melody->pitch;
    setting.melody_starts = melody->onset == onset && !melody->tied;
  }
  setting.last_of_role = last_of_role;
  if (!same_onset.empty()) {
    setting.below = same_onset.front();
    setting.below_role = events.back().role;
  }
  const bool bass_moves = lowest_role && same_onset.empty() && last_of_role != kNoPitch;
  const bool low = lowest_role && (same_onset.empty() || role == kKeysLow);
  const bool inner = !lowest_role || !same_onset.empty();
  const std::vector<int> before = inner ? AttackBefore(events, role, onset) : std::vector<int>();
  const uint32_t unsaid = mask & ~SaidInBeat(events, onset);
  const uint32_t leading = LeadingNotes(chord, piece_.tonic) & SoundingAt(events, onset);
  const uint32_t wanted = close ? ThirdOf(chord) & ~SoundingAt(events, onset) : 0;
  for (int pitch = lowest; pitch <= highest; ++pitch) {
    if (keys && std::find(same_onset.begin(), same_onset.end(), pitch) != same_onset.end()) continue;
    if (role == kGuitar && !PlayableOnGuitar(fretted, pitch)) continue;
    float value = IdiomBias(setting, pitch);
    value += low ? rules_.bass_height * static_cast<float>(pitch - 48) / 12.0f
                 : rules_.height * static_cast<float>(pitch - 60) / 12.0f;
    if (low && onset == 0 && Opens()) value -= kOpeningHeight * static_cast<float>(std::max(0, pitch - kOpeningBass));
    if (line_moves && pitch == last_of_role) value += rules_.again;
    const bool belongs = ((mask >> (pitch % 12)) & 1u) != 0;
    if (pitch < below || pitch > above) value += rules_.crossing;
    if (close && keys && !same_onset.empty() && mask != 0 && !belongs) continue;  // rather a note less
    if (mask != 0 && !belongs)
      value += close ? kForeignClose : on_beat ? rules_.foreign_on_beat : rules_.foreign_off_beat;
    if (close && same_onset.empty() && mask != 0 && pitch % 12 != ChordRoot(chord)) value -= 2.5f;  // on its root
    if (melody != nullptr) {
      const int apart = (pitch - melody->pitch + 132) % 12;
      if (apart == 1 || apart == 11) value += belongs ? rules_.melody_clash / 2 : rules_.melody_clash;
      if (single_line && !rules_.ordered && pitch > melody->pitch) value -= 1.5f;
    }
    if (bass_moves && pitch != last_of_role && std::abs(pitch - last_of_role) <= 2) value += rules_.bass_step;
    const bool steps = std::any_of(before.begin(), before.end(),
                                   [pitch](int other) { return pitch != other && std::abs(pitch - other) <= 2; });
    if (steps) value += rules_.inner_step;
    const int above_root = mask == 0 ? 0 : (pitch - ChordRoot(chord) + 120) % 12;
    if (above_root <= 4 && ((unsaid >> (pitch % 12)) & 1u) != 0) value += rules_.say_chord;
    if (((leading >> (pitch % 12)) & 1u) != 0) value += rules_.leading_twice;
    if (((wanted >> (pitch % 12)) & 1u) != 0 && !same_onset.empty()) value += rules_.last_third;
    if (role == kGuitar && !same_onset.empty() && pitch - same_onset.back() > kHandSpan) value += rules_.wide_grip;
    if (keys && !same_onset.empty() && Rubs(pitch, belongs || mask == 0, same_onset)) continue;  // rather a note less
    if (keys && rules_.lead_shares_hand && melody != nullptr &&
        Rubs(pitch, belongs || mask == 0, {&melody->pitch, 1})) {
      if (!same_onset.empty()) continue;
      value += rules_.cluster / 2;
    }
    for (const int other : same_onset) {
      if (pitch - other == 1 || other - pitch == 1) value += rules_.cluster;
    }
    if (!same_onset.empty()) value -= Mud(same_onset.front(), pitch, role == kKeysLow && setting.below_role == role);
    for (const Line& line : lines) {
      if (ParallelPerfects(last_of_role, pitch, line.before, line.after)) value += rules_.parallel;
    }
    if (role == kCello && pitch > kCelloTenor) value -= 0.25f * static_cast<float>(pitch - kCelloTenor);
    if (single_line && last_of_role != kNoPitch) {
      const int leap = std::abs(pitch - last_of_role);
      if (leap > kWidestLeap) continue;
      if (leap > kWideLeap) value -= 2.0f;
    }
    bias[static_cast<size_t>(pitch)] = value;
  }
  return bias;
}

std::vector<float> BarGrammar::DurationBias(const std::vector<Event>& events, int onset, int role) const {
  std::vector<float> bias(kDurationCount, kForbid);
  const int left = bar_.length - onset;
  const int onsets = DistinctOnsets(events) + (events.empty() || events.back().onset != onset);
  // A choir's last attack of a bar lasts to its end.
  const bool fill = rules_.choir && role < kRoles && TraitsOf(role).voices == 1 && onsets >= most_;
  const bool triplets = TripletsAt(onset);
  int longest = -1;
  for (int symbol = 0; symbol < kDurationCount; ++symbol) {
    const int ticks = kDurationTicks[static_cast<size_t>(symbol)];
    if (!triplets && ticks % 3 != 0) continue;
    if (ticks > left || std::find(kWrittenTicks.begin(), kWrittenTicks.end(), ticks) == kWrittenTicks.end()) continue;
    if (rules_.choir && role < kRoles && !OnChoirGrid(onset + ticks)) continue;
    // A melody moves; its long notes stand at the ends of phrases, which are few.
    if (!fill) bias[static_cast<size_t>(symbol)] = role == kMelodyRole && ticks > 36 ? kLongMelodyNote : 0.0f;
    if (!fill && ticks <= 12 && role != kMelodyRole) bias[static_cast<size_t>(symbol)] += rules_.brief;
    longest = symbol;
  }
  if (longest < 0) longest = DurationSymbol(left);
  bias[static_cast<size_t>(longest)] = std::max(bias[static_cast<size_t>(longest)], 0.0f);
  return bias;
}

}  // namespace ledgerline::tokens
