// Settings: "key = value" lines, as every training configuration is written; '#' starts a comment. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_
#define LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>

#include "inference/learning/autocast.h"
#include "schemas/status.h"

namespace ledgerline::learning {

// What to do with a number, and between which bounds, both included, it must lie.
struct NumberReader {
  double lowest, highest;
  std::function<void(double)> set;
};

// What to do with each key: it is a number or a word.
struct SettingReaders {
  std::map<std::string, NumberReader> numbers;
  std::map<std::string, std::function<Status(const std::string&)>> words;
};

// Reads a number into an integer (what is behind the point is dropped), a double or a bool (whether it is not 0).
template <typename T>
NumberReader Into(T* to, double lowest = 0, double highest = 1e15) {
  if constexpr (std::is_same_v<T, bool>) {
    return {0, 1, [to](double value) { *to = value != 0; }};
  } else if constexpr (std::is_same_v<T, int>) {
    return {lowest, std::min(highest, 2e9), [to](double value) { *to = static_cast<int>(value); }};
  } else {
    return {lowest, highest, [to](double value) { *to = static_cast<T>(value); }};
  }
}
// "cpu" or "cuda".
std::function<Status(const std::string&)> Into(Device* to);

// Errors name the line, the key, the value and the bound: kInvalidArgument (an unknown key, not a number), kOutOfRange.
Status ReadSettings(const std::string& text, const SettingReaders& readers);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_
