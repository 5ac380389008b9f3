// The melodic fingerprint: which tune is this, in whatever key and at whatever speed?
//
// A tune is the set of its short phrases. Each run of kGramNotes notes becomes one number made of the intervals between
// them and of the coarse ratios of their inter-onset times: transposition changes no interval, tempo no ratio. The
// number holds these exactly, without hashing, so that two phrases share it only if they agree. Byte layout:
// docs/formats/melodic_fingerprint.md.
//
// Similarity is evidence for a person or a policy to weigh, never the basis of a payment.
#ifndef LEDGERLINE_INFERENCE_FINGERPRINT_MELODIC_H_
#define LEDGERLINE_INFERENCE_FINGERPRINT_MELODIC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/music/score.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::fingerprint {

inline constexpr size_t kGramNotes = 7;    // notes in a phrase
inline constexpr size_t kMaxGrams = 4096;  // in one fingerprint

// From here on a search calls two pieces the same tune: at least so many phrases, and so large a share of the stored tune's,
// in ppm. How often that is wrong, either way: docs/formats/melodic_fingerprint.md.
inline constexpr size_t kMatchShared = 8;
inline constexpr int64_t kMatchContainmentPpm = 200'000;

struct MelodicFingerprint {
  std::vector<uint64_t> grams;  // strictly ascending, at most kMaxGrams
  friend bool operator==(const MelodicFingerprint&, const MelodicFingerprint&) = default;

  // The canonical bytes (8-byte header, then 8 bytes a gram): equal fingerprints have equal bytes.
  std::string ToBytes() const;
  // Errors: kInvalidArgument (magic, version, length, order or a gram that no phrase has), kOutOfRange (count).
  static Result<MelodicFingerprint> FromBytes(std::string_view bytes);
  // SHA-256 of ToBytes().
  Hash256 Digest() const;
};

// Of one monophonic line, sorted by onset, in any ticks. Empty for fewer than kGramNotes notes. Runs that only rise,
// only fall or hardly move are left out: every piece has them. Of a line with more than kMaxGrams different phrases,
// the kMaxGrams whose mixed value is smallest stay: the same choice in every piece, so that what two pieces share is
// thinned evenly.
MelodicFingerprint FingerprintOfLine(const std::vector<music::Note>& line);

// Of the melody that music::FindMelody finds: what a catalogue stores for a song.
MelodicFingerprint FingerprintOfMelody(const music::Score& score);

// Of the top line of every part but drums, together: what a cover, a remix or an unknown piece is searched by, as its
// melody may lie in any part.
MelodicFingerprint FingerprintOfAllLines(const music::Score& score);

// How many grams the two share. Where one of two fingerprints is full (kMaxGrams), this and the ratios below count only
// the stretch in which both are complete.
size_t Shared(const MelodicFingerprint& a, const MelodicFingerprint& b);
// The share of `part` that `whole` contains, in ppm; 0 if `part` is empty.
int64_t ContainmentPpm(const MelodicFingerprint& part, const MelodicFingerprint& whole);
// Shared over united (Jaccard), in ppm; 0 if both are empty.
int64_t SimilarityPpm(const MelodicFingerprint& a, const MelodicFingerprint& b);

}  // namespace ledgerline::fingerprint

#endif  // LEDGERLINE_INFERENCE_FINGERPRINT_MELODIC_H_
