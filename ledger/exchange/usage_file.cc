#include "ledger/exchange/usage_file.h"

#include <map>
#include <set>

#include "ledger/exchange/catalogue_row.h"
#include "ledger/exchange/csv_record.h"
#include "schemas/amount.h"
#include "schemas/territory.h"

namespace ledgerline::exchange {
namespace {

struct Total {
  Money revenue;
  uint64_t plays = 0;
};

Result<UsageRow> RowOf(const CsvRecord& record) {
  UsageRow row;
  row.line = record.line();
  row.number = record.number();
  auto recording = RecordingId::Parse(record.Text("recording_id"));
  if (!recording.ok()) return record.At("recording_id", recording.status());
  row.recording = *recording;
  auto period = Period::Parse(record.Text("period"));
  if (!period.ok()) return record.At("period", period.status());
  row.period = *period;
  row.territory = std::string(record.Text("territory"));
  RETURN_IF_ERROR(record.At("territory", CheckTerritoryCode("territory", row.territory)));
  row.tier = std::string(record.Text("tier"));
  RETURN_IF_ERROR(record.At("tier", CheckTier(row.tier)));
  ASSIGN_OR_RETURN(row.plays, record.Unsigned("plays", kPlaysMax));
  auto currency = Currency::Parse(record.Text("currency"));
  if (!currency.ok()) return record.At("currency", currency.status());
  row.revenue_text = std::string(record.Text("revenue"));
  auto revenue = Money::Parse(row.revenue_text, *currency);
  if (!revenue.ok()) return record.At("revenue", revenue.status());
  row.revenue = *revenue;
  const Int128 bound = static_cast<Int128>(kRevenueUnitsMax) * kNanosPerUnit;
  if (row.revenue.nanos() > bound || row.revenue.nanos() < -bound) {
    return OutOfRange(record.Wrong("revenue", "is outside -1000000000000 to 1000000000000").message());
  }
  row.used_on = row.period.Span().from;
  if (const std::string_view text = record.Text("used_on"); !text.empty()) {
    auto used_on = Instant::Parse(text);
    if (!used_on.ok()) return record.At("used_on", used_on.status());
    if (text.size() != 10) return record.Wrong("used_on", "expected a date such as 2026-10-17, without a time");
    if (!row.period.Span().Contains(*used_on))
      return record.Wrong("used_on", "is not in period " + row.period.ToString());
    row.used_on = *used_on;
  }
  return row;
}

}  // namespace

Result<UsageFile> ParseUsageFile(std::string_view bytes) {
  static constexpr Column kColumns[] = {{"recording_id"}, {"period"},  {"territory"}, {"tier"},
                                        {"plays"},        {"revenue"}, {"currency"},  {"used_on", false}};
  UsageFile file;
  std::map<Currency, Total> totals;
  std::set<Period> periods;
  ASSIGN_OR_RETURN(
      file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
        ASSIGN_OR_RETURN(UsageRow row, RowOf(record));
        Total& total =
            totals.try_emplace(row.revenue.currency(), Total{Money::Zero(row.revenue.currency()), 0}).first->second;
        ASSIGN_OR_RETURN(total.revenue, total.revenue.Plus(row.revenue));
        total.plays += row.plays;  // at most 1e6 rows of at most 1e12
        periods.insert(row.period);
        file.rows.push_back(std::move(row));
        return Status::Ok();
      }));
  for (const auto& [currency, total] : totals) {
    v1::UsageTotal wire;
    ASSIGN_OR_RETURN(*wire.mutable_revenue(), ToWire(total.revenue));
    wire.set_plays(total.plays);
    file.totals.push_back(std::move(wire));
  }
  for (const Period& period : periods) file.periods.push_back(period.ToString());
  return file;
}

v1::UsageFile UsageFile::ToPayload(v1::UsageKind kind) const {
  v1::UsageFile payload;
  payload.set_kind(kind);
  *payload.mutable_file() = digest;
  for (const v1::UsageTotal& total : totals) *payload.add_totals() = total;
  for (const std::string& period : periods) payload.add_periods(period);
  return payload;
}

}  // namespace ledgerline::exchange
