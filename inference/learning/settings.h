// Settings: "key = value" lines, as every training configuration is written; '#' starts a comment. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_
#define LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "inference/learning/autocast.h"
#include "schemas/status.h"

namespace ledgerline::learning {

// What to do with each key: a number from 0 to 1e15, or a word.
struct SettingReaders {
  std::map<std::string, std::function<void(double)>> numbers;
  std::map<std::string, std::function<Status(const std::string&)>> words;
};

inline std::function<void(double)> Into(int* to) {
  return [to](double value) { *to = static_cast<int>(std::min(value, 2e9)); };
}
inline std::function<void(double)> Into(int64_t* to) {
  return [to](double value) { *to = static_cast<int64_t>(value); };
}
inline std::function<void(double)> Into(uint64_t* to) {
  return [to](double value) { *to = static_cast<uint64_t>(value); };
}
inline std::function<void(double)> Into(double* to) {
  return [to](double value) { *to = value; };
}
inline std::function<void(double)> Into(bool* to) {
  return [to](double value) { *to = value != 0; };
}
// "cpu" or "cuda".
std::function<Status(const std::string&)> Into(Device* to);

// Errors name the line: kInvalidArgument (an unknown key, not a number), kOutOfRange.
Status ReadSettings(const std::string& text, const SettingReaders& readers);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_SETTINGS_H_
