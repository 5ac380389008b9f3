// Standard MIDI files, read and written: bytes <-> Score.
//
// The reader takes bytes from strangers: every length is checked against what is left, every number against its bound,
// and an error names the byte offset, the field, the value and the bound. The writer is deterministic: one score has
// one file. What is kept, what is dropped and how notes are paired: docs/formats/smf.md. Source: "Standard MIDI
// Files 1.0" (RP-001, MIDI Manufacturers Association, 1988, revised 1996), formats 0 and 1.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SMF_H_
#define LEDGERLINE_INFERENCE_MUSIC_SMF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr size_t kMaxSmfBytes = 16u << 20;  // of a file
inline constexpr size_t kMaxSmfTracks = 1024;      // of a file
inline constexpr size_t kMaxSmfNotes = 1'000'000;  // of a file
inline constexpr size_t kMaxSmfMarkers = 100'000;  // of a file
inline constexpr int64_t kMaxSmfQuarters =
    100'000;                                       // no event later than this many quarter notes (14 hours at 120 bpm)
inline constexpr size_t kMaxSmfNameBytes = 1024;   // of a title or a part's name, in UTF-8; longer ones are cut
inline constexpr int kMaxTicksPerQuarter = 32767;  // 15 bits in the header

// Reads a file of format 0 or 1. Each pair of track and channel that plays notes becomes one part, in file order.
// Notes of one pitch that overlap end in the order in which they began; what still sounds at the end of its track ends
// there. The notes of every part are sorted by (onset, pitch, duration, velocity). A part's program is the one in force
// at its first note. Names that are not UTF-8 are taken as Latin-1; control characters are dropped. Errors:
// kInvalidArgument (not an SMF, format 2, SMPTE time, malformed or truncated events), kOutOfRange (a bound above).
Result<Score> ReadSmf(std::string_view bytes);

// Writes format 1: a conductor track (title, metres, tempos, keys, markers), then one track for each part that has
// notes. Channels go by part, skipping 10, which drum parts share; from the sixteenth other part on, tracks name a MIDI
// port (meta 0x21). ReadSmf(WriteSmf(s)) equals s when s was read from a file (notes of one pitch then never enclose
// each other). Errors: kInvalidArgument or kOutOfRange, naming the part, field, value and bound.
Result<std::string> WriteSmf(const Score& score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SMF_H_
