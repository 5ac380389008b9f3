#include "ledger/royalty/open_amounts.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/royalty/statement.h"

namespace ledgerline::royalty {
namespace {

using Sums = std::map<Currency, Money>;

Status AddTo(Sums& sums, const Money& amount) {
  const auto [at, is_new] = sums.try_emplace(amount.currency(), amount);
  if (is_new) return Status::Ok();
  ASSIGN_OR_RETURN(at->second, at->second.Plus(amount));
  return Status::Ok();
}

// The works and recordings of which some share set, of any time and status, names the party; and what comes from them.
class AssetsOf {
 public:
  AssetsOf(const LedgerFold& fold, const PartyId& party) : rights_(fold.rights()) {
    rights_.shares().ForEachVersion(fold.size(), [&](const rights::ShareSetVersion& version) {
      const auto& lines = version.row.lines;
      if (std::any_of(lines.begin(), lines.end(), [&](const exchange::ShareLine& l) { return l.party == party; }))
        assets_.insert(version.row.asset.ToString());
    });
  }
  bool Contains(const std::string& asset) const { return assets_.contains(asset); }
  // An original by itself and its works, a cover by everything that it comes from.
  bool Concern(const RecordingId& id) const { return Concern(id, rights_.size()); }

 private:
  bool Concern(const RecordingId& id, TreeSize as_of) const {
    const rights::RecordingView view = rights_.Recording(id, as_of);
    if (view.original != nullptr) {
      const auto& works = view.original->row.works;
      return Contains(exchange::Asset::Of(id).ToString()) ||
             std::any_of(works.begin(), works.end(), [&](const exchange::WorkPart& part) {
               return Contains(exchange::Asset::Of(part.work).ToString());
             });
    }
    if (view.cover == nullptr) return false;
    // Beyond these bounds a cover is unauthorised, and walking all its paths could take for ever: it may concern
    // anyone.
    if (view.cover->depth > rights::kSourceDepthMax || view.cover->paths > rights::kSourcePathsMax) return true;
    for (const v1::SourceUse& source : view.cover->event.sources()) {
      const auto source_id = RecordingId::Parse(source.recording_id());
      // Only what was there before the cover can be its source, which rules out cycles.
      if (source_id.ok() && Concern(*source_id, TreeSize{view.cover->entry.value})) return true;
    }
    return false;
  }

  const rights::RightsState& rights_;
  std::set<std::string> assets_;
};

bool Settled(const LedgerFold& fold, const UsageItem& item) {
  return std::any_of(fold.closes().begin(), fold.closes().end(), [&](const CloseItem& close) {
    return item.entry.value < close.close.prefix_size() && item.row.period <= close.period;
  });
}

}  // namespace

Result<std::vector<OpenAmount>> OpenAmounts(const LedgerFold& fold, const PartyId& party, rights::BlobReader& blobs) {
  std::vector<OpenAmount> open;
  if (!fold.closes().empty()) {
    const CloseItem& last = fold.closes().back();
    for (const auto& [key, closing] : last.closing) {
      if (key.first == party && !closing.IsZero())
        open.push_back({closing, "is the closing balance of " + last.period.ToString()});
    }
  }
  const AssetsOf assets(fold, party);
  Sums held;
  for (const CloseItem& close : fold.closes()) {
    ASSIGN_OR_RETURN(const std::string blob, rights::ReadNamedBlob(blobs, close.close.statements_sha256()));
    const auto statements = ParseStatements(blob);
    if (!statements.ok())
      return DataLoss("statements of " + close.period.ToString() + ": " + statements.status().message());
    for (const StatementLine& line : statements->lines) {
      if (line.account != Account::kHeld) continue;
      const auto cover = RecordingId::Parse(line.cover);
      const bool concerns = line.asset.empty() ? !cover.ok() || assets.Concern(*cover) : assets.Contains(line.asset);
      if (concerns) RETURN_IF_ERROR(AddTo(held, line.amount));
    }
  }
  for (const auto& [currency, amount] : held) {
    if (!amount.IsZero()) open.push_back({amount, "is held on works or recordings that it has shares in"});
  }
  Sums used;
  std::map<Currency, uint64_t> rows;
  for (const UsageItem& item : fold.cover_usage()) {
    if (Settled(fold, item) || !assets.Concern(item.row.recording)) continue;
    RETURN_IF_ERROR(AddTo(used, item.row.revenue));
    ++rows[item.row.revenue.currency()];
  }
  for (const auto& [currency, amount] : used) {
    open.push_back({amount, "is the revenue of " + std::to_string(rows[currency]) +
                                (rows[currency] == 1 ? " usage row" : " usage rows") +
                                " of its works or recordings that no close has settled"});
  }
  return open;
}

}  // namespace ledgerline::royalty
