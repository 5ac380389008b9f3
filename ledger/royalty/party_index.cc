#include "ledger/royalty/party_index.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "crypto/sha256.h"
#include "ledger/royalty/commitment_text.h"

namespace ledgerline::royalty {
namespace {

Hash256 KeyOf(const Hash256& index_key, std::string_view party) { return crypto::HmacSha256(index_key.view(), party); }

// Everything of a leaf but its key: shown to nobody but the party.
Hash256 Sealed(std::string_view party, const std::string& salt, const ConcernRoots& roots) {
  return crypto::Sha256(CommitmentText("index-party/v1")
                            .Fixed(salt)
                            .Text(party)
                            .Number(roots.entry_count)
                            .Fixed(roots.entries_root.view())
                            .Number(roots.row_count)
                            .Fixed(roots.rows_root.view())
                            .Number(roots.line_count)
                            .Fixed(roots.lines_root.view())
                            .Take());
}

Hash256 LeafHashOf(const Hash256& key, const Hash256& sealed) {
  return crypto::LeafHash(CommitmentText("index-leaf/v1").Fixed(key.view()).Fixed(sealed.view()).Take());
}

// A wrong key would put the party where it is not: the root commits to the key too.
Hash256 RootOver(const Hash256& index_key, uint64_t count, const Hash256& tree_root) {
  const Hash256 key_hash = crypto::Sha256(CommitmentText("index-key/v1").Fixed(index_key.view()).Take());
  return crypto::Sha256(
      CommitmentText("index-root/v1").Fixed(key_hash.view()).Number(count).Fixed(tree_root.view()).Take());
}

Status CheckNeighbour(const char* side, const IndexNeighbour& neighbour, uint64_t count, const Hash256& tree_root) {
  const Status status =
      crypto::VerifyInclusion(LeafHashOf(neighbour.key, neighbour.sealed), EntryIndex(neighbour.position),
                              TreeSize(count), neighbour.proof, tree_root);
  return status.ok() ? status : status.WithContext(std::string("index: the ") + side + " neighbour");
}

}  // namespace

ConcernRoots RootsOf(const PartyConcern& concern, const std::function<std::string_view(uint64_t)>& header_of,
                     const std::function<std::string_view(uint64_t)>& line_of) {
  crypto::Frontier entries, rows, lines;
  for (const uint64_t entry : concern.entries)
    entries.Append(crypto::LeafHash(CommitmentText("index-entry/v1").Number(entry).Take()));
  for (const RowReference& row : concern.rows) {
    rows.Append(crypto::LeafHash(
        CommitmentText("index-row/v1").Number(row.entry).Number(row.number).Text(header_of(row.entry)).Take()));
  }
  for (const uint64_t line : concern.lines) lines.Append(crypto::LeafHash(line_of(line)));
  return {concern.entries.size(), entries.Root(), concern.rows.size(), rows.Root(), concern.lines.size(), lines.Root()};
}

PartyIndex::PartyIndex(const std::map<std::string, PartyConcern>& concerns,
                       const std::function<std::string_view(uint64_t)>& header_of,
                       const std::function<std::string_view(uint64_t)>& line_of, const CloseKeys& keys)
    : index_key_(keys.index) {
  for (const auto& [party, concern] : concerns) {
    Leaf leaf{KeyOf(index_key_, party), SaltOf(keys.index_salt, party), RootsOf(concern, header_of, line_of), {}};
    leaf.sealed = Sealed(party, leaf.salt, leaf.roots);
    leaves_.push_back(std::move(leaf));
  }
  std::sort(leaves_.begin(), leaves_.end(), [](const Leaf& a, const Leaf& b) { return a.key < b.key; });
  for (const Leaf& leaf : leaves_) tree_.AppendHash(LeafHashOf(leaf.key, leaf.sealed));
}

Hash256 PartyIndex::Root() const { return RootOver(index_key_, leaves_.size(), tree_.Root()); }

Result<IndexNeighbour> PartyIndex::Neighbour(size_t position) {
  ASSIGN_OR_RETURN(crypto::Proof proof, tree_.Prove(EntryIndex(position)));
  return IndexNeighbour{position, leaves_[position].key, leaves_[position].sealed, std::move(proof)};
}

Result<IndexOpening> PartyIndex::Open(std::string_view party) {
  IndexOpening opening{index_key_, tree_.Root(), {}, {}};
  const Hash256 key = KeyOf(index_key_, party);
  const auto at = std::lower_bound(leaves_.begin(), leaves_.end(), key,
                                   [](const Leaf& leaf, const Hash256& wanted) { return leaf.key < wanted; });
  const auto position = static_cast<size_t>(at - leaves_.begin());
  if (at != leaves_.end() && at->key == key) {
    ASSIGN_OR_RETURN(crypto::Proof proof, tree_.Prove(EntryIndex(position)));
    opening.presence = IndexPresence{position, at->salt, at->roots, std::move(proof)};
    return opening;
  }
  if (position > 0) {
    ASSIGN_OR_RETURN(opening.absence.left, Neighbour(position - 1));
  }
  if (position < leaves_.size()) {
    ASSIGN_OR_RETURN(opening.absence.right, Neighbour(position));
  }
  return opening;
}

Status CheckIndex(const Hash256& index_root, uint64_t index_count, std::string_view party,
                  const IndexOpening& opening) {
  if (RootOver(opening.index_key, index_count, opening.tree_root) != index_root)
    return DataLoss("index: key and tree are not those that the close commits to");
  const Hash256 key = KeyOf(opening.index_key, party);
  if (opening.presence) {
    const IndexPresence& presence = *opening.presence;
    if (presence.salt.size() != kSaltBytes) return InvalidArgument("index: the salt is not 16 bytes");
    const Status status = crypto::VerifyInclusion(LeafHashOf(key, Sealed(party, presence.salt, presence.roots)),
                                                  EntryIndex(presence.position), TreeSize(index_count), presence.proof,
                                                  opening.tree_root);
    return status.ok() ? status : status.WithContext("index: the leaf of " + std::string(party));
  }
  const auto& [left, right] = opening.absence;
  // Nothing may stand between the two, nor beyond the one at an edge.
  const bool whole = left && right ? left->position + 1 == right->position
                     : left        ? left->position + 1 == index_count
                     : right       ? right->position == 0
                                   : index_count == 0;
  if (!whole) return DataLoss("index: the neighbours that should show the absence do not stand side by side");
  if (left && !(left->key < key))
    return DataLoss("index: the left neighbour does not stand before " + std::string(party));
  if (right && !(key < right->key))
    return DataLoss("index: the right neighbour does not stand after " + std::string(party));
  if (left) RETURN_IF_ERROR(CheckNeighbour("left", *left, index_count, opening.tree_root));
  if (right) RETURN_IF_ERROR(CheckNeighbour("right", *right, index_count, opening.tree_root));
  return Status::Ok();
}

}  // namespace ledgerline::royalty
