// Things that later files may state anew: every version is kept with the entry that brought it, and the one that counts
// "as of N" is the last among entries [0, N).
#ifndef LEDGERLINE_LEDGER_RIGHTS_VERSIONS_H_
#define LEDGERLINE_LEDGER_RIGHTS_VERSIONS_H_

#include <map>
#include <vector>

#include "schemas/ids.h"

namespace ledgerline::rights {

template <typename Row>
struct Version {
  EntryIndex entry;
  Row row;
};

// Added in the order of entries. Pointers stay valid only until the next Add.
template <typename IdType, typename Row>
class VersionedRows {
 public:
  void Add(EntryIndex entry, const IdType& id, Row row) { rows_[id].push_back({entry, std::move(row)}); }

  // The version that counts as of N; null if nothing had been said.
  const Version<Row>* Find(const IdType& id, TreeSize as_of) const {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return nullptr;
    const auto& versions = found->second;
    for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
      if (at->entry.value < as_of.value) return &*at;
    }
    return nullptr;
  }
  // Every version, by entry; empty if nothing was ever said.
  std::vector<const Version<Row>*> Versions(const IdType& id) const {
    std::vector<const Version<Row>*> list;
    if (const auto found = rows_.find(id); found != rows_.end()) {
      for (const Version<Row>& version : found->second) list.push_back(&version);
    }
    return list;
  }
  // All ids, each with the version that counts, by id.
  std::vector<const Version<Row>*> List(TreeSize as_of) const {
    std::vector<const Version<Row>*> list;
    for (const auto& [id, versions] : rows_) {
      if (const auto* version = Find(id, as_of)) list.push_back(version);
    }
    return list;
  }
  // Every version that was stated before N, by id, then entry.
  template <typename Visit>
  void ForEach(TreeSize as_of, Visit visit) const {
    for (const auto& [id, versions] : rows_) {
      for (const auto& version : versions) {
        if (version.entry.value < as_of.value) visit(version);
      }
    }
  }

 private:
  std::map<IdType, std::vector<Version<Row>>> rows_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_VERSIONS_H_
