// MusicXML, read and written: bytes <-> Score.
//
// The reader takes bytes from strangers: sizes, counts and numbers are bounded, declared entities are refused, and an
// error names the part, the measure, the element, the value and the bound. The writer is deterministic and makes scores
// that people read: hands on staves, voices, ties, tuplets, spelling by key. What is kept, what is dropped, how repeats
// are played: docs/formats/musicxml.md. Source: MusicXML 4.0 (W3C Music Notation Community Group, Final Report, 2021);
// 3.1 is read alike.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MUSICXML_H_
#define LEDGERLINE_INFERENCE_MUSIC_MUSICXML_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

inline constexpr size_t kMaxMusicXmlBytes = 16u << 20;    // of a document, also once it is unpacked
inline constexpr size_t kMaxMusicXmlParts = 256;          // of a document
inline constexpr size_t kMaxMusicXmlMeasures = 20'000;    // of a part, and once repeats are played out
inline constexpr size_t kMaxMusicXmlNotes = 1'000'000;    // once repeats are played out
inline constexpr size_t kMaxMusicXmlMarkers = 100'000;    // likewise
inline constexpr int64_t kMaxMusicXmlQuarters = 100'000;  // likewise
inline constexpr int kMaxMusicXmlStaves = 8;              // of a part

// Reads a score-partwise document, or a compressed one (.mxl), told apart by their bytes. A part whose notes stand on
// several staves becomes one Part for each, named "NAME staff 1" and so on. Pitches are sounding ones. Repeats and
// endings are played out; a short (pickup) bar gets a metre of its own. Chord symbols become markers as ChordName
// writes them, rehearsal marks become markers as they are. Errors: kInvalidArgument (not MusicXML, malformed, entities,
// score-timewise, damaged archive), kOutOfRange (a bound above).
Result<Score> ReadMusicXml(std::string_view bytes);

// Writes MusicXML 4.0, uncompressed. The score is put on the grid of kGridTicks first; within a beat where an onset or
// end fits neither thirty-seconds nor triplets, it moves to the nearest place of the better grid. Consecutive parts
// named "NAME staff 1", "NAME staff 2", or "NAME right hand", "NAME left hand", share a part; a keyboard's single part
// is divided between two hands. Markers that are chord symbols become harmony elements. ReadMusicXml gives the same
// sounding notes, metres, tempos and keys back. Errors: kInvalidArgument or kOutOfRange (no notes, too many bars or
// notes, a number out of its bound).
Result<std::string> WriteMusicXml(const Score& score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MUSICXML_H_
