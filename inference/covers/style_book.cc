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
constexpr int kVoiceOohs = 53, kChoirAahs = 52, kViolin = 40, kPiano = 0, kChurchOrgan = 19, kNylonGuitar = 24;

}  // namespace

const std::vector<StyleTraits>& OfferedStyles() {
  static const std::vector<StyleTraits> kStyleTraits = {
      // name, ensemble, lead, its program and role, its range, in three, quarters a minute, voices
      {"art-song", kHands, "Voice", kVoiceOohs, -1, 57, 81, false, 44, 168},
      {"hymn", kChoir, "Soprano", kChoirAahs, -1, 60, 81, false, 60, 120, Voices::kTogether},
      {"string-quartet", kStrings, "Violin I", kViolin, -1, 60, 91, false, 44, 176},
      {"piano", kHands, "Piano right hand", kPiano, kKeysHigh, 60, 91, false, 50, 176},
      {"mazurka", kHands, "Piano right hand", kPiano, kKeysHigh, 62, 93, true, 112, 176},
      {"waltz", kHands, "Piano right hand", kPiano, kKeysHigh, 62, 93, true, 132, 200},
      {"polonaise", kHands, "Piano right hand", kPiano, kKeysHigh, 62, 93, true, 84, 116},
      {"motet", kChoir, "Soprano", kChoirAahs, -1, 60, 81, false, 60, 132, Voices::kPolyphonic},
      {"mass", kChoir, "Soprano", kChoirAahs, -1, 60, 81, false, 60, 132, Voices::kPolyphonic},
      {"organ", kHands, "Organ right hand", kChurchOrgan, kKeysHigh, 60, 88, false, 50, 126},
      {"opera", kHands, "Voice", kVoiceOohs, -1, 57, 84, false, 44, 168},
      {"guitar", Bits({kGuitar}), "Guitar", kNylonGuitar, kGuitar, 59, 83, false, 50, 144},
      {"folk", kHands, "Piano right hand", kPiano, kKeysHigh, 60, 91, false, 60, 168},
      {"dance", kHands, "Piano right hand", kPiano, kKeysHigh, 62, 93, false, 84, 200},
  };
  return kStyleTraits;
}

const std::vector<StyleTraits>& AdapterStyles() {
  static const std::vector<StyleTraits> kStyleTraits = {
      {"ragtime", kHands, "Piano right hand", kPiano, kKeysHigh, 60, 91, false, 60, 108, Voices::kFree, true},
      {"march", kHands, "Piano right hand", kPiano, kKeysHigh, 60, 91, false, 84, 132, Voices::kFree, true},
      {"krakowiak", kHands, "Piano right hand", kPiano, kKeysHigh, 62, 93, false, 84, 138, Voices::kFree, true},
  };
  return kStyleTraits;
}

const StyleTraits* FindStyle(std::string_view name) {
  for (const std::vector<StyleTraits>* list : {&OfferedStyles(), &AdapterStyles()}) {
    for (const StyleTraits& traits : *list) {
      if (traits.name == name) return &traits;
    }
  }
  return nullptr;
}

bool HasStyle(const std::map<std::string, std::string>& metadata, std::string_view style) {
  return metadata.count("melody." + std::string(style)) != 0 && metadata.count("texture." + std::string(style)) != 0;
}

int PartProgram(const StyleTraits& style, int role) {
  return style.lead_role >= 0 ? style.lead_program : TraitsOf(role).program;
}

std::string PartName(const StyleTraits& style, int role) {
  const std::string name(TraitsOf(role).name);
  if (PartProgram(style, role) != kChurchOrgan) return name;
  return "Organ" + name.substr(name.find(' '));
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
