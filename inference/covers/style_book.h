// StyleBook: the styles that covers are offered in: who plays, who leads, which metre and pace, and what the corpus
// says of their texture.
#ifndef LEDGERLINE_INFERENCE_COVERS_STYLE_BOOK_H_
#define LEDGERLINE_INFERENCE_COVERS_STYLE_BOOK_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::covers {

// How the parts of an ensemble of voices move.
enum class Voices {
  kFree,        // no voices, or parts that go as they like
  kTogether,    // a choir in chords: none rests while it sings, none crosses another, and it sings the pickup too
  kPolyphonic,  // each enters and rests on its own; none crosses another
};

struct StyleTraits {
  std::string_view name;  // as in tokens::StyleName
  uint32_t roles = 0;     // the ensemble beside the lead
  std::string_view lead;  // name of the part that has the melody
  int lead_program = 0;   // General MIDI
  int lead_role = -1;     // a role whose part also plays the melody; -1 for a part of its own
  int lead_lowest = 0;    // the lead's comfortable range; the melody is moved by octaves to fit
  int lead_highest = 127;
  bool triple = false;  // a dance in three: sources in other metres are re-metred
  int bpm_lowest = 40;  // quarters a minute
  int bpm_highest = 200;
  Voices voices = Voices::kFree;
  bool adapter = false;  // made with an adapter of the style where one lies beside the model file
};

// In a fixed order. A model that was not taught one of them does not offer it: HasStyle.
const std::vector<StyleTraits>& OfferedStyles();
// Styles of the fewest pieces (under 40): a file STYLE.adapter beside the model is used where there is one. Without it a
// model that was taught the style (HasStyle) offers it by itself.
const std::vector<StyleTraits>& AdapterStyles();
// Of both lists; nullptr when in neither.
const StyleTraits* FindStyle(std::string_view name);

// Where a style's melodies lie, in tenths of a semitone: the mean MIDI pitch over the training split, in the model
// file's metadata as "melody.<style>".
int64_t MeanMelodyTenths(const std::vector<const tokens::Piece*>& pieces);
// Errors: kFailedPrecondition (no such key), kInvalidArgument (not a number from 0 to 1270).
Result<int64_t> MeanMelodyFrom(const std::map<std::string, std::string>& metadata, std::string_view style);

// Whether a model file's metadata has what a plan in this style needs.
bool HasStyle(const std::map<std::string, std::string>& metadata, std::string_view style);
// What an ensemble's part is called and plays: that of its role, but both hands of one player are on one instrument.
std::string PartName(const StyleTraits& style, int role);
int PartProgram(const StyleTraits& style, int role);

// How often bars of each (density, polyphony) class occur in a style: element density * kPolyphonyClasses + polyphony.
// Measured on the training split, in the model file's metadata as "texture.<style>".
using TextureCounts = std::array<int64_t, tokens::kDensityClasses * tokens::kPolyphonyClasses>;
TextureCounts CountTextures(const std::vector<const tokens::Piece*>& pieces);
std::string FormatTextures(const TextureCounts& counts);  // comma-separated
// Errors: kInvalidArgument (not so many numbers), kFailedPrecondition (the metadata has no such key).
Result<TextureCounts> TexturesFrom(const std::map<std::string, std::string>& metadata, std::string_view style);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_STYLE_BOOK_H_
