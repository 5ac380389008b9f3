#include "inference/fingerprint/nearest.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ledgerline::fingerprint {
namespace {

// Exact scores are worked out for this many times the tunes asked for, those with most shared grams.
constexpr size_t kCandidatesPerResult = 8;
constexpr size_t kMinCandidates = 64;

}  // namespace

Status MemoryPostings::Add(const TuneId& tune, const MelodicFingerprint& print) {
  const auto [place, added] = prints_.emplace(tune, print);
  if (!added) {
    if (place->second == print) return Status::Ok();
    return AlreadyExists("tune " + tune.value + " is stored with another fingerprint");
  }
  for (const uint64_t gram : print.grams) postings_[gram].push_back(tune);
  return Status::Ok();
}

Result<std::vector<TuneId>> MemoryPostings::TunesWith(uint64_t gram) const {
  const auto found = postings_.find(gram);
  return found == postings_.end() ? std::vector<TuneId>{} : found->second;
}

Result<MelodicFingerprint> MemoryPostings::FingerprintOf(const TuneId& tune) const {
  const auto found = prints_.find(tune);
  if (found == prints_.end()) return NotFound("tune " + tune.value + " has no stored fingerprint");
  return found->second;
}

Result<std::vector<TuneMatch>> NearestTunes(const MelodicFingerprint& piece, const PostingReader& index, size_t limit) {
  if (limit == 0) return InvalidArgument("limit 0 is below 1");
  std::map<TuneId, size_t> counts;
  for (const uint64_t gram : piece.grams) {
    ASSIGN_OR_RETURN(const std::vector<TuneId> tunes, index.TunesWith(gram));
    for (const TuneId& tune : tunes) ++counts[tune];
  }
  std::vector<std::pair<TuneId, size_t>> candidates(counts.begin(), counts.end());
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  candidates.resize(std::min(candidates.size(), std::max(kMinCandidates, limit * kCandidatesPerResult)));
  std::vector<TuneMatch> matches;
  for (const auto& [tune, count] : candidates) {
    ASSIGN_OR_RETURN(const MelodicFingerprint stored, index.FingerprintOf(tune));
    matches.push_back({tune, Shared(stored, piece), ContainmentPpm(stored, piece)});
  }
  std::sort(matches.begin(), matches.end(), [](const TuneMatch& a, const TuneMatch& b) {
    return std::tuple(-a.containment_ppm, b.shared, a.tune) < std::tuple(-b.containment_ppm, a.shared, b.tune);
  });
  matches.resize(std::min(matches.size(), limit));
  return matches;
}

}  // namespace ledgerline::fingerprint
