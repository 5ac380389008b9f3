// Figures: what a candidate measures, by name, in whole millionths: what listeners' choices are explained by, and what
// a taste weighs. The names are the generator's (covers/taste_ranking.h); this part knows none of them.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_FIGURES_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ledgerline::preference {

using Figures = std::map<std::string, int64_t>;

inline constexpr size_t kMaxFigures = 64;
inline constexpr int64_t kMaxFigure = 1'000'000'000;  // a thousand of a figure's unit
inline constexpr size_t kMaxFigureName = 40;

// 1 to kMaxFigureName lower-case letters, digits and underscores.
inline bool IsFigureName(std::string_view name) {
  if (name.empty() || name.size() > kMaxFigureName) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_FIGURES_H_
