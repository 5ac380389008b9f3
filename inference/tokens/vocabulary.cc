#include "inference/tokens/vocabulary.h"

#include <algorithm>
#include <cstdlib>

namespace ledgerline::tokens {
namespace {

// Ranges: voices after the usual choir ranges, strings from the open lowest string up to a comfortable position,
// guitar from E2 to the 15th fret (sounding), keys one hand each.
constexpr std::array<RoleTraits, kRoles> kRoleTraits = {{
    {"Bass", 38, 62, 1, 0, 52},
    {"Tenor", 46, 69, 1, 0, 52},
    {"Alto", 53, 76, 1, 0, 52},
    {"Cello", 36, 72, 1, 0, 42},
    {"Viola", 48, 81, 1, 0, 41},
    {"Violin II", 55, 88, 1, 0, 40},
    {"Piano left hand", 24, 69, 4, 12, 0},
    {"Piano right hand", 48, 96, 4, 12, 0},
    {"Guitar", 40, 79, 3, 24, 24},
}};

constexpr std::array<std::string_view, kStyles> kStyleNames = {
    "any",  "art-song", "hymn",      "string-quartet", "piano", "mazurka", "waltz", "polonaise", "guitar",
    "folk", "march",    "krakowiak", "ragtime",        "motet", "mass",    "opera", "organ",     "dance"};

constexpr std::array<std::array<int, 4>, kQualities> kIntervals = {
    {{0, 4, 7, -1}, {0, 3, 7, -1}, {0, 4, 7, 10}, {0, 3, 7, 10}, {0, 3, 6, 9}, {0, 4, 8, -1}}};

}  // namespace

int DurationSymbol(int64_t ticks) {
  int best = 0;
  for (int i = 1; i < kDurationCount; ++i) {
    if (std::llabs(kDurationTicks[i] - ticks) < std::llabs(kDurationTicks[best] - ticks)) best = i;
  }
  return best;
}

const RoleTraits& TraitsOf(int role) { return kRoleTraits[static_cast<size_t>(role)]; }

std::string_view StyleName(int style) { return kStyleNames[static_cast<size_t>(style)]; }

int StyleNumber(std::string_view name) {
  const auto found = std::find(kStyleNames.begin(), kStyleNames.end(), name);
  return found == kStyleNames.end() ? -1 : static_cast<int>(found - kStyleNames.begin());
}

uint32_t ChordMask(int chord) {
  if (chord == kNoChord) return 0;
  uint32_t mask = 0;
  for (int interval : kIntervals[static_cast<size_t>(ChordQuality(chord))]) {
    // The seventh of a diminished chord is not required of the triad, but belongs to it as used.
    if (interval >= 0) mask |= 1u << ((ChordRoot(chord) + interval) % 12);
  }
  return mask;
}

int TransposeChord(int chord, int semitones) {
  if (chord == kNoChord) return kNoChord;
  return ChordSymbolOf((ChordRoot(chord) + semitones % 12 + 12) % 12, ChordQuality(chord));
}

std::string ChordName(int chord) {
  static constexpr std::array<const char*, 12> kRootNames = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                             "F#", "G",  "Ab", "A",  "Bb", "B"};
  static constexpr std::array<const char*, kQualities> kSuffix = {"", "m", "7", "m7", "dim", "aug"};
  if (chord == kNoChord) return "-";
  return std::string(kRootNames[static_cast<size_t>(ChordRoot(chord))]) +
         kSuffix[static_cast<size_t>(ChordQuality(chord))];
}

int MetreSymbol(int numerator, int denominator) {
  static constexpr std::array<std::array<int, 2>, kMetreSymbols> kMetres = {
      {{0, 0}, {2, 4}, {3, 4}, {4, 4}, {6, 8}, {9, 8}, {12, 8}, {2, 2}, {5, 4}, {6, 4}, {1, 4}, {4, 2}}};
  for (int i = 1; i < kMetreSymbols; ++i) {
    if (kMetres[static_cast<size_t>(i)][0] == numerator && kMetres[static_cast<size_t>(i)][1] == denominator) return i;
  }
  return 0;
}

int LengthSymbol(int ticks) { return std::clamp((ticks + 11) / 12, 0, kLengthSymbols - 1); }

int DensityClass(double onsets_per_quarter) {
  static constexpr std::array<double, kDensityClasses - 1> kBounds = {0.01, 0.4, 0.8, 1.2, 1.8, 2.6, 3.8};
  return static_cast<int>(std::upper_bound(kBounds.begin(), kBounds.end(), onsets_per_quarter) - kBounds.begin());
}

int PolyphonyClass(double mean_sounding) {
  static constexpr std::array<double, kPolyphonyClasses - 1> kBounds = {0.01, 1.0, 2.0, 3.0, 4.5};
  return static_cast<int>(std::upper_bound(kBounds.begin(), kBounds.end(), mean_sounding) - kBounds.begin());
}

}  // namespace ledgerline::tokens
