// Stated influences from strangers: what is accepted says the same when it is written again, and shares of it sum to
// the whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/rights/training_shares.h"
#include "schemas/money.h"

using namespace ledgerline;  // NOLINT: a fuzzer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto pieces = rights::ParseInfluences({reinterpret_cast<const char*>(data), size});
  if (!pieces.ok()) return 0;
  const std::string csv = rights::FormatInfluences(*pieces);
  const auto again = rights::ParseInfluences(csv);
  if (!again.ok() || rights::FormatInfluences(*again) != csv) std::abort();
  const auto totals = rights::TotalsByOwner(*pieces);
  if (!totals.ok()) return 0;
  for (const uint32_t weight : {0u, 1u, rights::kInfluenceWeightPpmMax}) {
    const auto shares = rights::TrainingSharesPpm(*totals, weight);
    if (!shares.ok()) continue;
    uint64_t sum = 0;
    for (const uint32_t share : *shares) sum += share;
    if (sum != kWholePpm) std::abort();
  }
  return 0;
}
