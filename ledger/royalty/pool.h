// Gathering: which usage rows and generations a close settles, and into which pools they fall.
// Rules: docs/decisions/0004-royalty-rules-v1.md, sections "What a close settles" and "Pools".
#ifndef LEDGERLINE_LEDGER_ROYALTY_POOL_H_
#define LEDGERLINE_LEDGER_ROYALTY_POOL_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ledger/royalty/close.h"

namespace ledgerline::royalty {

using RateCard = rights::Version<exchange::RateCardRow>;

// Ordered by currency first, so that statements are.
struct PoolKey {
  Currency currency;
  Period period;  // of the usage
  std::string territory;
  std::string tier;
  RateCardId rate;
  RecordingId alone;  // a pro-rata pool without a single play is settled cover by cover: the cover; else empty
  friend auto operator<=>(const PoolKey&, const PoolKey&) = default;
};

// What a cover did on the days that one instant of share sets governs.
struct DateUse {
  uint64_t plays = 0;
  std::vector<size_t> rows;  // indices into fold.cover_usage()
};

struct CoverUse {
  const rights::GenerationRecord* generation = nullptr;
  std::map<Instant, DateUse> dates;
  Money revenue;
  uint64_t plays = 0;
  uint64_t generations = 0;  // settled here: 1 if the cover was made in this pool's period, territory and tier, else 0
  bool floor_applies = false;  // nothing of this cover was settled before for this period, territory and tier
};

struct Pool {
  const RateCard* card = nullptr;
  Money revenue;
  uint64_t plays = 0;
  std::map<RecordingId, CoverUse> covers;
  std::vector<size_t> rows;
};

struct UnmatchedKey {
  Currency currency;
  Period period;
  std::string territory;
  std::string tier;
  RecordingId recording;
  std::string reason;  // a code
  friend auto operator<=>(const UnmatchedKey&, const UnmatchedKey&) = default;
};

struct UnmatchedUse {
  Money revenue;
  std::vector<size_t> rows;
  std::string detail;
};

struct GatheredPeriod {
  std::map<PoolKey, Pool> pools;
  std::map<UnmatchedKey, UnmatchedUse> unmatched;
  std::map<Currency, Money> revenue;  // of all settled rows: what the close must account for
  std::vector<std::string> warnings;
};

// Errors: kOutOfRange (a sum leaves 128 bits).
Result<GatheredPeriod> GatherPeriod(const FrozenPeriod& frozen);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_POOL_H_
