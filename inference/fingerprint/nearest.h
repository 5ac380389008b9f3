// Which stored tunes does a piece contain? A search over an inverted index: gram -> the tunes that have it.
//
// The index itself is supplied by the caller (a database, a file, memory); this file only asks it.
#ifndef LEDGERLINE_INFERENCE_FINGERPRINT_NEAREST_H_
#define LEDGERLINE_INFERENCE_FINGERPRINT_NEAREST_H_

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inference/fingerprint/melodic.h"
#include "schemas/status.h"

namespace ledgerline::fingerprint {

// Names a stored tune; what it stands for is the index owner's business (a recording, a work).
struct TuneId {
  std::string value;
  friend auto operator<=>(const TuneId&, const TuneId&) = default;
};

// The index, read-only. Implementations must be safe for concurrent reads if searches run concurrently.
class PostingReader {
 public:
  virtual ~PostingReader() = default;
  // The tunes whose fingerprint has `gram`, each once. Empty if none. Errors: those of the storage.
  virtual Result<std::vector<TuneId>> TunesWith(uint64_t gram) const = 0;
  // The fingerprint stored for `tune`. Errors: kNotFound, and those of the storage.
  virtual Result<MelodicFingerprint> FingerprintOf(const TuneId& tune) const = 0;
};

// An index in memory. Not safe for Add during searches.
class MemoryPostings : public PostingReader {
 public:
  // Errors: kAlreadyExists (the same id with another fingerprint; with the same one nothing happens).
  Status Add(const TuneId& tune, const MelodicFingerprint& print);
  Result<std::vector<TuneId>> TunesWith(uint64_t gram) const override;
  Result<MelodicFingerprint> FingerprintOf(const TuneId& tune) const override;
  size_t size() const { return prints_.size(); }

 private:
  std::map<TuneId, MelodicFingerprint> prints_;
  std::map<uint64_t, std::vector<TuneId>> postings_;
};

struct TuneMatch {
  TuneId tune;
  size_t shared = 0;            // grams
  int64_t containment_ppm = 0;  // of the stored tune in the piece
  // Both thresholds of melodic.h are reached.
  bool IsMatch() const { return shared >= kMatchShared && containment_ppm >= kMatchContainmentPpm; }
  friend bool operator==(const TuneMatch&, const TuneMatch&) = default;
};

// The stored tunes that share most with `piece`, the highest containment first, then more shared grams, then the lower
// id; at most `limit`. `piece` is usually FingerprintOfAllLines of the whole texture. Errors: kInvalidArgument (limit
// 0), and those of the index.
Result<std::vector<TuneMatch>> NearestTunes(const MelodicFingerprint& piece, const PostingReader& index, size_t limit);

}  // namespace ledgerline::fingerprint

#endif  // LEDGERLINE_INFERENCE_FINGERPRINT_NEAREST_H_
