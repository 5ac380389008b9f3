#include "inference/music/engraved_part.h"

#include <algorithm>
#include <utility>

#include "inference/music/hands.h"
#include "inference/music/notation.h"
#include "inference/music/smf_text.h"

namespace ledgerline::music {
namespace {

constexpr std::string_view kStaffWord = " staff ";

// The number behind " staff " at the name's end; a right hand is the first staff and a left hand the second; else 0.
// `base` becomes the name without it.
int StaffNumber(const std::string& name, std::string& base) {
  for (const auto& [hand, number] : {std::pair<std::string_view, int>{" right hand", 1}, {" left hand", 2}}) {
    if (!name.ends_with(hand)) continue;
    base = name.substr(0, name.size() - hand.size());
    return number;
  }
  const size_t at = name.rfind(kStaffWord);
  if (at == std::string::npos || at + kStaffWord.size() + 1 != name.size()) return 0;
  base = name.substr(0, at);
  const char digit = name.back();
  return digit >= '1' && digit <= '8' ? digit - '0' : 0;
}

constexpr DrumPlace kDrumPlaces[] = {{35, "E", 4},       {36, "F", 4},       {37, "C", 5, true}, {38, "C", 5},
                                     {39, "C", 5, true}, {40, "C", 5},       {41, "G", 4},       {42, "G", 5, true},
                                     {43, "A", 4},       {44, "D", 4, true}, {45, "B", 4},       {46, "G", 5, true},
                                     {47, "D", 5},       {48, "E", 5},       {49, "A", 5, true}, {50, "F", 5},
                                     {51, "F", 5, true}, {52, "B", 5, true}, {53, "F", 5, true}, {54, "E", 5, true},
                                     {55, "B", 5, true}, {56, "E", 5, true}, {57, "A", 5, true}, {59, "F", 5, true}};

}  // namespace

std::vector<EngravedPart> EngravedParts(const Score& grid, const std::vector<Bar>& bars) {
  std::vector<EngravedPart> instruments;
  std::string joins;  // the name that further staves of the last instrument bear
  for (const Part& part : grid.parts) {
    if (part.notes.empty()) continue;
    std::string base;
    const int staff = part.drums ? 0 : StaffNumber(part.name, base);
    if (staff > 1 && !instruments.empty() && joins == base && instruments.back().program == part.program &&
        static_cast<int>(instruments.back().staves.size()) == staff - 1) {
      instruments.back().staves.push_back(part.notes);
      continue;
    }
    joins = staff == 1 ? base : "";
    EngravedPart instrument{PrintableSmfText(staff == 1 ? base : part.name), part.program, part.drums, {part.notes}};
    if (part.drums) instrument.staves = {AsDrumHits(part.notes, bars)};
    if (staff == 0 && NeedsTwoStaves(part)) {
      Hands hands = DivideHands(part.notes);
      instrument.staves = {std::move(hands.right), std::move(hands.left)};
    }
    instruments.push_back(std::move(instrument));
  }
  return instruments;
}

Clef ClefFor(const EngravedPart& part, const std::vector<Note>& notes, size_t staff) {
  if (part.drums) return {"percussion", 2, 0};
  if (notes.empty()) return staff == 0 ? Clef{} : Clef{"F", 4, 0};
  int64_t sum = 0;
  for (const Note& note : notes) sum += note.pitch;
  const auto mean = sum / static_cast<int64_t>(notes.size());
  const int program = part.program;
  if (program >= 24 && program <= 31) return {"G", 2, -1};  // guitars sound an octave lower
  // A violin's and a choir's clefs never change, however low they lie.
  if (program == 40) return {};
  if (program >= 52 && program <= 54) {
    if (part.name == "Soprano" || part.name == "Alto") return {};
    if (part.name == "Tenor") return {"G", 2, -1};
    if (part.name == "Bass") return {"F", 4, 0};
  }
  if (program == 41 && mean > 52) return {"C", 3, 0};                                  // viola
  if (program >= 52 && program <= 54 && mean < 60 && mean >= 54) return {"G", 2, -1};  // tenor
  if (mean < 43) return {"F", 4, part.staves.size() == 1 ? -1 : 0};
  return mean >= 60 ? Clef{} : Clef{"F", 4, 0};
}

DrumPlace PlaceOfDrum(int drum) {
  for (const DrumPlace& place : kDrumPlaces) {
    if (place.drum == drum) return place;
  }
  // Low sounds low: two sounds of General MIDI for each place.
  const int place = std::clamp((drum - 35) / 2, 0, 13);
  static constexpr const char* kSteps[] = {"E", "F", "G", "A", "B", "C", "D"};
  return {drum, kSteps[place % 7], 4 + (place % 7 >= 5 ? 1 : 0) + place / 7};
}

}  // namespace ledgerline::music
