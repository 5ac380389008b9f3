#include "inference/covers/habits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledgerline::covers {
namespace {

// Leans in their order: steps of the bass and inside, join, again, same rhythm, sixteenth, off the beat, brief,
// heights.
constexpr std::array<std::pair<std::string_view, Habits>, 17> kHabits = {{
    {"art-song", {280, 460, 855, {0, 700, -400, -500, 430, 120, -180, -350, -710, -1060}}},
    {"dance", {170, 550, 865, {-400, -400, -300, -330, 900, -60, 190, 880, 740, 380}}},
    {"folk", {310, 660, 871, {-400, 700, 820, 120, 680, -1500, -80, 450, 430, 490}}},
    {"guitar", {270, 480, 739, {1200, 700, -330, -560, -1600, 1500, -760, -460, 550, 280}}},
    {"hymn", {470, 660, 769, {400, 700, 0, 0, 0, 0, 0, 0, 540, 100}}},
    {"krakowiak", {60, 450, 886, {0}}},
    {"march", {190, 510, 840, {0}}},
    {"mass", {550, 730, 781, {800, 1000, -240, -970, -230, 640, -990, -910, -60, -590}}},
    {"mazurka", {160, 440, 897, {0, 700, -110, -80, 590, -1500, -260, -1200, 260, 250}}},
    {"motet", {560, 740, 789, {800, 1000, -850, -1950, -600, 1500, -50, 220, 250, -240}}},
    {"opera", {280, 510, 830, {100, 700, -830, -1160, 610, 200, -260, -250, -540, 220}}},
    {"organ", {510, 540, 771, {800, 700, 0, 0, 0, 0, 0, 0, -60, 260}}},
    {"piano", {400, 550, 817, {300, 700, -300, -500, 0, -400, 0, 0, 170, 290}}},
    {"polonaise", {150, 610, 819, {300, 700, -280, -620, -430, 2000, -370, 950, 830, 940}}},
    {"ragtime", {220, 480, 839, {0}}},
    {"string-quartet", {500, 540, 799, {800, 1000, -610, -1810, -600, 600, 340, 940, 880, 710}}},
    {"waltz", {140, 520, 920, {0, 200, 560, 560, 610, -1500, -1000, -1200, 780, 790}}},
}};

}  // namespace

Habits HabitsOf(std::string_view style) {
  const auto found =
      std::find_if(kHabits.begin(), kHabits.end(), [&](const auto& item) { return item.first == style; });
  return found == kHabits.end() ? Habits() : found->second;
}

}  // namespace ledgerline::covers
