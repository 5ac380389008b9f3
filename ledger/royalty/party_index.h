// The index of a close: for each party exactly the entries, rows and lines that concern it, so that nothing can be left
// out of its pack unseen; and for whoever is not in it, a proof of that.
// Format: docs/formats/close_commitments.md, "Index".
#ifndef LEDGERLINE_LEDGER_ROYALTY_PARTY_INDEX_H_
#define LEDGERLINE_LEDGER_ROYALTY_PARTY_INDEX_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory_tree.h"
#include "ledger/royalty/close_keys.h"
#include "ledger/royalty/party_concerns.h"

namespace ledgerline::royalty {

// How many and which, without saying what: what a party's leaf holds.
struct ConcernRoots {
  uint64_t entry_count = 0;
  Hash256 entries_root;
  uint64_t row_count = 0;
  Hash256 rows_root;
  uint64_t line_count = 0;
  Hash256 lines_root;
  friend bool operator==(const ConcernRoots&, const ConcernRoots&) = default;
};
// `header_of` gives the header row of the file of an entry, `line_of` the bytes of a line of the blob without its end.
ConcernRoots RootsOf(const PartyConcern& concern, const std::function<std::string_view(uint64_t)>& header_of,
                     const std::function<std::string_view(uint64_t)>& line_of);

struct IndexPresence {
  uint64_t position = 0;
  std::string salt;  // 16 bytes
  ConcernRoots roots;
  crypto::Proof proof;
};

// A leaf of somebody else: its key, and the rest sealed.
struct IndexNeighbour {
  uint64_t position = 0;
  Hash256 key;
  Hash256 sealed;
  crypto::Proof proof;
};
// The leaves on either side of where the party would stand; at an edge only one, in an empty index none.
struct IndexAbsence {
  std::optional<IndexNeighbour> left, right;
};

struct IndexOpening {
  Hash256 index_key;
  Hash256 tree_root;
  std::optional<IndexPresence> presence;  // else `absence` says that the party is not there
  IndexAbsence absence;
};

class PartyIndex {
 public:
  PartyIndex(const std::map<std::string, PartyConcern>& concerns,
             const std::function<std::string_view(uint64_t)>& header_of,
             const std::function<std::string_view(uint64_t)>& line_of, const CloseKeys& keys);
  // Commits to the key's hash, the count and the tree.
  Hash256 Root() const;
  uint64_t count() const { return leaves_.size(); }
  // Errors: kInternal.
  Result<IndexOpening> Open(std::string_view party);

 private:
  struct Leaf {
    Hash256 key;
    std::string salt;
    ConcernRoots roots;
    Hash256 sealed;
  };
  Result<IndexNeighbour> Neighbour(size_t position);

  Hash256 index_key_;
  std::vector<Leaf> leaves_;  // by key
  crypto::MemoryTree tree_;
};

// That the opening belongs to the close's index, and that `party` stands in it with those roots, or does not stand in
// it. Errors: kInvalidArgument (form), kDataLoss (names what differs).
Status CheckIndex(const Hash256& index_root, uint64_t index_count, std::string_view party, const IndexOpening& opening);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_PARTY_INDEX_H_
