#include "inference/covers/habits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledgerline::covers {
namespace {

// Leans in their order: steps of the bass and inside, join, again, same rhythm, sixteenth, off the beat, brief,
// heights.
constexpr std::array<std::pair<std::string_view, Habits>, 17> kHabits = {{
    {"art-song", {280, 460, 855, {0, 1000, -400, -500, 430, 120, -180, -350, -400, -600}}},
    {"dance", {170, 550, 865, {-400, -400, -300, -330, 900, -60, 190, 880, 400, 2000}}},
    {"folk", {310, 660, 871, {-400, 700, 820, 120, 680, -1500, -80, 450, 350, 1500}}},
    {"guitar", {270, 480, 739, {1600, 700, -330, -560, -1600, 1500, -760, -460, 400, 600}}},
    {"hymn", {470, 660, 769, {400, 700, 0, 0, 0, 0, 0, 0, 700, 400}}},
    {"krakowiak", {60, 450, 886, {0}}},
    {"march", {190, 510, 840, {0}}},
    {"mass", {550, 730, 781, {900, 1000, -240, -970, -230, 640, -990, -910, -250, -900}}},
    {"mazurka", {160, 440, 897, {0, 700, -110, -80, 590, -1500, -260, -1200, 0, 1200}}},
    {"motet", {560, 740, 789, {1000, 1000, -1600, -1300, -600, 1500, -50, -400, 0, -900}}},
    {"opera", {280, 510, 830, {100, 700, -830, -900, 610, 200, -260, -250, 0, 600}}},
    {"organ", {510, 540, 771, {1300, 700, 0, 0, 0, 0, 0, 0, 0, 1500}}},
    {"piano", {400, 550, 817, {500, 700, -300, -500, 0, -400, 0, 0, -200, 2200}}},
    {"polonaise", {150, 610, 819, {300, 700, -280, -620, -430, 2000, -370, 950, 150, 2500}}},
    {"ragtime", {220, 480, 839, {0}}},
    {"string-quartet", {500, 540, 799, {1100, 1000, -1000, -1000, -600, 600, 340, 300, 200, 200}}},
    {"waltz", {140, 520, 920, {0, -200, 560, 560, 610, -1500, -1000, -1200, 1000, 2200}}},
}};

}  // namespace

Habits HabitsOf(std::string_view style) {
  const auto found =
      std::find_if(kHabits.begin(), kHabits.end(), [&](const auto& item) { return item.first == style; });
  return found == kHabits.end() ? Habits() : found->second;
}

}  // namespace ledgerline::covers
