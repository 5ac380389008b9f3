#include "inference/drums/kit.h"

#include <utility>

namespace ledgerline::drums {
namespace {

constexpr std::array<DrumTraits, kDrums> kTraits = {{{"kick", 36, 36},
                                                     {"snare", 38, 37},
                                                     {"closed hat", 42, 44},
                                                     {"open hat", 46, 46},
                                                     {"ride", 51, 53},
                                                     {"crash", 49, 57},
                                                     {"low tom", 43, 43},
                                                     {"mid tom", 45, 45},
                                                     {"high tom", 48, 48}}};

constexpr std::array<std::string_view, kGrooveStyles> kStyles = {
    "rock",        "funk",  "jazz",   "latin",   "hip-hop", "soul", "afrocuban", "afrobeat",
    "new-orleans", "dance", "reggae", "country", "pop",     "punk", "blues",     "middle-eastern"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRegrouped = {
    {{"hiphop", "hip-hop"},
     {"neworleans", "new-orleans"},
     {"highlife", "afrobeat"},
     {"gospel", "soul"},
     {"middleeastern", "middle-eastern"}}};

}  // namespace

const DrumTraits& TraitsOf(int drum) { return kTraits[static_cast<size_t>(drum)]; }

DrumKey DrumOfKey(int midi_key) {
  switch (midi_key) {
    case 35:
    case 36:
      return {kKick, false};
    case 38:
    case 40:
      return {kSnare, false};
    case 37:
      return {kSnare, true};
    case 42:
    case 22:
      return {kClosedHat, false};
    case 44:
      return {kClosedHat, true};
    case 46:
    case 26:
      return {kOpenHat, false};
    case 51:
    case 59:
      return {kRide, false};
    case 53:
      return {kRide, true};
    case 49:
    case 55:
      return {kCrash, false};
    case 57:
    case 52:
      return {kCrash, true};
    case 41:
    case 43:
    case 58:
      return {kLowTom, false};
    case 45:
    case 47:
      return {kMidTom, false};
    case 48:
    case 50:
      return {kHighTom, false};
    default:
      return {};
  }
}

std::string_view GrooveStyleName(int style) { return kStyles[static_cast<size_t>(style)]; }

int GrooveStyleNumber(std::string_view name) {
  for (size_t i = 0; i < kStyles.size(); ++i) {
    if (kStyles[i] == name) return static_cast<int>(i);
  }
  return -1;
}

std::string GrooveStyleList() {
  std::string list;
  for (const std::string_view style : kStyles) list += (list.empty() ? "" : ", ") + std::string(style);
  return list;
}

int GrooveStyleOfDataset(std::string_view primary) {
  for (const auto& [theirs, ours] : kRegrouped) {
    if (theirs == primary) return GrooveStyleNumber(ours);
  }
  return GrooveStyleNumber(primary);
}

}  // namespace ledgerline::drums
