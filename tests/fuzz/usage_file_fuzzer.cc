// Usage files come from outside. What is accepted has rows within their bounds and totals that are their sums.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "ledger/exchange/usage_file.h"
#include "schemas/amount.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string rows(reinterpret_cast<const char*>(data), size);
  const auto file =
      exchange::ParseUsageFile("recording_id,period,territory,tier,plays,revenue,currency,used_on\n" + rows);
  if (!file.ok()) return 0;
  std::map<Currency, Money> sums;
  for (const auto& row : file->rows) {
    if (!row.period.Span().Contains(row.used_on) || row.plays > exchange::kPlaysMax) std::abort();
    if (*Money::Parse(row.revenue_text, row.revenue.currency()) != row.revenue) std::abort();
    Money& sum = sums.try_emplace(row.revenue.currency(), Money::Zero(row.revenue.currency())).first->second;
    sum = *sum.Plus(row.revenue);
  }
  if (sums.size() != file->totals.size()) std::abort();
  for (const auto& total : file->totals) {
    const auto revenue = FromWire(total.revenue(), "revenue");
    if (!revenue.ok() || sums.at(revenue->currency()) != *revenue) std::abort();
  }
  return 0;
}
