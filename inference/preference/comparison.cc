#include "inference/preference/comparison.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/sha256.h"

namespace ledgerline::preference {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "ledgerline-comparison/1";
constexpr size_t kMaxParameters = 256;
constexpr size_t kMaxText = 4096;
constexpr size_t kMaxConditioning = size_t{5} << 20;

std::string WordOf(Preferred preferred) {
  return preferred == Preferred::kA ? "a" : preferred == Preferred::kB ? "b" : "same";
}

Status Wrong(const std::string& member, const std::string& what) {
  return InvalidArgument("comparison: \"" + member + "\" " + what);
}

// A member that must be there. Reads of the wrong kind are errors, not exceptions.
class Members {
 public:
  Members(const Json& object, std::string path) : object_(object), path_(std::move(path)) {}

  Result<const Json*> Any(const std::string& name) {
    if (!object_.is_object()) return Wrong(Name(), "is not an object");
    const auto found = object_.find(name);
    if (found == object_.end()) return Wrong(path_ + name, "is missing");
    read_.insert(name);
    return &*found;
  }
  Result<std::string> Text(const std::string& name, size_t most) {
    ASSIGN_OR_RETURN(const Json* value, Any(name));
    if (!value->is_string()) return Wrong(path_ + name, "is no text");
    const std::string& text = value->get_ref<const std::string&>();
    if (text.size() > most) {
      return OutOfRange("comparison: \"" + path_ + name + "\" has " + std::to_string(text.size()) +
                        " bytes; the bound is " + std::to_string(most));
    }
    return text;
  }
  Result<uint64_t> Number(const std::string& name) {
    ASSIGN_OR_RETURN(const Json* value, Any(name));
    if (!value->is_number_unsigned()) return Wrong(path_ + name, "is no whole number from 0");
    return value->get<uint64_t>();
  }
  Result<Hash256> Hash(const std::string& name) {
    ASSIGN_OR_RETURN(const std::string text, Text(name, 64));
    Result<Hash256> hash = Hash256::FromHex(text);
    if (!hash.ok()) return Wrong(path_ + name, "is no SHA-256 in hex");
    return hash;
  }
  Status NoOthers() const {
    for (const auto& [name, value] : object_.items()) {
      if (!read_.contains(name)) return Wrong(path_ + name.substr(0, 60), "is unknown");
    }
    return Status::Ok();
  }

 private:
  std::string Name() const { return path_.empty() ? "the line" : path_.substr(0, path_.size() - 1); }

  const Json& object_;
  std::string path_;
  std::set<std::string> read_;
};

Result<Figures> ReadFigures(const Json& object, const std::string& path) {
  if (!object.is_object()) return Wrong(path, "is not an object");
  if (object.size() > kMaxFigures) {
    return OutOfRange("comparison: \"" + path + "\" has " + std::to_string(object.size()) + " figures; the bound is " +
                      std::to_string(kMaxFigures));
  }
  Figures figures;
  for (const auto& [name, value] : object.items()) {
    const std::string member = path + "." + name.substr(0, 60);
    if (!IsFigureName(name)) return Wrong(member, "is no figure's name");
    if (!value.is_number_integer()) return Wrong(member, "is no whole number");
    // What is beyond int64 is unsigned there; both are beyond the bound.
    const bool huge = value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(kMaxFigure);
    if (huge || value.get<int64_t>() > kMaxFigure || value.get<int64_t>() < -kMaxFigure) {
      return OutOfRange("comparison: \"" + member + "\" " + value.dump().substr(0, 30) + " is outside -" +
                        std::to_string(kMaxFigure) + " to " + std::to_string(kMaxFigure));
    }
    figures[name] = value.get<int64_t>();
  }
  return figures;
}

Result<HeardCandidate> ReadCandidate(Members* parent, const std::string& name) {
  ASSIGN_OR_RETURN(const Json* object, parent->Any(name));
  Members members(*object, name + ".");
  HeardCandidate heard;
  ASSIGN_OR_RETURN(const uint64_t number, members.Number("candidate"));
  if (number >= kCandidatesMost) {
    return OutOfRange("comparison: \"" + name + ".candidate\" " + std::to_string(number) + " is outside 0 to " +
                      std::to_string(kCandidatesMost - 1));
  }
  heard.candidate = static_cast<int>(number);
  ASSIGN_OR_RETURN(const Json* figures, members.Any("figures"));
  ASSIGN_OR_RETURN(heard.figures, ReadFigures(*figures, name + ".figures"));
  RETURN_IF_ERROR(members.NoOthers());
  return heard;
}

Json JsonOf(const HeardCandidate& heard) { return {{"candidate", heard.candidate}, {"figures", heard.figures}}; }

bool SameNames(const Figures& a, const Figures& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) { return x.first == y.first; });
}

Status ReadJudgement(Members* members, Comparison* comparison) {
  ASSIGN_OR_RETURN(const Json* preferred, members->Any("preferred"));
  if (!preferred->is_null()) {
    ASSIGN_OR_RETURN(const std::string word, members->Text("preferred", 4));
    if (word != "a" && word != "b" && word != "same") return Wrong("preferred", "is none of null, a, b and same");
    comparison->preferred = word == "a" ? Preferred::kA : word == "b" ? Preferred::kB : Preferred::kSame;
  }
  ASSIGN_OR_RETURN(comparison->listener, members->Text("listener", 32));
  const bool hex = comparison->listener.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!comparison->listener.empty() && (comparison->listener.size() != 32 || !hex)) {
    return Wrong("listener", "is neither empty nor 32 lower-case hex digits");
  }
  ASSIGN_OR_RETURN(comparison->why, members->Text("why", kMaxReasonBytes));
  return Status::Ok();
}

}  // namespace

Hash256 Comparison::Request() const {
  std::string text = model.ToHex() + adapter.ToHex() + crypto::Sha256(conditioning).ToHex() + std::to_string(seed);
  return crypto::Sha256(text);
}

Figures TypicalDifferences(const std::vector<Figures>& candidates) {
  std::map<std::string, double> sums;
  double pairs = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (const auto& [name, value] : candidates[i]) sums[name] += 0;
    for (size_t j = 0; j < i; ++j) {
      pairs += 1;
      for (const auto& [name, value] : candidates[i]) {
        const auto apart = static_cast<double>(value - candidates[j].at(name));
        sums[name] += apart * apart;
      }
    }
  }
  Figures typical;
  for (const auto& [name, sum] : sums) {
    const double root = pairs == 0 ? 0 : std::sqrt(sum / pairs);
    typical[name] = std::min(static_cast<int64_t>(std::llround(root)), kMaxFigure);
  }
  return typical;
}

int MostUnlike(const std::vector<Figures>& candidates, size_t kept) {
  std::map<std::string, std::pair<int64_t, int64_t>> range;
  for (const Figures& figures : candidates) {
    for (const auto& [name, value] : figures) {
      auto& [lowest, highest] = range.try_emplace(name, value, value).first->second;
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
  }
  int farthest = -1;
  double most = -1;
  for (size_t c = 0; c < candidates.size(); ++c) {
    if (candidates[c].empty() || c == kept) continue;
    double apart = 0;
    for (const auto& [name, value] : candidates[c]) {
      const auto [lowest, highest] = range.at(name);
      if (lowest == highest) continue;
      const double step =
          static_cast<double>(value - candidates[kept].at(name)) / static_cast<double>(highest - lowest);
      apart += step * step;
    }
    if (apart > most) most = apart, farthest = static_cast<int>(c);
  }
  return farthest;
}

std::string FormatComparison(const Comparison& comparison) {
  const Json line = {
      {"format", kFormat},
      {"origin", comparison.origin},
      {"entry", comparison.entry},
      {"model_sha256", comparison.model.ToHex()},
      {"adapter_sha256", comparison.adapter.IsZero() ? Json(nullptr) : Json(comparison.adapter.ToHex())},
      {"engine", comparison.engine},
      {"kernel", comparison.kernel},
      {"style", comparison.style},
      {"seed", comparison.seed},
      {"parameters", comparison.parameters},
      {"conditioning", Base64Encode(comparison.conditioning)},
      {"train_leave", comparison.train_leave},
      {"a", JsonOf(comparison.a)},
      {"b", JsonOf(comparison.b)},
      {"typical", comparison.typical},
      {"preferred", comparison.preferred == Preferred::kNotJudged ? Json(nullptr) : Json(WordOf(comparison.preferred))},
      {"listener", comparison.listener},
      {"why", comparison.why}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Comparison> ParseComparison(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() > kMaxComparisonBytes) {
    return OutOfRange("comparison: a line of " + std::to_string(line.size()) + " bytes; the bound is " +
                      std::to_string(kMaxComparisonBytes));
  }
  // A line nests three deep; the bound keeps the tree that is built of it shallow.
  int depth = 0;
  for (const char c : line) {
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    if (depth > 64) return Wrong("the line", "is nested more than 64 deep");
  }
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return Wrong("the line", "is no JSON");
  Members members(object, "");
  Comparison comparison;
  ASSIGN_OR_RETURN(const std::string format, members.Text("format", 40));
  if (format != kFormat) return Wrong("format", "is not " + std::string(kFormat));
  ASSIGN_OR_RETURN(comparison.origin, members.Text("origin", 512));
  ASSIGN_OR_RETURN(comparison.entry, members.Number("entry"));
  ASSIGN_OR_RETURN(comparison.model, members.Hash("model_sha256"));
  ASSIGN_OR_RETURN(const Json* adapter, members.Any("adapter_sha256"));
  if (!adapter->is_null()) {
    ASSIGN_OR_RETURN(comparison.adapter, members.Hash("adapter_sha256"));
  }
  ASSIGN_OR_RETURN(comparison.engine, members.Text("engine", 80));
  ASSIGN_OR_RETURN(comparison.kernel, members.Text("kernel", 80));
  ASSIGN_OR_RETURN(comparison.style, members.Text("style", 40));
  ASSIGN_OR_RETURN(comparison.seed, members.Number("seed"));
  ASSIGN_OR_RETURN(const Json* parameters, members.Any("parameters"));
  if (!parameters->is_object()) return Wrong("parameters", "is not an object");
  if (parameters->size() > kMaxParameters) {
    return OutOfRange("comparison: \"parameters\" has " + std::to_string(parameters->size()) + "; the bound is " +
                      std::to_string(kMaxParameters));
  }
  Members values(*parameters, "parameters.");
  for (const auto& [name, value] : parameters->items()) {
    if (name.empty() || name.size() > 80) return Wrong("parameters." + name.substr(0, 60), "has no name of 1 to 80");
    ASSIGN_OR_RETURN(comparison.parameters[name], values.Text(name, kMaxText));
  }
  ASSIGN_OR_RETURN(const std::string conditioning, members.Text("conditioning", kMaxConditioning / 3 * 4));
  Result<std::string> blob = Base64Decode(conditioning);
  if (!blob.ok()) return Wrong("conditioning", "is no base64");
  comparison.conditioning = std::move(blob).value();
  ASSIGN_OR_RETURN(const Json* leave, members.Any("train_leave"));
  if (!leave->is_boolean()) return Wrong("train_leave", "is neither true nor false");
  comparison.train_leave = leave->get<bool>();
  ASSIGN_OR_RETURN(comparison.a, ReadCandidate(&members, "a"));
  ASSIGN_OR_RETURN(comparison.b, ReadCandidate(&members, "b"));
  if (comparison.a.candidate == comparison.b.candidate) return Wrong("b.candidate", "is that of a");
  if (!SameNames(comparison.a.figures, comparison.b.figures)) return Wrong("b.figures", "has other names than a's");
  ASSIGN_OR_RETURN(const Json* typical, members.Any("typical"));
  ASSIGN_OR_RETURN(comparison.typical, ReadFigures(*typical, "typical"));
  if (!SameNames(comparison.a.figures, comparison.typical)) return Wrong("typical", "has other names than a's figures");
  for (const auto& [name, value] : comparison.typical) {
    if (value < 0) return OutOfRange("comparison: \"typical." + name + "\" " + std::to_string(value) + " is below 0");
  }
  RETURN_IF_ERROR(ReadJudgement(&members, &comparison));
  RETURN_IF_ERROR(members.NoOthers());
  return comparison;
}

Result<std::vector<Comparison>> ParsePairs(std::string_view text) {
  if (text.size() > kMaxPairsBytes) {
    return OutOfRange("pairs file of " + std::to_string(text.size()) + " bytes; the bound is " +
                      std::to_string(kMaxPairsBytes));
  }
  std::vector<Comparison> pairs;
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string where = "line " + std::to_string(number);
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return InvalidArgument(where + ": not ended by a line break");
    if (pairs.size() == kMaxComparisons) {
      return OutOfRange(where + ": more than " + std::to_string(kMaxComparisons) + " comparisons");
    }
    Result<Comparison> comparison = ParseComparison(text.substr(0, end));
    if (!comparison.ok()) return comparison.status().WithContext(where);
    if (comparison->preferred == Preferred::kNotJudged) return InvalidArgument(where + ": not judged yet");
    pairs.push_back(std::move(comparison).value());
    text.remove_prefix(end + 1);
  }
  return pairs;
}

}  // namespace ledgerline::preference
