#include "inference/tokens/fretboard.h"

#include <algorithm>
#include <array>

namespace ledgerline::tokens {
namespace {

constexpr std::array<int, 6> kOpenStrings = {40, 45, 50, 55, 59, 64};
constexpr int kFrets = 19;
constexpr int kReach = 3;  // frets between the first finger and the last

// Places notes[at..] on the strings from `string` up, with the hand at `position`. Taking the lowest string that holds
// a note leaves the most strings to the others.
bool Fits(const std::vector<int>& notes, int position) {
  size_t string = 0;
  for (const int note : notes) {
    auto holds = [&](size_t s) {
      const int fret = note - kOpenStrings[s];
      return fret == 0 || (fret >= position && fret <= position + kReach && fret <= kFrets);
    };
    while (string < kOpenStrings.size() && !holds(string)) ++string;
    if (string == kOpenStrings.size()) return false;
    ++string;
  }
  return true;
}

}  // namespace

bool PlayableOnGuitar(const std::vector<int>& held, int pitch) {
  std::vector<int> notes = held;
  notes.push_back(pitch);
  if (notes.size() > kOpenStrings.size()) return false;
  std::sort(notes.begin(), notes.end());
  for (int position = 1; position + kReach <= kFrets; ++position) {
    if (Fits(notes, position)) return true;
  }
  return false;
}

}  // namespace ledgerline::tokens
