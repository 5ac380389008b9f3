// Share sets in two times: valid time (the span that a set names) and recorded index (the entry that brought it).
//
// At most one ACCEPTED set is in force for an asset, a right, a territory and an instant. Where two claim the same
// point, or where a DISPUTED set reaches, that point is contested and its money is held: nothing is scaled, and nothing
// outside the contested point changes. Source: docs/decisions/0003-rights-verdicts.md.
#ifndef LEDGERLINE_LEDGER_RIGHTS_SHARE_BOOK_H_
#define LEDGERLINE_LEDGER_RIGHTS_SHARE_BOOK_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/exchange/catalogue_row.h"
#include "ledger/rights/versions.h"

namespace ledgerline::rights {

using ShareSetVersion = Version<exchange::ShareSetRow>;

enum class ShareStanding {
  kInForce,    // exactly one ACCEPTED set and no DISPUTED one
  kMissing,    // no ACCEPTED and no DISPUTED set
  kDisputed,   // a DISPUTED set reaches here
  kContested,  // two or more ACCEPTED sets reach here
};
std::string_view ShareStandingName(ShareStanding standing);  // "in force"

struct ShareAnswer {
  ShareStanding standing = ShareStanding::kMissing;
  const ShareSetVersion* set = nullptr;          // kInForce only
  std::vector<const ShareSetVersion*> involved;  // all that reach here, by share set id
  // "share sets s1 (entry 4) and s2 (entry 9) both claim MASTER of recording:r1 in DE": for a held line and for people.
  std::string explanation;
};

class ShareBook {
 public:
  void Add(EntryIndex entry, exchange::ShareSetRow row);
  // What holds for one point. `territory` is one country code.
  ShareAnswer At(const exchange::Asset& asset, exchange::Right right, const std::string& territory, Instant at,
                 TreeSize as_of) const;
  // ACCEPTED or DISPUTED sets, other than `row` itself, that reach into the space that `row` claims.
  std::vector<const ShareSetVersion*> Overlapping(const exchange::ShareSetRow& row, TreeSize as_of) const;
  const ShareSetVersion* Find(const ShareSetId& id, TreeSize as_of) const { return sets_.Find(id, as_of); }
  std::vector<const ShareSetVersion*> List(TreeSize as_of) const { return sets_.List(as_of); }
  template <typename Visit>
  void ForEachVersion(TreeSize as_of, Visit visit) const {
    sets_.ForEach(as_of, visit);
  }

 private:
  VersionedRows<ShareSetId, exchange::ShareSetRow> sets_;
  std::map<std::pair<exchange::Asset, exchange::Right>, std::set<ShareSetId>> by_asset_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_SHARE_BOOK_H_
