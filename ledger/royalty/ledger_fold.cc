#include "ledger/royalty/ledger_fold.h"

#include <algorithm>

#include "ledger/exchange/csv.h"
#include "ledger/royalty/close.h"
#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

std::string SameTotals(const exchange::UsageFile& file, const v1::UsageFile& payload) {
  if (payload.totals_size() != static_cast<int>(file.totals.size())) return "totals";
  for (size_t i = 0; i < file.totals.size(); ++i) {
    const v1::UsageTotal& said = payload.totals(static_cast<int>(i));
    const v1::UsageTotal& is = file.totals[i];
    if (said.plays() != is.plays() || said.revenue().currency() != is.revenue().currency() ||
        said.revenue().units() != is.revenue().units() || said.revenue().nanos() != is.revenue().nanos()) {
      return "totals";
    }
  }
  const std::vector<std::string> periods(payload.periods().begin(), payload.periods().end());
  return periods == file.periods ? "" : "periods";
}

}  // namespace

Status LedgerFold::Apply(EntryIndex index, const v1::Entry& entry, const v1::Payload& payload,
                         rights::BlobReader& blobs) {
  // Out of order is found by the fold of rights; nothing of this one may have changed by then.
  if (index.value == size().value && entry.index() == index.value) {
    if (payload.has_usage_file() || payload.has_period_close()) {
      if (!MaySay(index, entry, payload.has_usage_file())) {
        AddFault(index, payload.has_usage_file() ? "usage files must be signed by an operator's key or a service's"
                                                 : "closes must be signed by an operator's key");
      } else if (payload.has_usage_file()) {
        RETURN_IF_ERROR(ApplyUsage(index, payload.usage_file(), blobs));
      } else {
        RETURN_IF_ERROR(ApplyClose(index, payload.period_close(), blobs));
      }
    }
  }
  RETURN_IF_ERROR(rights_.Apply(index, entry, payload, blobs));
  AddNames(index, payload);
  return Status::Ok();
}

void LedgerFold::AddNames(EntryIndex index, const v1::Payload& payload) {
  const auto name = [&](const std::string& party) {
    if (!party.empty()) named_parties_.emplace_back(index, party);
  };
  const auto name_key = [&](const std::string& key_id) {
    const auto id = Hash256::FromBytes(key_id);
    const auto* key = id.ok() ? rights_.keys().Find(*id, size()) : nullptr;
    if (key != nullptr) name(key->party.text());
  };
  if (payload.has_key_enrolment()) name(payload.key_enrolment().party_id());
  if (payload.has_key_rotation()) name_key(payload.key_rotation().old_key_id());
  if (payload.has_key_revocation()) name_key(payload.key_revocation().key_id());
  if (payload.has_consent_grant()) name(payload.consent_grant().party_id());
  if (payload.has_consent_revocation()) name(payload.consent_revocation().party_id());
  if (payload.has_erasure()) name(payload.erasure().party_id());
}

std::string_view LedgerFold::FileHeader(EntryIndex entry) const {
  if (const std::string* header = rights_.CatalogueHeader(entry)) return *header;
  const auto found = usage_headers_.find(entry);
  return found == usage_headers_.end() ? std::string_view() : found->second;
}

bool LedgerFold::MaySay(EntryIndex index, const v1::Entry& entry, bool service_may) const {
  const auto key_id = Hash256::FromBytes(entry.submitter_key_id());
  if (!key_id.ok()) return false;
  const auto* key = rights_.keys().FindValid(*key_id, Instant{entry.recorded_at_us()}, TreeSize{index.value});
  return key != nullptr && (key->role == v1::KEY_ROLE_OPERATOR || (service_may && key->role == v1::KEY_ROLE_SERVICE));
}

Status LedgerFold::ApplyUsage(EntryIndex index, const v1::UsageFile& payload, rights::BlobReader& blobs) {
  const auto fault = [&](const std::string& text) {
    AddFault(index, "usage file: " + text);
    return Status::Ok();
  };
  if (payload.kind() != v1::USAGE_KIND_COVERS && payload.kind() != v1::USAGE_KIND_ORIGINALS) {
    return fault("kind " + std::to_string(payload.kind()) + " is neither covers (1) nor originals (2)");
  }
  const auto name = Hash256::FromBytes(payload.file().blob_sha256());
  if (!name.ok()) return fault("blob_sha256: " + name.status().message());
  // Reporting the same plays twice would pay them twice.
  if (const auto earlier = usage_files_.find(*name); earlier != usage_files_.end()) {
    return fault("the same file is entry " + std::to_string(earlier->second.value) + " already; it counts once");
  }
  ASSIGN_OR_RETURN(const std::string bytes, rights::ReadNamedBlob(blobs, payload.file().blob_sha256()));
  auto file = exchange::ParseUsageFile(bytes);
  if (!file.ok()) return fault(file.status().message());
  if (payload.file().byte_size() != file->digest.byte_size() ||
      payload.file().row_count() != file->digest.row_count() ||
      payload.file().rows_root() != file->digest.rows_root()) {
    return fault("size, row count or rows_root are not those of the file");
  }
  if (const std::string field = SameTotals(*file, payload); !field.empty())
    return fault(field + " are not those of the rows");
  usage_files_.emplace(*name, index);
  usage_headers_.emplace(index, exchange::HeaderLine(bytes));
  auto& items = payload.kind() == v1::USAGE_KIND_COVERS ? cover_usage_ : original_usage_;
  for (exchange::UsageRow& row : file->rows) items.push_back({index, std::move(row)});
  return Status::Ok();
}

Status LedgerFold::ApplyClose(EntryIndex index, const v1::PeriodClose& close, rights::BlobReader& blobs) {
  const auto fault = [&](const std::string& text) {
    AddFault(index, "close of " + close.period() + ": " + text);
    return Status::Ok();
  };
  const auto period = Period::Parse(close.period());
  if (!period.ok()) return fault(period.status().message());
  if (close.rules_version() != kRulesVersion) return fault("rules_version '" + close.rules_version() + "' is unknown");
  if (close.prefix_size() > index.value) return fault("its prefix reaches beyond its own entry");
  if (!closes_.empty()) {
    const CloseItem& last = closes_.back();
    if (*period <= last.period) {
      return fault("period " + last.period.ToString() + " is closed already, by entry " +
                   std::to_string(last.entry.value));
    }
    if (close.prefix_size() <= last.entry.value) {
      return fault("its prefix does not hold the close before, entry " + std::to_string(last.entry.value));
    }
  }
  if (close.statements_sha256().size() != Hash256::kSize) return fault("statements_sha256 is not 32 bytes");
  ASSIGN_OR_RETURN(const std::string blob, rights::ReadNamedBlob(blobs, close.statements_sha256()));
  const auto statements = ParseStatements(blob);
  if (!statements.ok()) return fault("its statements: " + statements.status().message());
  if (statements->period != *period || statements->prefix_size != close.prefix_size()) {
    return fault("its statements are of another period or prefix");
  }
  CloseItem item{index, *period, close, {}, statements->secret};
  for (const Balance& balance : statements->balances) {
    ASSIGN_OR_RETURN(const PartyId party, PartyId::Parse(balance.party));  // checked by ParseStatements
    item.closing[{party, balance.closing.currency()}] = balance.closing;
  }
  closes_.push_back(std::move(item));
  return Status::Ok();
}

std::vector<rights::Fault> LedgerFold::AllFaults() const {
  std::vector<rights::Fault> all = rights_.faults();
  all.insert(all.end(), faults_.begin(), faults_.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const rights::Fault& a, const rights::Fault& b) { return a.entry < b.entry; });
  return all;
}

}  // namespace ledgerline::royalty
