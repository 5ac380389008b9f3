// Grammar: what may follow what while a bar is composed, and what is discouraged, as biases on logits.
//
// Hard rules (kForbid): onsets never go back; nothing beyond the bar; the planned density bounds the onsets; roles only
// of the ensemble, in order; one note for a voice, string or wind part, four in a hand's span; ranges; no doubled
// notes; a hand that has a note adds no semitone to it, and no foreign second; a guitar's notes lie under one hand; the
// melody stays on top where one hand or choir plays both; durations end in the bar; the voices of a choir do not rest
// while it sings; the last bar has its last attack under the melody's last note. Soft rules: the chord, semitones
// against the melody, muddy low intervals, wide leaps of single lines, onsets off the sixteenth and triplet grids.
#ifndef LEDGERLINE_INFERENCE_TOKENS_GRAMMAR_H_
#define LEDGERLINE_INFERENCE_TOKENS_GRAMMAR_H_

#include <cstdint>
#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::tokens {

inline constexpr float kForbid = -1e9f;
inline constexpr int kMaxEventsPerQuarter = 8;  // of the bar's length; a short bar may always have four

struct GrammarRules {
  bool lead_shares_hand = false;                // the melody is played by the right hand or the guitar
  bool ordered = false;                         // bass <= tenor <= alto <= melody
  bool choir = false;                           // and none of them rests
  bool dance = false;                           // in three: a bass on the first beat, chords on the others
  bool triplets = false;                        // the melody uses triplets, so that the accompaniment may
  bool melody_composed = false;                 // kMelodyRole takes part in bars that have no melody
  int melody_lowest = 55, melody_highest = 84;  // where it moves then
  float foreign_on_beat = -0.6f;                // logit of a note outside the chord, on a beat
  float foreign_off_beat = -0.1f;
  float melody_clash = -1.2f;   // a semitone against the sounding melody
  float thin = 1.0f;            // for another note of an attack while fewer sound than the plan asks for
  float thick = -1.5f;          // and while more sound
  float downbeat_bass = 1.8f;   // the ensemble's lowest role on a bar's first beat
  float opening_bass = 4.0f;    // and on the first beat of the first bar that is composed, if the melody sounds in it
  float string_goes_on = 2.5f;  // a string that played in the bar and is silent, where others strike
  float string_left = 3.0f;     // and more on a beat where its last note is no longer of the chord
  float two_rest = 3.0f;        // a string that has not played in the bar, while another has not, either
  float parallel = -9.0f;       // a single line moving with melody or another line into a fifth or octave from one
  float bass_step = 0.0f;       // the bass's move by one or two semitones
  float inner_step = 0.65f;  // the same of an inner voice, or to a note of a chord from one of the hand's chord before
  float say_chord = 1.4f;    // a root or third that the beat's chord has and nobody has sounded in it yet
  float leading_twice = -1.2f;  // a leading note that sounds already (the third and seventh of dominants)
  float last_third = 5.0f;      // the last chord's third while it is missing, and one more note for it
  float wide_grip = -0.8f;      // a guitar's attack wider than a hand holds on keys
  float crossing = -9.0f;       // of a part that sounds on, or that strikes with it where voices are not ordered
  float dance_beat = 0.8f;      // an onset on a beat of a dance, or of a compound metre
  float odd_sixteenth = -3.0f;  // of a compound metre, where neither plan nor melody has sixteenths
  float second_eighth = -2.5f;  // of a compound beat, where the plan is calm and the melody has none there
  // What a style's composers do more or less often than the model does (habits.h).
  float join = 0.0f;         // another note of an attack
  float again = 0.0f;        // a line or the bass striking its last pitch again
  float same_rhythm = 0.0f;  // going on with the rhythm of the bar before, having begun with it
  float sixteenth = 0.0f;    // an onset on an odd sixteenth
  float off_beat = 0.0f;     // an onset on an eighth between the beats
  float brief = 0.0f;        // a duration of an eighth or less
  float bass_height = 0.0f;  // of the left hand, or the bass, per octave above C3
  float height = 0.0f;       // of the others, per octave above middle C
  float cluster = -8.0f;     // a semitone inside an attack: no chord of the vocabulary has one
};

class BarGrammar {
 public:
  // `piece` outlives the grammar. `events` passed below are those composed in this bar so far.
  BarGrammar(const Piece& piece, size_t bar, const GrammarRules& rules);

  // `after` forbids onsets at or below it (a retry); -1 for none. Size kEndOfBar + 1.
  std::vector<float> OnsetBias(const std::vector<Event>& events, int after) const;
  std::vector<float> RoleBias(const std::vector<Event>& events, int onset) const;  // size kTargetRoles
  // `last_of_role`: the role's last attack before this onset, kNoPitch when none. Size 128.
  std::vector<float> PitchBias(const std::vector<Event>& events, int onset, int role, int last_of_role) const;
  // Of an event of `role` at `onset`, which may be the first of its onset. Size kDurationCount.
  std::vector<float> DurationBias(const std::vector<Event>& events, int onset, int role) const;

 private:
  const Piece& piece_;
  const PieceBar& bar_;
  size_t index_;
  bool ComposesMelody() const { return rules_.melody_composed && bar_.melody.empty(); }
  // Whether a melody is composed here, and none sounds at `onset` of what there is so far.
  bool MelodySilent(const std::vector<Event>& events, int onset) const;
  std::vector<float> MelodyPitchBias(int onset, int last) const;
  // Whether triplets are in place at `onset`: the song has them throughout, or its melody in this beat.
  bool TripletsAt(int onset) const;
  // Whether a choir may strike or leave a note there: eighths of the beat, and where the melody strikes.
  bool OnChoirGrid(int tick) const;
  bool MelodyStrikes(int tick) const;
  // The pitch of `role`'s last attack before `onset`, up to `bars` back; kNoPitch when none.
  int PitchBefore(const std::vector<Event>& events, int role, int onset, size_t bars) const;
  // The pitches of `role`'s last attack before `onset`, up to one bar back.
  std::vector<int> AttackBefore(const std::vector<Event>& events, int role, int onset) const;
  // The melody's note before the one that sounds at `onset`; kNoPitch when that one does not start there.
  int MelodyBefore(int onset) const;
  // Pitch classes of the melody and of `events` that sound in the beat of `onset` so far.
  uint32_t SaidInBeat(const std::vector<Event>& events, int onset) const;
  // Pitch classes of the melody and of `events` that sound at `onset`.
  uint32_t SoundingAt(const std::vector<Event>& events, int onset) const;
  // Tick at which `role` falls silent, given the bar's events so far; 0 when it has none.
  int SilentFrom(const std::vector<Event>& events, int role) const;
  // Where the bar before goes on after `events`, as long as they have its rhythm: an onset, or kEndOfBar; else -1.
  int NextOfRhythmBefore(const std::vector<Event>& events) const;
  // Whether nothing was composed before this bar, and its melody sounds.
  bool Opens() const;
  // How many strings of the ensemble have not played in the bar.
  int StringsResting(const std::vector<Event>& events) const;
  // Encouragement for a string part that is silent at `onset`: more after each bar that it rested.
  float EntryBonus(const std::vector<Event>& events, int role, int onset) const;

  GrammarRules rules_;
  int least_ = 0, most_ = 0;  // onsets that the plan asks for and allows
  int lowest_ = 0;            // the ensemble's lowest role
  int closing_ = -1;          // in the last bar, where the last attack stands; else -1
};

// Mean notes sounding that a polyphony class stands for, [lowest, highest].
struct PolyphonyRange {
  double lowest;
  double highest;
};
PolyphonyRange PolyphonyRangeOf(int polyphony_class);

// Onsets a quarter that a density class stands for, [lowest, highest].
struct DensityRange {
  double lowest;
  double highest;
};
DensityRange DensityRangeOf(int density_class);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_GRAMMAR_H_
