#include "inference/covers/habits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledgerline::covers {
namespace {

constexpr std::array<std::pair<std::string_view, Habits>, 17> kHabits = {{
    {"art-song", {280, 460, 855, 0}},
    {"dance", {170, 550, 865, -400}},
    {"folk", {310, 660, 871, -400}},
    {"guitar", {270, 480, 739, 1200}},
    {"hymn", {470, 660, 769, 400}},
    {"krakowiak", {60, 450, 886, 0}},
    {"march", {190, 510, 840, 0}},
    {"mass", {550, 730, 781, 800}},
    {"mazurka", {160, 440, 897, 0}},
    {"motet", {560, 740, 789, 800}},
    {"opera", {280, 510, 830, 100}},
    {"organ", {510, 540, 771, 800}},
    {"piano", {400, 550, 817, 300}},
    {"polonaise", {150, 610, 819, 300}},
    {"ragtime", {220, 480, 839, 0}},
    {"string-quartet", {500, 540, 799, 800}},
    {"waltz", {140, 520, 920, 0}},
}};

}  // namespace

Habits HabitsOf(std::string_view style) {
  const auto found =
      std::find_if(kHabits.begin(), kHabits.end(), [&](const auto& item) { return item.first == style; });
  return found == kHabits.end() ? Habits() : found->second;
}

}  // namespace ledgerline::covers
