#include "ledger/audit/log_follower.h"

#include <algorithm>
#include <set>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "crypto/tile.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/submission.h"

namespace ledgerline::audit {
namespace {

std::string Name(uint64_t index) { return "entry " + std::to_string(index); }

// Tiles of one tree from a source: the partial one of exactly this size, or the full one, of which it is a prefix.
class SourceTiles : public crypto::TileReader {
 public:
  explicit SourceTiles(LogSource& source) : source_(source) {}
  Result<std::string> ReadTile(const crypto::TileId& tile) override {
    Result<std::string> bytes = source_.Get(crypto::TilePath(tile));
    if (bytes.status().code() == StatusCode::kNotFound && tile.width < crypto::kTileWidth)
      bytes = source_.Get(crypto::TilePath({tile.level, tile.index, crypto::kTileWidth}));
    return bytes;
  }

 private:
  LogSource& source_;
};

class Follower {
 public:
  Follower(LogSource& source, const crypto::TrustAnchor& anchor, Instant now, const FollowOptions& options)
      : source_(source), anchor_(anchor), now_(now), options_(options), tiles_(source) {}

  Followed Run() && {
    if (const Status status = Check(); !status.ok()) {
      done_.status = status.WithContext(FollowCheckName(at_));
      done_.caught_by = at_;
      done_.checkpoint.clear();
    }
    return std::move(done_);
  }

 private:
  Status Check() {
    RETURN_IF_ERROR(OpenCheckpoints());
    RETURN_IF_ERROR(CheckTrees());
    if (options_.read_entries) {
      const uint64_t first = done_.from.value / crypto::kTileWidth;
      for (uint64_t tile = first; tile * crypto::kTileWidth < done_.size.value; ++tile)
        RETURN_IF_ERROR(CheckBundle(tile));
    }
    done_.checkpoint = note_;
    return Status::Ok();
  }

  Status OpenCheckpoints() {
    at_ = FollowCheck::kSignature;
    if (!options_.kept_checkpoint.empty()) {
      auto kept = anchor_.OpenSignedOnly(options_.kept_checkpoint);
      if (!kept.ok()) return kept.status().WithContext("the kept checkpoint");
      kept_ = *std::move(kept);
    }
    done_.from = kept_.size;
    at_ = FollowCheck::kSource;
    ASSIGN_OR_RETURN(note_, source_.Get(kCheckpointPath));
    at_ = FollowCheck::kSignature;
    ASSIGN_OR_RETURN(served_, anchor_.OpenSignedOnly(note_));
    if (!kept_.origin.empty() && kept_.origin != served_.origin)
      return PermissionDenied("checkpoint of another log, \"" + served_.origin + "\"");
    at_ = FollowCheck::kWitnesses;
    ASSIGN_OR_RETURN(const crypto::AnchoredCheckpoint opened, anchor_.Open(note_));
    latest_s_ = now_.us / 1'000'000;
    if (const uint64_t cosigned = opened.verdict.EarliestTime(); cosigned != 0)
      latest_s_ = std::min<int64_t>(latest_s_, static_cast<int64_t>(std::min<uint64_t>(cosigned, INT64_MAX)));
    done_.size = served_.size;
    at_ = FollowCheck::kStale;
    if (served_.size < kept_.size) {
      return DataLoss("the server's checkpoint is of size " + std::to_string(served_.size.value) +
                      ", the kept one of size " + std::to_string(kept_.size.value));
    }
    return Status::Ok();
  }

  // The tiles against the signed root, then the kept tree as a prefix of it.
  Status CheckTrees() {
    at_ = FollowCheck::kFork;
    if (served_.size == kept_.size && served_.size.value > 0) return CompareRoots(served_.root, {});
    if (served_.size.value == 0) return Status::Ok();
    crypto::TileHashReader reader(tiles_, served_.size);
    at_ = FollowCheck::kSource;
    const Result<Hash256> root = crypto::TreeHash(served_.size, reader);
    if (!root.ok()) return root.status();
    at_ = FollowCheck::kTiles;
    if (*root != served_.root) {
      return DataLoss("the tiles of size " + std::to_string(served_.size.value) + " lead to root " + root->Short() +
                      ", signed is " + served_.root.Short());
    }
    if (kept_.size.value == 0) return Status::Ok();
    const Result<Hash256> then = crypto::TreeHash(kept_.size, reader);
    if (!then.ok()) return then.status();
    const Result<crypto::Proof> proof = crypto::ConsistencyProof(kept_.size, served_.size, reader);
    if (!proof.ok()) return proof.status();
    // Tiles within the tree are believed only as far as a proof ties them to the signed root.
    RETURN_IF_ERROR(crypto::VerifyConsistency(kept_.size, served_.size, *then, served_.root, *proof));
    at_ = FollowCheck::kFork;
    return CompareRoots(*then, *proof);
  }

  Status CompareRoots(const Hash256& then, const crypto::Proof& proof) {
    if (then == kept_.root) return Status::Ok();
    done_.evidence = witness::ForkEvidence{options_.kept_checkpoint, note_, std::nullopt, proof};
    if (served_.size != kept_.size) done_.evidence->other_root = then;
    return DataLoss("at size " + std::to_string(kept_.size.value) + " the served tree has root " + then.Short() +
                    ", the kept checkpoint has " + kept_.root.Short() + ": the log signed two histories");
  }

  // One bundle: entries against the leaves of the tile, which hash to what the signed root says.
  Status CheckBundle(uint64_t index) {
    const uint32_t width = crypto::TileWidthAt(0, index, served_.size);
    at_ = FollowCheck::kSource;
    ASSIGN_OR_RETURN(const std::string tile_bytes, tiles_.ReadTile({0, index, width}));
    at_ = FollowCheck::kTiles;
    ASSIGN_OR_RETURN(const std::vector<Hash256> leaves,
                     crypto::ParseTile({0, index, width}, std::string_view(tile_bytes).substr(0, width * 32)));
    RETURN_IF_ERROR(TieToRoot(index, leaves));
    at_ = FollowCheck::kSource;
    Result<std::string> bundle = source_.Get(crypto::EntryBundlePath(index, width));
    if (bundle.status().code() == StatusCode::kNotFound && width < crypto::kTileWidth)
      bundle = source_.Get(crypto::EntryBundlePath(index, crypto::kTileWidth));
    if (!bundle.ok()) return bundle.status();
    at_ = FollowCheck::kLeafHashes;
    ASSIGN_OR_RETURN(const std::vector<std::string> entries, crypto::ParseEntryBundle(*bundle));
    if (entries.size() < width) {
      return DataLoss("bundle " + std::to_string(index) + " has " + std::to_string(entries.size()) +
                      " entries, the tree " + std::to_string(width));
    }
    for (uint32_t i = 0; i < width; ++i) {
      const uint64_t at = index * crypto::kTileWidth + i;
      at_ = FollowCheck::kLeafHashes;
      if (crypto::LeafHash(entries[i]) != leaves[i])
        return DataLoss(Name(at) + " hashes to another leaf than the tree has: it was changed, left out or moved");
      RETURN_IF_ERROR(CheckEntry(at, entries[i], leaves[i]));
    }
    return Status::Ok();
  }

  // The first leaf's path to the root holds hashes over all other leaves of its tile.
  Status TieToRoot(uint64_t index, const std::vector<Hash256>& leaves) {
    crypto::TileHashReader reader(tiles_, served_.size);
    ASSIGN_OR_RETURN(const crypto::Proof path,
                     crypto::InclusionProof(EntryIndex{index * crypto::kTileWidth}, served_.size, reader));
    RETURN_IF_ERROR(
        crypto::VerifyInclusion(leaves[0], EntryIndex{index * crypto::kTileWidth}, served_.size, path, served_.root));
    const uint64_t last = index * crypto::kTileWidth + leaves.size() - 1;
    // Every leaf: a tile may differ from the one that the path was read from.
    for (uint64_t at = index * crypto::kTileWidth + 1; at <= last; ++at) {
      ASSIGN_OR_RETURN(const Hash256 leaf, reader.ReadHash({0, at}));
      if (leaf != leaves[at - index * crypto::kTileWidth]) return DataLoss("the tile changed while it was read");
    }
    return Status::Ok();
  }

  Status CheckEntry(uint64_t at, const std::string& bytes, const Hash256& leaf) {
    at_ = FollowCheck::kChain;
    ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
    if (entry.index.value != at) return DataLoss(Name(at) + " says that it is " + Name(entry.index.value));
    if (at == 0 ? !entry.previous_leaf_hash.IsZero() : previous_ && entry.previous_leaf_hash != *previous_)
      return DataLoss(Name(at) + " does not name the entry before it");
    previous_ = leaf;
    at_ = FollowCheck::kTimes;
    if (entry.recorded_at_us < last_recorded_us_)
      return DataLoss(Name(at) + " was recorded before the entry before it, it says");
    last_recorded_us_ = entry.recorded_at_us;
    if (entry.recorded_at_us / 1'000'000 > latest_s_ + options_.clock_skew_s) {
      return DataLoss(Name(at) + " says that it was recorded at " + Instant{entry.recorded_at_us}.ToString() +
                      ", after the checkpoint over it was seen (" + Instant{latest_s_ * 1'000'000}.ToString() + ")");
    }
    if (at < done_.from.value) return Status::Ok();
    ++done_.entries;
    if (options_.read_blobs) RETURN_IF_ERROR(CheckBlobs(at, entry));
    at_ = FollowCheck::kSource;
    return options_.visit ? options_.visit(EntryIndex{at}, bytes) : Status::Ok();
  }

  Status CheckBlobs(uint64_t at, const journal::ParsedEntry& entry) {
    at_ = FollowCheck::kBlobs;
    for (const Hash256& hash : journal::ReferencedBlobs(entry.submission.payload)) {
      if (!blobs_.insert(hash).second) continue;
      const Result<std::string> blob = source_.Get(BlobPath(hash));
      if (!blob.ok()) return blob.status().WithContext(Name(at));
      if (crypto::Sha256(*blob) != hash)
        return DataLoss(Name(at) + " names blob " + hash.ToHex() + ", which has other content");
    }
    return Status::Ok();
  }

  LogSource& source_;
  const crypto::TrustAnchor& anchor_;
  const Instant now_;
  const FollowOptions& options_;
  SourceTiles tiles_;
  FollowCheck at_ = FollowCheck::kNone;
  Followed done_;
  std::string note_;
  crypto::Checkpoint kept_, served_;
  int64_t latest_s_ = 0;
  std::optional<Hash256> previous_;
  int64_t last_recorded_us_ = INT64_MIN;
  std::set<Hash256> blobs_;
};

}  // namespace

std::string_view FollowCheckName(FollowCheck check) {
  switch (check) {
    case FollowCheck::kNone:
      return "nothing";
    case FollowCheck::kSource:
      return "source";
    case FollowCheck::kSignature:
      return "checkpoint signature";
    case FollowCheck::kWitnesses:
      return "witnesses";
    case FollowCheck::kStale:
      return "stale checkpoint";
    case FollowCheck::kFork:
      return "consistency";
    case FollowCheck::kTiles:
      return "tiles";
    case FollowCheck::kLeafHashes:
      return "leaf hashes";
    case FollowCheck::kChain:
      return "hash chain";
    case FollowCheck::kTimes:
      return "times";
    case FollowCheck::kBlobs:
      return "blobs";
  }
  return "?";
}

Followed FollowLog(LogSource& source, const crypto::TrustAnchor& anchor, Instant now, const FollowOptions& options) {
  return Follower(source, anchor, now, options).Run();
}

}  // namespace ledgerline::audit
