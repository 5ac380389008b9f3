// Vocabulary: the small alphabets of the compound tokens, one per field, and the tables that give them meaning.
//
// Times are ticks of the engine's grid (music::kGridTicks, 24 a quarter). A change here changes every model file:
// kVocabularyVersion is stored in it and checked at load. The fields are documented in docs/formats/tokens.md.
#ifndef LEDGERLINE_INFERENCE_TOKENS_VOCABULARY_H_
#define LEDGERLINE_INFERENCE_TOKENS_VOCABULARY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledgerline::tokens {

inline constexpr int kVocabularyVersion = 2;
// Version 1 had the first 14 styles and the first 9 roles as targets; its models are still read (model_config.h).

// --- Onsets: ticks from the bar's start; a bar is at most two whole notes long.
inline constexpr int kMaxBarTicks = 192;
inline constexpr int kEndOfBar = 192;  // the onset symbol that closes a bar
inline constexpr int kNoOnset = 193;
inline constexpr int kOnsetSymbols = 194;

// --- Pitches: MIDI numbers.
inline constexpr int kNoPitch = 128;
inline constexpr int kPitchSymbols = 129;

// --- Durations: a ladder of note values in ticks; others take the nearest rung.
inline constexpr std::array<int, 33> kDurationTicks = {1,  2,  3,  4,  5,  6,  8,  9,   10,  12,  15,
                                                       16, 18, 20, 21, 24, 30, 32, 33,  36,  42,  45,
                                                       48, 54, 60, 66, 72, 84, 96, 108, 120, 144, 192};
inline constexpr int kDurationCount = static_cast<int>(kDurationTicks.size());
inline constexpr int kNoDuration = kDurationCount;
inline constexpr int kDurationSymbols = kDurationCount + 1;
int DurationSymbol(int64_t ticks);

// --- Roles: who plays an accompaniment note. At one onset, events are ordered by role, then pitch: basses first.
enum Role : int {
  kBassVoice = 0,
  kTenorVoice = 1,
  kAltoVoice = 2,
  kCello = 3,
  kViola = 4,
  kSecondViolin = 5,
  kKeysLow = 6,
  kKeysHigh = 7,
  kGuitar = 8,
};
inline constexpr int kRoles = 9;       // of the accompaniment
inline constexpr int kMelodyRole = 9;  // the melody: given, or composed like an event where it is hidden
inline constexpr int kTargetRoles = 10;
inline constexpr int kNoRole = 10;
inline constexpr int kRoleSymbols = 11;

struct RoleTraits {
  std::string_view name;
  int lowest;  // MIDI pitches that the part can play with ease
  int highest;
  int voices;   // notes that may start together
  int span;     // semitones between the lowest and the highest of them
  int program;  // General MIDI
};
const RoleTraits& TraitsOf(int role);

// --- Styles, as the model knows them; 0 stands for "not said".
inline constexpr int kStyles = 18;
std::string_view StyleName(int style);   // "any", "art-song", "hymn", ...
int StyleNumber(std::string_view name);  // -1 when unknown

// --- Chords: 0 is none; 1 + quality * 12 + root.
enum Quality : int { kMajor = 0, kMinor = 1, kDominant = 2, kMinorSeventh = 3, kDiminished = 4, kAugmented = 5 };
inline constexpr int kQualities = 6;
inline constexpr int kNoChord = 0;
inline constexpr int kChordSymbols = 1 + 12 * kQualities;
constexpr int ChordSymbolOf(int root, int quality) { return 1 + quality * 12 + root; }
constexpr int ChordRoot(int chord) { return chord == kNoChord ? -1 : (chord - 1) % 12; }
constexpr int ChordQuality(int chord) { return chord == kNoChord ? -1 : (chord - 1) / 12; }
// Bit p is set when pitch class p belongs to the chord; 0 for none.
uint32_t ChordMask(int chord);
int TransposeChord(int chord, int semitones);
std::string ChordName(int chord);  // "C", "F#m", "G7", "-"

// --- Bars.
inline constexpr int kChordSlots = 6;     // a bar has at most six harmonic beats
inline constexpr int kMetreSymbols = 12;  // 0 other, then 2/4 3/4 4/4 6/8 9/8 12/8 2/2 5/4 6/4 1/4 4/2
int MetreSymbol(int numerator, int denominator);
inline constexpr int kLengthSymbols = 17;  // the bar's length in half quarters, rounded up, 0 to 16
int LengthSymbol(int ticks);
inline constexpr int kDensityClasses = 8;  // accompaniment onsets a quarter; see DensityClass
inline constexpr int kDensityUnknown = 8;
inline constexpr int kPolyphonyClasses = 6;  // mean accompaniment notes sounding
inline constexpr int kPolyphonyUnknown = 6;
int DensityClass(double onsets_per_quarter);
int PolyphonyClass(double mean_sounding);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_VOCABULARY_H_
