// ChoraleRows: a chorale as what the network reads and has to say, one row a step. Plain C++, no LibTorch.
//
// The outer decoder's row t tells of the steps before t alone. The four voices of a step are said in the order of the
// file: soprano, alto, tenor, bass; the row of a voice tells of the steps before, and of the voices said already.
// Nearly everything is relative: intervals to what the voice sang before, intervals among voices, and how much each
// pitch class was heard so far, counted from the voice's last pitch. `copy` is the step that followed the longest
// earlier passage equal to the last steps: chorales repeat their first phrases.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_ROWS_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_ROWS_H_

#include <cstdint>
#include <vector>

#include "inference/chorales/chorale_file.h"

namespace ledgerline::chorales {

inline constexpr int kOuterFields = 3 + kVoices * 6;  // symbols of a row of the outer decoder

// The symbols of a voice's row. Each field's range begins where the range of the field before it ends.
enum VoiceField : size_t {
  kSixteenth,     // the step's number mod 16
  kTwelfth,       // and mod 12, for pieces in three
  kMatchLength,   // how long the passage is that was heard before: 0 none, then by powers of two
  kOwnSymbol,     // at the step before; so are the fields that follow
  kOwnMove,       // interval that led there
  kOwnBefore,     // interval from the last other pitch
  kOwnAge,        // sixteenths since it began
  kOwnAboveBass,  // pitch class above the bass
  kOwnCopy,       // interval to the copy's pitch
  kOthers,        // the first of the other voices, in the order of the file; each has the six fields below
  kVoiceFields = kOthers + (kVoices - 1) * 6
};
enum OtherField : size_t {
  kOtherMove,      // interval from the step before to this step, if it was said already
  kOtherMoved,     // 0 not yet said, 1 stayed, 2 moved
  kOtherCopied,    // 0 not known, 1 as the copy says, 2 otherwise
  kOtherAge,       // sixteenths that its last pitch lasted
  kOtherClass,     // pitch class above this voice's last pitch; of its new pitch, if said
  kOtherInterval,  // and the interval
  kOtherFields
};

inline constexpr int kKeyFeatures = 24;  // shares of twelve pitch classes, lately and since the start
inline constexpr int kReferences = 6;    // pitches that a pitch is judged against

// Sizes of the joint alphabets: each field has its own range of symbols.
int OuterSymbols();
int VoiceSymbols();

struct VoiceRow {
  std::array<int, kVoiceFields> fields;
  std::array<float, kKeyFeatures> key;
  std::array<int, kReferences> references;  // symbols; kRest where there is none
  int target = 0;                           // the symbol to be said
};

struct ChoraleRow {
  std::array<int, kOuterFields> fields;
  std::array<float, kKeyFeatures> key;
  std::array<VoiceRow, kVoices> voices;
};

// The rows of a whole piece; row t tells of step t.
std::vector<ChoraleRow> EncodeChorale(const Chorale& piece);

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_ROWS_H_
