// Exact fingerprints: SHA-256 of the bytes that were made. They say "this very file"; melodic.h says "this tune".
#ifndef LEDGERLINE_INFERENCE_FINGERPRINT_EXACT_H_
#define LEDGERLINE_INFERENCE_FINGERPRINT_EXACT_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::fingerprint {

// SHA-256 of a MIDI file's bytes.
Hash256 MidiFingerprint(std::string_view midi_bytes);

// SHA-256 of decoded sound: a header of 16 bytes ("LLPCM" and version 1 in six bytes, channels in two, frames a second
// in four and frames in four, all big-endian), then the samples as signed 16-bit little-endian, interleaved. A
// container, its tags and its padding do not count; the format does. Layout: docs/formats/melodic_fingerprint.md.
// Errors: kInvalidArgument (channels outside 1 to 8, rate outside 8,000 to 192,000, samples not whole frames),
// kOutOfRange (frames above 2^32 - 1).
Result<Hash256> PcmFingerprint(std::span<const int16_t> interleaved, int channels, int frames_per_second);

}  // namespace ledgerline::fingerprint

#endif  // LEDGERLINE_INFERENCE_FINGERPRINT_EXACT_H_
