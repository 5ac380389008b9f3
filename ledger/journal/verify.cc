#include "ledger/journal/verify.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <thread>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "crypto/tile.h"
#include "ledger/journal/batch_walk.h"
#include "ledger/journal/derived_records.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/entry_pipeline.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/entry_stretch.h"
#include "ledger/journal/key_fold.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/signature_checker.h"
#include "ledger/journal/tree_writer.h"
#include "ledger/journal/work_crew.h"

namespace ledgerline::journal {
namespace {

std::string Name(EntryIndex index) { return "entry " + std::to_string(index.value); }

// "1,204 entries", as people write numbers.
std::string Count(uint64_t n, const std::string& one, const std::string& many) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits + " " + (n == 1 ? one : many);
}

void Fail(VerifyCheck& check, std::string message) {
  if (check.failures.size() < kFailuresKept) check.failures.push_back(std::move(message));
  ++check.failure_count;
}

void FailUnlessOk(VerifyCheck& check, const Status& status, const std::string& what) {
  if (!status.ok()) Fail(check, what.empty() ? status.message() : what + ": " + status.message());
}

// Names the entry only if it has to: most entries are fine.
void FailUnlessOk(VerifyCheck& check, const Status& status, EntryIndex index) {
  if (!status.ok()) FailUnlessOk(check, status, Name(index));
}

class Verifier {
 public:
  Verifier(const StorageReader& storage, const VerifyOptions& options)
      : storage_(storage),
        options_(options),
        signatures_(crew_,
                    [this](EntryIndex index, const Status& status) { FailUnlessOk(signature_check_, status, index); }),
        crew_(options.threads > 0 ? static_cast<size_t>(options.threads)
                                  : std::max(1u, std::thread::hardware_concurrency())) {}

  VerifyReport Run() {
    ReadState();
    ReadCheckpoints();
    StartSubmissions();
    WalkEntries();
    signatures_.Flush();
    FailUnlessOk(batch_check_, batches_.Finish(), "");
    FinishTree();
    CheckNewestCheckpoint();
    CheckAnchor();
    NameRepudiated();
    CheckBlobs();
    CheckDerived();
    return Report();
  }

 private:
  void ReadState() {
    const Result<std::optional<std::string>> bytes = storage_.Get(keyspace::StateKey());
    if (!bytes.ok()) return FailUnlessOk(state_check_, bytes.status(), "state record");
    if (!*bytes) return Fail(state_check_, "the state record is missing: this is not a journal, or not a whole one");
    const Result<keyspace::StateRecord> state = keyspace::StateRecord::Parse(**bytes);
    if (!state.ok()) return FailUnlessOk(state_check_, state.status(), "");
    if (state->size.value > crypto::kTreeSizeMax) return Fail(state_check_, "the state record's size is out of bounds");
    state_ = *state;
    const Result<TreeSize> folded = FoldedSize(storage_, state_.size);
    if (!folded.ok()) return FailUnlessOk(idempotency_check_, folded.status(), "");
    folded_ = *folded;
  }

  void ReadCheckpoints() {
    const std::string prefix(1, keyspace::kCheckpoint);
    const std::unique_ptr<Cursor> cursor = storage_.Scan(prefix, keyspace::PrefixEnd(prefix));
    for (; cursor->Valid(); cursor->Next()) {
      if (cursor->key().size() != 9) {
        Fail(checkpoint_check_, "a checkpoint is stored under a malformed key");
        continue;
      }
      const TreeSize size{keyspace::ReadBigEndian64(cursor->key().substr(1))};
      checkpoints_.push_back({size, std::string(cursor->value())});
      if (size > state_.size) {
        Fail(checkpoint_check_, "a checkpoint was signed for size " + std::to_string(size.value) +
                                    ", the store has only " + Count(state_.size.value, "entry", "entries"));
      }
    }
    FailUnlessOk(checkpoint_check_, cursor->status(), "stored checkpoints");
  }

  // The idempotency records are read beside the entries, in ranges.
  void StartSubmissions() {
    const std::vector<std::string> bounds = SubmissionRanges();
    stored_submissions_.resize(bounds.size() - 1);
    for (size_t i = 0; i + 1 < bounds.size(); ++i) {
      submission_jobs_.push_back(crew_.Add(WorkCrew::When::kLater, [this, i, begin = bounds[i], end = bounds[i + 1]] {
        stored_submissions_[i] = ReadSubmissions(storage_, fingerprint_, begin, end);
      }));
    }
  }

  // Every entry from 0 to the size, and nothing beyond.
  void WalkEntries() {
    CheckRootsUpTo(TreeSize{0});
    const uint64_t size = state_.size.value;
    uint64_t next = 0;
    // Takes the entry of the next index, or says that it is missing.
    const auto take = [&](CheckedEntry* entry) {
      const EntryIndex index{next};
      OpenLeafTile(index);
      entry != nullptr ? TakeEntry(*entry) : TakeMissing(index);
      CheckRootsUpTo(TreeSize{++next});
      if (options_.progress && (index.value % 1024 == 0 || next == size)) options_.progress(next, size);
    };
    EntryPipeline pipeline(storage_, state_.size, fingerprint_, crew_);
    while (std::optional<EntryStretch> stretch = pipeline.Next()) {
      if (!stretch->tiles.empty()) TakeTiles(*stretch);
      for (CheckedEntry& entry : stretch->entries) {
        while (next < entry.stored_at.value) take(nullptr);
        if (entry.stored_at.value < next) {
          Fail(entry_check_, Name(entry.stored_at) + " is stored twice");
        } else {
          take(&entry);
        }
      }
      while (next < stretch->stopped_at.value_or(stretch->to).value) take(nullptr);
      expected_submissions_ = PairFingerprint::Join(expected_submissions_, stretch->submissions);
      FailOnce(entry_check_, stretch->entries_status, "read the entries");
    }
    EntryCursor beyond(storage_, EntryIndex{size});
    for (; beyond.Valid(); beyond.Next())
      Fail(entry_check_, Name(beyond.index()) + " is stored beyond the tree's size");
    FailOnce(entry_check_, beyond.status(), "read the entries");
  }

  // Neighbouring stretches may come upon the same damage.
  void FailOnce(VerifyCheck& check, const Status& status, const std::string& what) {
    if (!status.ok() && said_.insert(what + status.message()).second) FailUnlessOk(check, status, what);
  }

  void TakeTiles(EntryStretch& stretch) {
    first_tile_ = stretch.from.value / crypto::kTileWidth;
    tiles_ = std::move(stretch.tiles);
    tile_records_ += stretch.tile_records;
    FailOnce(state_check_, stretch.tiles_status, "read the store");
  }

  // At the first entry of each lowest tile.
  void OpenLeafTile(EntryIndex index) {
    if (index.value % crypto::kTileWidth != 0) return;
    StretchTile& tile = tiles_.at(index.value / crypto::kTileWidth - first_tile_);
    leaf_tile_ = std::move(tile.hashes);
    // A tree that was signed in the middle of the tile is computed entry by entry.
    const bool signed_within = next_checkpoint_ < checkpoints_.size() &&
                               checkpoints_[next_checkpoint_].first.value < index.value + crypto::kTileWidth;
    leaf_tile_root_ = signed_within ? std::nullopt : tile.root;
  }

  void TakeMissing(EntryIndex index) {
    Fail(entry_check_, Name(index) + " is missing");
    batches_.Lost();
    previous_leaf_hash_.reset();
    AppendLeaf(index, Hash256{});
  }

  void TakeEntry(CheckedEntry& entry) {
    AppendLeaf(entry.stored_at, entry.leaf_hash);
    if (!entry.form.ok()) {
      FailUnlessOk(entry_check_, entry.form, entry.stored_at);
      batches_.Lost();
    } else {
      CheckInPlace(entry);
    }
    previous_leaf_hash_ = entry.leaf_hash;
    last_leaf_hash_ = entry.leaf_hash;
  }

  // The tree is recomputed from the hashes that the tiles hold, and every entry is compared with its own: so an altered
  // entry is named once, instead of changing every hash above it.
  void AppendLeaf(EntryIndex index, const Hash256& leaf_hash) {
    const size_t at = index.value % crypto::kTileWidth;
    Hash256 in_tree = leaf_hash;
    if (at < leaf_tile_.size()) {
      in_tree = leaf_tile_[at];
      if (leaf_hash != in_tree && !leaf_hash.IsZero()) {
        Fail(leaf_check_, Name(index) + " hashes to " + leaf_hash.Short() + ", the tree has " + in_tree.Short() +
                              ": the entry's bytes were altered");
      }
    } else {
      Fail(leaf_check_, Name(index) + " has no hash in the tree: its tile is missing or not whole");
    }
    if (!leaf_tile_root_) {
      frontier_.Append(in_tree, [this](crypto::NodeId node, const Hash256& hash) { TakeNode(node, hash); });
    } else if (at + 1 == crypto::kTileWidth) {
      ++tiles_checked_;  // its hashes are those that the tree is computed from
      frontier_.AppendSubtree(crypto::kTileHeight, *leaf_tile_root_,
                              [this](crypto::NodeId node, const Hash256& hash) { TakeNode(node, hash); });
    }
  }

  void TakeNode(crypto::NodeId node, const Hash256& hash) {
    if (node.level % crypto::kTileHeight != 0) return;
    const auto level = static_cast<uint8_t>(node.level / crypto::kTileHeight);
    std::string& open = open_tiles_[level];
    open.append(hash.view());
    if (open.size() == crypto::kTileWidth * Hash256::kSize) CompareTile(level, node.index / crypto::kTileWidth);
  }

  void CompareTile(uint8_t level, uint64_t index) {
    std::string& open = open_tiles_[level];
    const crypto::TileId tile{level, index, static_cast<uint32_t>(open.size() / Hash256::kSize)};
    ++tiles_checked_;
    const Result<std::optional<std::string>> stored = storage_.Get(keyspace::TileKey(level, index));
    if (!stored.ok()) {
      FailUnlessOk(tile_check_, stored.status(), crypto::TilePath(tile));
    } else if (!*stored) {
      Fail(tile_check_, crypto::TilePath(tile) + " is missing");
    } else if (**stored != open) {
      Fail(tile_check_, crypto::TilePath(tile) + " is not what the hashes below it give");
    }
    open.clear();
  }

  // What an entry says against the ones before it.
  void CheckInPlace(CheckedEntry& entry) {
    const EntryIndex index = entry.stored_at;
    if (entry.step.index != index)
      Fail(entry_check_, Name(index) + " says that it is entry " + std::to_string(entry.step.index.value));
    if (previous_leaf_hash_ && entry.previous_leaf_hash != *previous_leaf_hash_) {
      Fail(chain_check_,
           Name(index) + " names " + entry.previous_leaf_hash.Short() + " as the hash before it, entry " +
               (index.value == 0 ? "0 has none"
                                 : std::to_string(index.value - 1) + " hashes to " + previous_leaf_hash_->Short()));
    }
    if (entry.recorded_at_us < last_recorded_at_us_) {
      Fail(time_check_, Name(index) + " was recorded at " + std::to_string(entry.recorded_at_us) +
                            ", before the entry before it (" + std::to_string(last_recorded_at_us_) + ")");
    }
    last_recorded_at_us_ = entry.recorded_at_us;
    FailUnlessOk(batch_check_, batches_.Next(entry.step), "");
    CheckKeys(entry);
    types_.Expect(index, entry.type);
    if (!folded_.Contains(index)) TakeUnfolded(entry);
    for (const Hash256& blob : entry.blobs) referenced_.emplace(blob, index);
  }

  // An entry whose key has not come into the store counts as its own record, unless the key stands for another one.
  void TakeUnfolded(const CheckedEntry& entry) {
    const keyspace::SubmissionDigest digest = keyspace::DigestOf(entry.submission_hash);
    if (const std::optional<EntryIndex> other = unfolded_.Find(digest)) {
      Fail(idempotency_check_, Name(entry.stored_at) + " has the idempotency key of " + Name(*other));
    } else {
      unfolded_digests_.push_back(digest);
    }
    unfolded_.Insert(digest, entry.stored_at);
    fingerprint_.Add(submissions_in_store_, entry.submission_hash.view(), entry.stored_at.value);
  }

  void CheckKeys(CheckedEntry& entry) {
    const EntryIndex index = entry.stored_at;
    CheckedSubmission* const submission = entry.submission.get();
    if ((index.value == 0) != (entry.type == v1::PAYLOAD_TYPE_GENESIS)) {
      Fail(key_check_, Name(index) + (index.value == 0 ? " is not genesis" : " is a second genesis"));
    }
    // An item changes no key, and has its header's origin, which is checked there.
    if (index.value == 0) ApplyToKeys(entry);
    if (submission != nullptr && submission->origin != keys_.origin()) {
      Fail(key_check_, Name(index) + " was submitted to \"" + submission->origin + "\", another ledger");
    }
    if (last_key_ == nullptr || last_key_id_ != entry.step.key_id) {
      last_key_ = keys_.FindOrNull(entry.step.key_id);
      last_key_id_ = entry.step.key_id;
    }
    if (last_key_ == nullptr) return FailUnlessOk(key_check_, keys_.Find(entry.step.key_id).status(), index);
    if (index.value != 0) FailUnlessOk(key_check_, CheckRole(*last_key_, entry.type), index);
    FailUnlessOk(key_check_, CheckValidity(*last_key_, entry.recorded_at_us), index);
    if (submission == nullptr) return;
    const crypto::PublicKey signed_by = last_key_->key;
    // Only now: a key that revokes itself was good for that.
    if (index.value != 0) ApplyToKeys(entry);
    signatures_.Add(index, std::move(submission->signed_text), signed_by);
  }

  void ApplyToKeys(const CheckedEntry& entry) {
    if (entry.submission == nullptr || !entry.submission->for_keys) return;
    FailUnlessOk(key_check_, keys_.Apply(*entry.submission->for_keys, entry.stored_at), entry.stored_at);
  }

  // Compares every checkpoint that was signed for exactly this size.
  void CheckRootsUpTo(TreeSize size) {
    while (next_checkpoint_ < checkpoints_.size() && checkpoints_[next_checkpoint_].first <= size) {
      ++next_checkpoint_;  // its signature is checked at the end, when the key is known; the root has to be taken now
      roots_.push_back(frontier_.Root());
    }
  }

  void FinishTree() {
    for (uint8_t level = 0; level <= crypto::kTileLevelMax; ++level) {
      const uint64_t index = (state_.size.value >> (level * crypto::kTileHeight)) / crypto::kTileWidth;
      if (!open_tiles_[level].empty()) CompareTile(level, index);
    }
    if (state_.size.value == 0) Fail(entry_check_, "there is no entry, not even genesis");
    if (frontier_.Root() != state_.root) {
      Fail(state_check_,
           "the tree's root is " + frontier_.Root().Short() + ", the state record has " + state_.root.Short());
    }
    if (last_leaf_hash_ != state_.last_leaf_hash || last_recorded_at_us_ != state_.last_recorded_at_us) {
      Fail(state_check_, "the state record's last hash or time is not that of the last entry");
    }
    for (size_t i = 0; i < roots_.size(); ++i)
      CheckOneCheckpoint(checkpoints_[i].second, checkpoints_[i].first, roots_[i]);
  }

  void CheckOneCheckpoint(const std::string& note, TreeSize size, const Hash256& root) {
    const std::string name = "the checkpoint of size " + std::to_string(size.value);
    const Result<crypto::Checkpoint> checkpoint = keys_.operator_keys().Open(note);
    if (!checkpoint.ok()) return FailUnlessOk(checkpoint_check_, checkpoint.status(), name);
    if (checkpoint->size != size) {
      return Fail(checkpoint_check_, name + " was signed for size " + std::to_string(checkpoint->size.value));
    }
    if (checkpoint->root != root) {
      return Fail(checkpoint_check_, name + " was signed for root " + checkpoint->root.Short() +
                                         ", these entries give " + root.Short() + ": history before it was rewritten");
    }
    newest_ = std::max(newest_, size);
  }

  // The published file and the record of the last one.
  void CheckNewestCheckpoint() {
    const Result<std::optional<std::string>> latest = storage_.Get(keyspace::LatestCheckpointKey());
    if (!latest.ok() || !*latest || (*latest)->size() != 8) {
      Fail(checkpoint_check_, "the record of the last checkpoint is missing or not whole");
    } else if (checkpoints_.empty() || keyspace::ReadBigEndian64(**latest) != checkpoints_.back().first.value) {
      Fail(checkpoint_check_, "the record of the last checkpoint does not name the last one");
    }
    const Result<std::optional<std::string>> published = storage_.PublishedCheckpoint();
    if (!published.ok()) return FailUnlessOk(checkpoint_check_, published.status(), "published checkpoint");
    if (!*published) return Fail(checkpoint_check_, "no checkpoint is published");
    const Result<crypto::Checkpoint> opened = keys_.operator_keys().Open(**published);
    if (!opened.ok()) return FailUnlessOk(checkpoint_check_, opened.status(), "published checkpoint");
    if (opened->size > state_.size) {
      return Fail(checkpoint_check_, "the published checkpoint was signed for size " +
                                         std::to_string(opened->size.value) + ", the store has only " +
                                         Count(state_.size.value, "entry", "entries") +
                                         ": acknowledged entries are lost");
    }
    StorageTileReader tiles(storage_);
    crypto::TileHashReader reader(tiles, state_.size);
    const Result<Hash256> root = crypto::TreeHash(opened->size, reader);
    if (!root.ok()) return FailUnlessOk(checkpoint_check_, root.status(), "published checkpoint");
    if (*root != opened->root) {
      return Fail(checkpoint_check_, "the published checkpoint of size " + std::to_string(opened->size.value) +
                                         " was signed for root " + opened->root.Short() + ", the tree has " +
                                         root->Short() + ": history before it was rewritten");
    }
    newest_ = std::max(newest_, opened->size);
  }

  // The key from outside must be one of this log's, and must have signed, or have led to a key that signed, the newest
  // checkpoint. Checkpoints before a newer anchor then stand on keys that the log itself names.
  void CheckAnchor() {
    if (!options_.checkpoint_key || keys_.operator_keys().chain().empty()) return;
    const OperatorKeys& keys = keys_.operator_keys();
    const Result<std::optional<std::string>> published = storage_.PublishedCheckpoint();
    if (published.ok() && *published) {
      const Result<ChainedCheckpoint> newest = keys.OpenUnder(*options_.checkpoint_key, **published);
      if (!newest.ok()) return FailUnlessOk(key_check_, newest.status(), "");
      anchored_by_ = newest->signed_by;
    } else if (!keys.Contains(options_.checkpoint_key->public_key())) {
      return Fail(key_check_,
                  "the given key " + ShortKey(*options_.checkpoint_key) + " is none of this log's: " + keys.ToString());
    }
    for (size_t i = 0; i < roots_.size(); ++i) {
      const Result<ChainedCheckpoint> opened = keys.OpenUnder(*options_.checkpoint_key, checkpoints_[i].second, true);
      if (!opened.ok()) continue;  // said by the checkpoint check
      for (const std::string& trust : opened->taken_on_trust) {
        if (std::find(trust_.begin(), trust_.end(), trust) == trust_.end()) trust_.push_back(trust);
      }
    }
    for (const OperatorKey& each : keys.chain()) {
      const EnrolledKey* known = keys_.FindOrNull(KeyId(each.key.public_key()));
      if (each.key.public_key() != options_.checkpoint_key->public_key() || known == nullptr || !known->revoked ||
          !known->successor) {
        continue;
      }
      const EntryIndex rotation = keys_.FindOrNull(*known->successor)->entry;
      if (!known->Repudiates(rotation)) continue;
      trust_.push_back("That the key which follows the given one is the operator's: " + Name(known->revoked->entry) +
                       " says that the given key was in other hands (" +
                       KeyRevocationReasonName(known->revoked->reason) + ") from size " +
                       std::to_string(known->revoked->effective_size.value) + " on, before the rotation in " +
                       Name(rotation) + ". Ask the operator for the new key by another way.");
    }
  }

  // What revoked keys signed since they were in other hands: it stays, and it is named. Read again, since a revocation
  // comes after what it repudiates.
  void NameRepudiated() {
    uint64_t begin = UINT64_MAX, end = 0;
    for (const auto& [id, key] : keys_.keys()) {
      if (!key.revoked || key.revoked->effective_size.value >= key.revoked->entry.value) continue;
      begin = std::min(begin, key.revoked->effective_size.value);
      end = std::max(end, key.revoked->entry.value);
    }
    if (begin >= end) return;
    constexpr uint64_t kNamedMax = 50;
    uint64_t count = 0;
    std::string named;
    for (EntryCursor cursor(storage_, EntryIndex{begin}, EntryIndex{end}); cursor.Valid(); cursor.Next()) {
      const Result<ParsedEntry> entry = ParseEntry(cursor.bytes());
      if (!entry.ok()) continue;  // said by the entry check
      const EnrolledKey* key = keys_.FindOrNull(entry->submission.key_id);
      if (key == nullptr || !key->Repudiates(entry->index)) continue;
      if (++count > kNamedMax) continue;
      named += "\n" + Name(entry->index) + ", a " + PayloadTypeName(entry->type) + " of " + SpeakerName(*key) +
               ", by " + Name(key->revoked->entry) + " (" + KeyRevocationReasonName(key->revoked->reason) + ")";
    }
    if (count == 0) return;
    if (count > kNamedMax) named += "\n... and " + std::to_string(count - kNamedMax) + " more";
    trust_.push_back("Entries that a revocation repudiates, signed with a key when it may have been in other hands (" +
                     std::to_string(count) + "). They stay in the log; no new permit rests on them:" + named);
  }

  void CheckBlobs() {
    const std::string prefix(1, keyspace::kBlob);
    const std::unique_ptr<Cursor> cursor = storage_.ScanOnce(prefix, keyspace::PrefixEnd(prefix));
    std::set<Hash256> stored;
    for (; cursor->Valid(); cursor->Next()) {
      const Result<Hash256> hash = Hash256::FromBytes(cursor->key().substr(1));
      if (!hash.ok()) {
        Fail(blob_check_, "a blob is stored under a malformed key");
        continue;
      }
      ++blobs_checked_;
      blob_bytes_ += cursor->value().size();
      stored.insert(*hash);
      if (crypto::Sha256(cursor->value()) != *hash)
        Fail(blob_check_, "blob " + hash->ToHex() + " has other content than its name says");
      if (!referenced_.contains(*hash)) Fail(blob_check_, "blob " + hash->ToHex() + " is referenced by no entry");
    }
    FailUnlessOk(blob_check_, cursor->status(), "read the blobs");
    for (const auto& [hash, index] : referenced_) {
      if (!stored.contains(hash))
        Fail(blob_check_, "blob " + hash.ToHex() + ", which " + Name(index) + " references, is missing");
    }
  }

  // Everything that is not an entry or a blob's bytes.
  void CheckDerived() {
    for (size_t i = 0; i < submission_jobs_.size(); ++i) {
      crew_.Finish(submission_jobs_[i]);
      const StoredSubmissions& stored = stored_submissions_[i];
      for (const Status& status : stored.malformed) FailUnlessOk(idempotency_check_, status, "");
      idempotency_check_.failure_count += stored.malformed_count - stored.malformed.size();
      submissions_stored_ += stored.count;
      submissions_in_store_ = PairFingerprint::Join(submissions_in_store_, stored.product);
      FailOnce(state_check_, stored.status, "read the store");
    }
    // Each of them must be new: the store has no record under it.
    if (submissions_stored_ > 0) {
      for (const keyspace::SubmissionDigest& digest : unfolded_digests_) {
        const Result<std::optional<EntryIndex>> stored = FindFoldedKey(storage_, digest);
        if (!stored.ok()) {
          FailOnce(idempotency_check_, stored.status(), "");
        } else if (*stored && **stored != *unfolded_.Find(digest)) {
          Fail(idempotency_check_, Name(*unfolded_.Find(digest)) + " has the idempotency key of " + Name(**stored));
        }
      }
    }
    CheckOtherRecords();
    if (tile_records_ != tiles_checked_) {
      Fail(tile_check_, "there are " + Count(tile_records_, "record", "records") + " of tiles, the entries give " +
                            std::to_string(tiles_checked_));
    }
    types_.Compare([this](std::string failure) { Fail(type_check_, std::move(failure)); });
    if (submissions_in_store_ != expected_submissions_) NameIdempotencyFailures();
  }

  // What is left when entries, lowest tiles, idempotency records and blobs have been read.
  void CheckOtherRecords() {
    const auto end_of = [](char kind) { return keyspace::PrefixEnd(std::string(1, kind)); };
    const uint64_t lowest_tiles = (state_.size.value + crypto::kTileWidth - 1) / crypto::kTileWidth;
    std::map<char, uint64_t> others;
    for (const auto& [begin, end] : std::initializer_list<std::pair<std::string, std::string>>{
             {"", std::string(1, keyspace::kBlob)},
             {end_of(keyspace::kBlob), std::string(1, keyspace::kEntry)},
             {end_of(keyspace::kEntry), std::string(1, keyspace::kSubmission)},
             {end_of(keyspace::kSubmission), keyspace::TileKey(0, 0)},
             {keyspace::TileKey(0, lowest_tiles), ""}}) {
      const std::unique_ptr<Cursor> cursor = storage_.ScanOnce(begin, end);
      for (; cursor->Valid(); cursor->Next()) {
        const char kind = cursor->key().empty() ? '\0' : cursor->key()[0];
        if (kind == keyspace::kType) {
          FailUnlessOk(type_check_, types_.Take(cursor->key(), cursor->value()), "");
        } else if (kind == keyspace::kTile) {
          ++tile_records_;
        } else if (kind != keyspace::kCheckpoint && kind != keyspace::kLatestCheckpoint && kind != keyspace::kState &&
                   kind != keyspace::kFolded) {
          ++others[kind];
        }
      }
      FailOnce(state_check_, cursor->status(), "read the store");
    }
    for (const auto& [prefix, count] : others) {
      Fail(state_check_, Count(count, "key", "keys") + " of an unknown kind, 0x" + HexEncode(std::string(1, prefix)));
    }
  }

  // Only if something is wrong: each entry's record is looked up.
  void NameIdempotencyFailures() {
    for (EntryCursor cursor(storage_, EntryIndex{0}, EntryIndex{folded_.value}); cursor.Valid(); cursor.Next()) {
      const Result<ParsedEntry> entry = ParseEntry(cursor.bytes());
      if (!entry.ok()) continue;  // said by the entry check
      const std::string key =
          keyspace::SubmissionKey(entry->submission.key_id, entry->submission.submission.idempotency_key());
      FailUnlessOk(idempotency_check_, CompareSubmission(storage_, cursor.index(), key), "");
    }
    if (submissions_stored_ != folded_.value || (idempotency_check_.passed() && entry_check_.passed())) {
      Fail(idempotency_check_, "there are " + Count(submissions_stored_, "record", "records") +
                                   " of idempotency keys, the entries give " + std::to_string(folded_.value));
    }
  }

  VerifyReport Report() {
    const uint64_t size = state_.size.value;
    const std::string entries = Count(size, "entry", "entries");
    entry_check_.covered = entries + " read again, each whole and in its place";
    leaf_check_.covered = entries + " hashed and compared with the tree";
    chain_check_.covered = entries + ", each naming the hash of the one before it";
    time_check_.covered = entries + ", recorded times never going back";
    tile_check_.covered = Count(tiles_checked_, "tile", "tiles") + " recomputed from the hashes below";
    state_check_.covered = "root, size and last entry recomputed";
    signature_check_.covered =
        Count(signatures_.checked(), "Ed25519 signature", "Ed25519 signatures") + " of submitters";
    batch_check_.covered = Count(batches_.whole(), "signed batch", "signed batches") +
                           ", each header followed by exactly the items that it signs";
    key_check_.covered = entries + ": the key was enrolled, valid and allowed to submit this";
    idempotency_check_.covered = entries + " against their idempotency records, and no other record";
    type_check_.covered = entries + " against the index by type, and no other record";
    blob_check_.covered = Count(blobs_checked_, "blob", "blobs") + ", " + Count(blob_bytes_, "byte", "bytes") +
                          ", each hashed and referenced";
    checkpoint_check_.covered = Count(checkpoints_.size(), "signed checkpoint", "signed checkpoints") +
                                " and the published one: signatures and root" +
                                (anchored_by_.empty() ? "" : "; the newest is signed by " + anchored_by_);
    VerifyReport report;
    report.checks = {std::move(entry_check_),       std::move(leaf_check_),      std::move(chain_check_),
                     std::move(time_check_),        std::move(tile_check_),      std::move(state_check_),
                     std::move(key_check_),         std::move(signature_check_), std::move(batch_check_),
                     std::move(idempotency_check_), std::move(type_check_),      std::move(blob_check_),
                     std::move(checkpoint_check_)};
    report.origin = keys_.origin();
    report.size = state_.size;
    report.root = frontier_.Root();
    report.checkpoint_size = newest_;
    report.key_from_outside = options_.checkpoint_key.has_value();
    if (!report.key_from_outside) {
      report.taken_on_trust.push_back(
          "The key: it was read from this ledger's own first entry. Self-consistent, no trust anchor.");
    }
    if (newest_.value < size) {
      report.taken_on_trust.push_back("The last " + Count(size - newest_.value, "entry", "entries") +
                                      ": no signed checkpoint covers them yet.");
    }
    report.taken_on_trust.insert(report.taken_on_trust.end(), trust_.begin(), trust_.end());
    report.taken_on_trust.push_back("The recorded times are the operator's clock.");
    report.taken_on_trust.push_back("Events that were never submitted cannot be excluded.");
    return report;
  }

  const StorageReader& storage_;
  const VerifyOptions& options_;
  keyspace::StateRecord state_;
  KeyRegistry keys_;
  const EnrolledKey* last_key_ = nullptr;  // most entries have the key of the one before
  Hash256 last_key_id_;

  std::vector<std::pair<TreeSize, std::string>> checkpoints_;  // ascending by size
  std::vector<Hash256> roots_;                                 // of the first checkpoints, as far as the walk has come
  size_t next_checkpoint_ = 0;
  TreeSize newest_;

  crypto::Frontier frontier_;
  std::array<std::string, crypto::kTileLevelMax + 1> open_tiles_;
  std::vector<Hash256> leaf_tile_;
  std::optional<Hash256> leaf_tile_root_;
  std::vector<StretchTile> tiles_;  // of the stretch that is being taken
  uint64_t first_tile_ = 0;
  uint64_t tiles_checked_ = 0;
  uint64_t tile_records_ = 0;
  BatchWalk batches_;
  DerivedTypes types_;

  const PairFingerprint fingerprint_;
  PairFingerprint::Product expected_submissions_ = PairFingerprint::kEmpty;
  PairFingerprint::Product submissions_in_store_ = PairFingerprint::kEmpty;
  uint64_t submissions_stored_ = 0;
  TreeSize folded_;  // entries below it have idempotency records
  RecentKeys unfolded_;
  std::vector<keyspace::SubmissionDigest> unfolded_digests_;
  std::vector<StoredSubmissions> stored_submissions_;
  std::vector<WorkCrew::Handle> submission_jobs_;
  std::set<std::string> said_;

  std::optional<Hash256> previous_leaf_hash_ = Hash256{};
  Hash256 last_leaf_hash_;
  int64_t last_recorded_at_us_ = INT64_MIN;
  std::map<Hash256, EntryIndex> referenced_;
  uint64_t blobs_checked_ = 0;
  uint64_t blob_bytes_ = 0;
  std::vector<std::string> trust_;  // what keys that came and went leave to be believed
  std::string anchored_by_;

  VerifyCheck entry_check_{"entries", "", 0, {}};
  VerifyCheck leaf_check_{"leaf hashes", "", 0, {}};
  VerifyCheck chain_check_{"hash chain", "", 0, {}};
  VerifyCheck time_check_{"times", "", 0, {}};
  VerifyCheck tile_check_{"tiles", "", 0, {}};
  VerifyCheck state_check_{"state", "", 0, {}};
  VerifyCheck key_check_{"keys", "", 0, {}};
  VerifyCheck signature_check_{"signatures", "", 0, {}};
  VerifyCheck batch_check_{"batches", "", 0, {}};
  VerifyCheck idempotency_check_{"idempotency", "", 0, {}};
  VerifyCheck type_check_{"index by type", "", 0, {}};
  VerifyCheck blob_check_{"blobs", "", 0, {}};
  VerifyCheck checkpoint_check_{"checkpoints", "", 0, {}};
  SignatureChecker signatures_;  // reports into signature_check_
  WorkCrew crew_;                // the last member: its jobs use the others
};

}  // namespace

bool VerifyReport::passed() const {
  return !checks.empty() && std::all_of(checks.begin(), checks.end(), [](const VerifyCheck& c) { return c.passed(); });
}

VerifyReport VerifyJournal(const StorageReader& storage, const VerifyOptions& options) {
  return Verifier(storage, options).Run();
}

}  // namespace ledgerline::journal
