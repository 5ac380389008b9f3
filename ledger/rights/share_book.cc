#include "ledger/rights/share_book.h"

#include <algorithm>

namespace ledgerline::rights {
namespace {

using exchange::ShareStatus;

bool Claims(const exchange::ShareSetRow& row) {
  return row.status == ShareStatus::kAccepted || row.status == ShareStatus::kDisputed;
}

}  // namespace

std::string_view ShareStandingName(ShareStanding standing) {
  switch (standing) {
    case ShareStanding::kInForce:
      return "in force";
    case ShareStanding::kMissing:
      return "missing";
    case ShareStanding::kDisputed:
      return "disputed";
    case ShareStanding::kContested:
      return "contested";
  }
  return "unknown";
}

void ShareBook::Add(EntryIndex entry, exchange::ShareSetRow row) {
  by_asset_[{row.asset, row.right}].insert(row.id);
  const ShareSetId id = row.id;
  sets_.Add(entry, id, std::move(row));
}

ShareAnswer ShareBook::At(const exchange::Asset& asset, exchange::Right right, const std::string& territory, Instant at,
                          TreeSize as_of) const {
  ShareAnswer answer;
  bool disputed = false;
  std::string names;
  if (const auto ids = by_asset_.find({asset, right}); ids != by_asset_.end()) {
    for (const ShareSetId& id : ids->second) {
      const ShareSetVersion* version = sets_.Find(id, as_of);
      // The set's latest statement may be about something else than an earlier one was.
      if (version == nullptr || version->row.asset != asset || version->row.right != right || !Claims(version->row))
        continue;
      if (!version->row.valid.Contains(at) || !version->row.territories.Contains(territory)) continue;
      disputed |= version->row.status == ShareStatus::kDisputed;
      answer.involved.push_back(version);
      names += (names.empty() ? "" : ", ") + id.text() + " (entry " + std::to_string(version->entry.value) + ")";
    }
  }
  const std::string where =
      std::string(exchange::RightName(right)) + " of " + asset.ToString() + " in " + territory + " at " + at.ToString();
  if (disputed) {
    answer.standing = ShareStanding::kDisputed;
    answer.explanation = where + " is in dispute: " + names;
  } else if (answer.involved.empty()) {
    answer.standing = ShareStanding::kMissing;
    answer.explanation = "no accepted share set for " + where;
  } else if (answer.involved.size() > 1) {
    answer.standing = ShareStanding::kContested;
    answer.explanation = where + " is claimed by more than one accepted share set: " + names;
  } else {
    answer.standing = ShareStanding::kInForce;
    answer.set = answer.involved.front();
    answer.explanation = where + ": share set " + names;
  }
  return answer;
}

std::vector<const ShareSetVersion*> ShareBook::Overlapping(const exchange::ShareSetRow& row, TreeSize as_of) const {
  std::vector<const ShareSetVersion*> found;
  const auto ids = by_asset_.find({row.asset, row.right});
  if (!Claims(row) || ids == by_asset_.end()) return found;
  for (const ShareSetId& id : ids->second) {
    const ShareSetVersion* version = sets_.Find(id, as_of);
    if (id == row.id || version == nullptr || !Claims(version->row)) continue;
    if (version->row.asset != row.asset || version->row.right != row.right) continue;
    if (version->row.valid.Overlaps(row.valid) && version->row.territories.Overlaps(row.territories))
      found.push_back(version);
  }
  return found;
}

}  // namespace ledgerline::rights
