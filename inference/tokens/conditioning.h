// Conditioning: the canonical bytes of what the model is given for a cover: melody, chords and plan, no events.
//
// Their SHA-256 goes into the ledger record and the bytes are kept as a blob: with model, seed and parameters they are
// enough to compose the cover again. One piece has one serialisation. docs/formats/tokens.md is the page.
#ifndef LEDGERLINE_INFERENCE_TOKENS_CONDITIONING_H_
#define LEDGERLINE_INFERENCE_TOKENS_CONDITIONING_H_

#include <string>
#include <string_view>

#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::tokens {

inline constexpr size_t kMaxConditioningBytes = 4u << 20;
inline constexpr int kMaxMelodyNotesPerBar = 255;

struct Conditioning {
  Piece piece;                   // without events
  int64_t quarter_us = 500'000;  // tempo of the cover: microseconds a quarter of the piece
  friend bool operator==(const Conditioning&, const Conditioning&);
};

// Errors: kOutOfRange (a value that the format cannot hold, such as 256 melody notes in a bar).
Result<std::string> SerialiseConditioning(const Conditioning& conditioning);
// Accepts exactly what SerialiseConditioning writes. Errors: kInvalidArgument (not such bytes, another version),
// kOutOfRange (a value outside its alphabet; the message names field, value and bound).
Result<Conditioning> ParseConditioning(std::string_view bytes);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_CONDITIONING_H_
