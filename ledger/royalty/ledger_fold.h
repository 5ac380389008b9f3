// LedgerFold: everything that a close is computed from, as a pure fold of the ledger: rights, usage rows and earlier
// closes.
#ifndef LEDGERLINE_LEDGER_ROYALTY_LEDGER_FOLD_H_
#define LEDGERLINE_LEDGER_ROYALTY_LEDGER_FOLD_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/exchange/usage_file.h"
#include "ledger/rights/rights_state.h"

namespace ledgerline::royalty {

struct UsageItem {
  EntryIndex entry;  // the usage file
  exchange::UsageRow row;
};

// What a close left standing to a party's credit.
using Balances = std::map<std::pair<PartyId, Currency>, Money>;

struct CloseItem {
  EntryIndex entry;
  Period period;
  v1::PeriodClose close;
  Balances closing;               // from its statements' blob
  std::optional<Hash256> secret;  // the same
};

// Not thread-safe while Apply runs; then any number of readers.
class LedgerFold {
 public:
  // Folds the next entry; `index` must be size(). Bad data is a fault of its entry and never an error.
  // Errors: kFailedPrecondition (out of order), kDataLoss (a blob is missing or altered), kUnavailable.
  Status Apply(EntryIndex index, const v1::Entry& entry, const v1::Payload& payload, rights::BlobReader& blobs);

  TreeSize size() const { return rights_.size(); }
  const rights::RightsState& rights() const { return rights_; }
  const std::vector<UsageItem>& cover_usage() const { return cover_usage_; }        // by entry, then row
  const std::vector<UsageItem>& original_usage() const { return original_usage_; }  // recorded, in no pool
  const std::vector<CloseItem>& closes() const { return closes_; }                  // by entry; periods ascend
  // The header row of the catalogue or usage file of `entry`; empty if it brought none that counts.
  std::string_view FileHeader(EntryIndex entry) const;
  // Whom entries name in so many words: keys, consents, erasures. By entry, whether or not the entry counts. What they
  // name through a file is in the file's rows.
  const std::vector<std::pair<EntryIndex, std::string>>& named_parties() const { return named_parties_; }
  // Of usage files and closes; rights().faults() has the others.
  const std::vector<rights::Fault>& faults() const { return faults_; }
  // Both, by entry.
  std::vector<rights::Fault> AllFaults() const;

 private:
  // Signed by a key that is valid then: an operator's, or where `service_may` a service's.
  bool MaySay(EntryIndex index, const v1::Entry& entry, bool service_may) const;
  Status ApplyUsage(EntryIndex index, const v1::UsageFile& payload, rights::BlobReader& blobs);
  Status ApplyClose(EntryIndex index, const v1::PeriodClose& close, rights::BlobReader& blobs);
  void AddNames(EntryIndex index, const v1::Payload& payload);
  void AddFault(EntryIndex index, std::string text) { faults_.push_back({index, true, std::move(text)}); }

  rights::RightsState rights_;
  std::vector<UsageItem> cover_usage_;
  std::vector<UsageItem> original_usage_;
  std::vector<CloseItem> closes_;
  std::map<EntryIndex, std::string> usage_headers_;
  std::vector<std::pair<EntryIndex, std::string>> named_parties_;
  std::map<Hash256, EntryIndex> usage_files_;
  std::vector<rights::Fault> faults_;
};

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_LEDGER_FOLD_H_
