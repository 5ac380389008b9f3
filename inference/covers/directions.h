// Directions: what a piece needs beside its conditioning to sound as planned: instruments, tempo marks, drums, and the
// accompaniment that is kept from a source. Their bytes stand before the conditioning in the blob of a remix's record,
// with the text of the plan that was asked for, so that the blob alone makes the same music again.
//
// docs/formats/remix_plan.md has the bytes.
#ifndef LEDGERLINE_INFERENCE_COVERS_DIRECTIONS_H_
#define LEDGERLINE_INFERENCE_COVERS_DIRECTIONS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/tokens/conditioning.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::covers {

inline constexpr int kOwnProgram = 255;  // the style's instrument
inline constexpr int kNoDrums = 255;

struct TempoMark {
  int bar = 0;  // from its start on
  int64_t quarter_us = 500'000;
  friend bool operator==(const TempoMark&, const TempoMark&) = default;
};

struct DrumDirection {
  int style = kNoDrums;
  int level = 50;
  int phrase = 0;       // bars since the section began, at most 255
  bool fill = false;    // the section ends
  bool ending = false;  // the piece ends: a stroke on the first beat alone
  friend bool operator==(const DrumDirection&, const DrumDirection&) = default;
};

struct Directions {
  std::string plan;  // text of the plan, at most kMaxPlanBytes
  int lead_program = kOwnProgram;
  std::array<int, tokens::kRoles> programs;  // by role
  std::vector<TempoMark> tempos;             // rising bars
  std::vector<DrumDirection> drums;          // one for each bar, or none at all
  Hash256 drum_model;                        // SHA-256 of the groove model's file; zero without drums
  std::vector<bool> kept;                    // bars whose events are given; empty: none

  Directions() { programs.fill(kOwnProgram); }
  friend bool operator==(const Directions&, const Directions&) = default;
};

// What a remix is made again from. Events of kept bars are those of conditioning.piece.
struct RemixBlob {
  Directions directions;
  tokens::Conditioning conditioning;
};
bool IsRemixBlob(std::string_view bytes);  // by its first bytes
// Errors: kOutOfRange (a value that the format cannot hold).
Result<std::string> SerialiseRemixBlob(const RemixBlob& blob);
// Accepts exactly what SerialiseRemixBlob writes. Errors: kInvalidArgument (not such bytes), kOutOfRange (names field,
// value and bound).
Result<RemixBlob> ParseRemixBlob(std::string_view bytes);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_DIRECTIONS_H_
