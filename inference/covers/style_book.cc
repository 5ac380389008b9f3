#include "inference/covers/style_book.h"

#include <charconv>

namespace ledgerline::covers {
namespace {

using namespace tokens;  // NOLINT: the roles are this table's vocabulary

constexpr uint32_t Bits(std::initializer_list<int> roles) {
  uint32_t mask = 0;
  for (const int role : roles) mask |= 1u << role;
  return mask;
}

constexpr uint32_t kChoir = Bits({kBassVoice, kTenorVoice, kAltoVoice});
constexpr uint32_t kStrings = Bits({kCello, kViola, kSecondViolin});
constexpr uint32_t kHands = Bits({kKeysLow, kKeysHigh});

}  // namespace

const std::vector<StyleTraits>& OfferedStyles() {
  static const std::vector<StyleTraits> kStyleTraits = {
      {"art-song", kHands, "Voice", 53, -1, 57, 81, false, 44, 168, false},
      {"hymn", kChoir, "Soprano", 52, -1, 60, 81, false, 60, 120, true},
      {"string-quartet", kStrings, "Violin I", 40, -1, 60, 91, false, 44, 176, false},
      {"piano", kHands, "Piano right hand", 0, kKeysHigh, 60, 91, false, 50, 176, false},
      {"mazurka", kHands, "Piano right hand", 0, kKeysHigh, 62, 93, true, 112, 176, false},
      {"waltz", kHands, "Piano right hand", 0, kKeysHigh, 62, 93, true, 132, 200, false},
      {"polonaise", kHands, "Piano right hand", 0, kKeysHigh, 62, 93, true, 84, 116, false},
  };
  return kStyleTraits;
}

const StyleTraits* FindStyle(std::string_view name) {
  for (const StyleTraits& traits : OfferedStyles()) {
    if (traits.name == name) return &traits;
  }
  return nullptr;
}

int64_t MeanMelodyTenths(const std::vector<const Piece*>& pieces) {
  int64_t sum = 0, count = 0;
  for (const Piece* piece : pieces) {
    for (const PieceBar& bar : piece->bars) {
      for (const MelodyNote& note : bar.melody) sum += note.pitch, ++count;
    }
  }
  return count == 0 ? 700 : sum * 10 / count;
}

Result<int64_t> MeanMelodyFrom(const std::map<std::string, std::string>& metadata, std::string_view style) {
  const auto found = metadata.find("melody." + std::string(style));
  if (found == metadata.end()) {
    return FailedPrecondition("the model file has no melody height of " + std::string(style) +
                              "; write it with ledgerline-train pack");
  }
  int64_t tenths = -1;
  const char* const end = found->second.data() + found->second.size();
  const auto [next, error] = std::from_chars(found->second.data(), end, tenths);
  if (error != std::errc() || next != end || tenths < 0 || tenths > 1270) {
    return InvalidArgument("melody." + std::string(style) + " of the model file is not a number from 0 to 1270");
  }
  return tenths;
}

TextureCounts CountTextures(const std::vector<const Piece*>& pieces) {
  TextureCounts counts{};
  for (const Piece* piece : pieces) {
    // Openings and closes have textures of their own; bars without melody are interludes.
    for (size_t k = 1; k + 1 < piece->bars.size(); ++k) {
      const PieceBar& bar = piece->bars[k];
      if (bar.melody.empty() || bar.density >= kDensityClasses || bar.polyphony >= kPolyphonyClasses) continue;
      ++counts[static_cast<size_t>(bar.density * kPolyphonyClasses + bar.polyphony)];
    }
  }
  return counts;
}

std::string FormatTextures(const TextureCounts& counts) {
  std::string text;
  for (const int64_t count : counts) text += (text.empty() ? "" : ",") + std::to_string(count);
  return text;
}

Result<TextureCounts> TexturesFrom(const std::map<std::string, std::string>& metadata, std::string_view style) {
  const auto found = metadata.find("texture." + std::string(style));
  if (found == metadata.end()) {
    return FailedPrecondition("the model file has no textures of " + std::string(style) +
                              "; write it with ledgerline-train pack");
  }
  TextureCounts counts{};
  const char* at = found->second.data();
  const char* const end = at + found->second.size();
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, counts[i]);
    const bool last = i + 1 == counts.size();
    if (error != std::errc() || counts[i] < 0 || counts[i] > 1'000'000'000 ||
        (last ? next != end : next == end || *next != ',')) {
      return InvalidArgument("texture." + std::string(style) + " of the model file is not " +
                             std::to_string(counts.size()) + " counts");
    }
    at = next + 1;
  }
  return counts;
}

}  // namespace ledgerline::covers
