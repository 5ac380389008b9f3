#include "inference/chorales/chorale_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace ledgerline::chorales {
namespace {

using Json = nlohmann::json;

constexpr int kMaxNesting = 4;  // the object, its lists, their pieces, their steps
constexpr std::array<const char*, kVoices> kVoiceNames = {"soprano", "alto", "tenor", "bass"};

// A text's brackets may not stand deeper than the format's: the parser would keep a value for each.
bool NestsTooDeep(std::string_view json) {
  int depth = 0;
  for (const char c : json) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kMaxNesting) return true;
  }
  return false;
}

Result<Step> ParseStep(const Json& json, const std::string& where) {
  if (!json.is_array() || json.size() != kVoices) {
    return InvalidArgument(where + " is not a list of " + std::to_string(kVoices) + " pitches");
  }
  Step step;
  for (size_t v = 0; v < kVoices; ++v) {
    const std::string voice = where + ": " + kVoiceNames[v];
    if (!json[v].is_number_integer()) return InvalidArgument(voice + " is not a whole number");
    const bool fits = !json[v].is_number_unsigned() || json[v].get<uint64_t>() <= 127;
    const int64_t pitch = fits ? json[v].get<int64_t>() : 128;
    if (pitch == -1) {
      step[v] = kRest;
    } else if (pitch < kLowestPitch || pitch >= kLowestPitch + kPitches) {
      return OutOfRange(voice + " " + json[v].dump() + " is neither -1 nor in " + std::to_string(kLowestPitch) +
                        " to " + std::to_string(kLowestPitch + kPitches - 1));
    } else {
      step[v] = static_cast<int>(pitch) - kLowestPitch;
    }
  }
  return step;
}

Result<std::vector<Chorale>> ParseSplit(const Json& file, const char* name) {
  const auto found = file.find(name);
  if (found == file.end() || !found->is_array()) {
    return InvalidArgument(std::string("chorales: the list \"") + name + "\" is missing");
  }
  if (found->size() > kMaxPieces) {
    return OutOfRange(std::string(name) + " has " + std::to_string(found->size()) + " pieces; at most " +
                      std::to_string(kMaxPieces));
  }
  std::vector<Chorale> pieces;
  for (const Json& list : *found) {
    const std::string where = std::string(name) + ": piece " + std::to_string(pieces.size());
    if (!list.is_array()) return InvalidArgument(where + " is not a list of steps");
    if (list.empty() || list.size() > kMaxSteps) {
      return OutOfRange(where + " has " + std::to_string(list.size()) + " steps; 1 to " + std::to_string(kMaxSteps));
    }
    Chorale piece;
    for (const Json& step : list) {
      ASSIGN_OR_RETURN(const Step parsed, ParseStep(step, where + ": step " + std::to_string(piece.size())));
      piece.push_back(parsed);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

Result<ChoraleSet> ParseChoraleFile(std::string_view json) {
  if (json.size() > kMaxFileBytes) {
    return OutOfRange("chorales: a file of " + std::to_string(json.size()) + " bytes; at most " +
                      std::to_string(kMaxFileBytes));
  }
  if (NestsTooDeep(json))
    return InvalidArgument("chorales: brackets nested deeper than " + std::to_string(kMaxNesting));
  const Json file = Json::parse(json, nullptr, false);
  if (!file.is_object()) return InvalidArgument("chorales: the file is not a JSON object");
  ChoraleSet set;
  ASSIGN_OR_RETURN(set.train, ParseSplit(file, "train"));
  ASSIGN_OR_RETURN(set.valid, ParseSplit(file, "valid"));
  ASSIGN_OR_RETURN(set.test, ParseSplit(file, "test"));
  return set;
}

Chorale Transposed(const Chorale& piece, int semitones) {
  Chorale moved = piece;
  for (Step& step : moved) {
    for (int& symbol : step) symbol = symbol == kRest ? kRest : symbol + semitones;
  }
  return moved;
}

void VoiceRanges::Include(const Chorale& piece) {
  for (const Step& step : piece) {
    for (size_t v = 0; v < kVoices; ++v) {
      if (step[v] == kRest) continue;
      lowest[v] = std::min(lowest[v], step[v]);
      highest[v] = std::max(highest[v], step[v]);
    }
  }
}

std::vector<int> AllowedTranspositions(const Chorale& piece, const VoiceRanges& ranges) {
  VoiceRanges own;
  own.Include(piece);
  std::vector<int> allowed;
  for (int semitones = -6; semitones < 6; ++semitones) {
    bool fits = true;
    for (size_t v = 0; v < kVoices; ++v) {
      if (own.highest[v] < 0) continue;  // it rests throughout
      fits = fits && own.lowest[v] + semitones >= ranges.lowest[v] && own.highest[v] + semitones <= ranges.highest[v];
    }
    if (fits || semitones == 0) allowed.push_back(semitones);
  }
  return allowed;
}

}  // namespace ledgerline::chorales
