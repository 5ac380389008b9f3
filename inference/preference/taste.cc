#include "inference/preference/taste.h"

#include <charconv>

#include "inference/preference/comparison.h"

namespace ledgerline::preference {
namespace {

constexpr std::string_view kFirstLine = "ledgerline taste 1";
constexpr size_t kMaxEngine = 80;

// Takes one line off `text`. False at its end, or where no line break follows.
bool NextLine(std::string_view* text, std::string_view* line) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

// Rounded down: C++ rounds quotients of negative numbers up.
int64_t FloorMillionth(int64_t product_high, int64_t figure) {
  // weight = q * 10^6 + r with 0 <= r < 10^6, so weight * figure / 10^6 = q * figure + floor(r * figure / 10^6); no
  // product leaves 64 bits: |q| <= 10^6, |figure| <= 10^9.
  int64_t q = product_high / 1'000'000, r = product_high % 1'000'000;
  if (r < 0) q -= 1, r += 1'000'000;
  const int64_t rest = r * figure;
  int64_t down = rest / 1'000'000;
  if (rest % 1'000'000 < 0) down -= 1;
  return q * figure + down;
}

}  // namespace

std::string FormatTaste(const Taste& taste) {
  std::string text = std::string(kFirstLine) + "\nengine " + taste.engine + "\npairs " + taste.pairs.ToHex() +
                     "\njudgements " + std::to_string(taste.judgements) + "\n";
  for (const auto& [name, weight] : taste.weights) {
    text += "weight " + name + " " + std::to_string(weight.weight) + " " + std::to_string(weight.spread) + "\n";
  }
  return text;
}

Result<Taste> ParseTaste(std::string_view text) {
  if (text.size() > kMaxTasteBytes) {
    return OutOfRange("taste of " + std::to_string(text.size()) + " bytes; the bound is " +
                      std::to_string(kMaxTasteBytes));
  }
  int number = 0;
  std::string_view line;
  const auto wrong = [&number](const std::string& what) {
    return InvalidArgument("taste, line " + std::to_string(number) + ": " + what);
  };
  const auto next = [&](std::string_view word) {
    ++number;
    if (!NextLine(&text, &line) || !line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
  };
  const auto whole = [&](const char* field, std::string_view digits, int64_t least, int64_t most) -> Result<int64_t> {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
      return wrong(std::string(field) + " \"" + std::string(digits.substr(0, 30)) + "\" is no whole number");
    }
    if (error != std::errc() || value < least || value > most) {
      return OutOfRange("taste, line " + std::to_string(number) + ": " + field + " " +
                        std::string(digits.substr(0, 30)) + " is outside " + std::to_string(least) + " to " +
                        std::to_string(most));
    }
    if (std::to_string(value) != digits) return wrong(std::string(field) + " is not written as a whole number is");
    return value;
  };
  if (!next(kFirstLine) || !line.empty()) return wrong("not \"" + std::string(kFirstLine) + "\"");
  Taste taste;
  if (!next("engine ") || line.empty() || line.size() > kMaxEngine) return wrong("not \"engine NAME\"");
  for (const char c : line) {
    if (c <= ' ' || c > '~') return wrong("engine has a character that is not printed ASCII");
  }
  taste.engine = line;
  if (!next("pairs ")) return wrong("not \"pairs SHA-256\"");
  const Result<Hash256> pairs = Hash256::FromHex(line);
  if (!pairs.ok() || pairs->ToHex() != line) return wrong("pairs is no SHA-256 in lower-case hex");
  taste.pairs = *pairs;
  if (!next("judgements ")) return wrong("not \"judgements NUMBER\"");
  ASSIGN_OR_RETURN(const int64_t judgements, whole("judgements", line, 1, int64_t{kMaxComparisons}));
  taste.judgements = static_cast<int>(judgements);
  while (!text.empty()) {
    if (!next("weight ")) return wrong("not \"weight NAME WEIGHT SPREAD\"");
    const size_t first = line.find(' '), second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return wrong("not \"weight NAME WEIGHT SPREAD\"");
    const std::string name(line.substr(0, first));
    if (!IsFigureName(name)) return wrong("\"" + name.substr(0, 60) + "\" is no figure's name");
    if (!taste.weights.empty() && name <= taste.weights.rbegin()->first) return wrong("names do not rise: " + name);
    if (taste.weights.size() == kMaxFigures) {
      return OutOfRange("taste: more than " + std::to_string(kMaxFigures) + " weights");
    }
    TasteWeight weight;
    ASSIGN_OR_RETURN(weight.weight,
                     whole("weight", line.substr(first + 1, second - first - 1), -kMaxWeight, kMaxWeight));
    ASSIGN_OR_RETURN(weight.spread, whole("spread", line.substr(second + 1), 0, 2 * kMaxFigure));
    taste.weights[name] = weight;
  }
  return taste;
}

Result<int64_t> Utility(const Taste& taste, const Figures& figures) {
  int64_t sum = 0;  // at most 64 terms of 10^15
  for (const auto& [name, weight] : taste.weights) {
    const auto found = figures.find(name);
    if (found == figures.end()) {
      return FailedPrecondition("the taste weighs \"" + name + "\", which this generator does not measure; it was " +
                                "fitted for " + taste.engine);
    }
    sum += FloorMillionth(weight.weight, found->second);
  }
  return sum;
}

}  // namespace ledgerline::preference
