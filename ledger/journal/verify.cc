#include "ledger/journal/verify.h"

#include <algorithm>
#include <map>
#include <thread>

#include "crypto/tile.h"
#include "ledger/journal/batch_walk.h"
#include "ledger/journal/blob_check.h"
#include "ledger/journal/checkpoint_check.h"
#include "ledger/journal/derived_records.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/entry_pipeline.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/repudiated.h"
#include "ledger/journal/signature_checker.h"
#include "ledger/journal/submission_check.h"
#include "ledger/journal/tree_check.h"
#include "ledger/journal/verify_findings.h"
#include "ledger/journal/work_crew.h"

namespace ledgerline::journal {
namespace {

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
    checkpoints_.Read(state_.size);
    submissions_.StartReading();
    WalkEntries();
    signatures_.Flush();
    FailUnlessOk(batch_check_, batches_.Finish(), "");
    FinishTree();
    checkpoints_.CompareRoots(keys_.operator_keys());
    checkpoints_.CheckNewest(keys_.operator_keys(), state_.size);
    if (options_.checkpoint_key) checkpoints_.CheckAnchor(*options_.checkpoint_key, keys_, key_check_);
    blobs_.Compare(storage_);
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
    submissions_.ReadMark(state_.size);
  }

  // Every entry from 0 to the size, and nothing beyond.
  void WalkEntries() {
    checkpoints_.TakeRoots(TreeSize{0}, tree_);
    const uint64_t size = state_.size.value;
    uint64_t next = 0;
    // Takes the entry of the next index, or says that it is missing.
    const auto take = [&](CheckedEntry* entry) {
      const EntryIndex index{next};
      if (index.value % crypto::kTileWidth == 0) tree_.OpenLeafTile(index, checkpoints_.SignedWithin(index));
      entry != nullptr ? TakeEntry(*entry) : TakeMissing(index);
      checkpoints_.TakeRoots(TreeSize{++next}, tree_);
      if (options_.progress && (index.value % 1024 == 0 || next == size)) options_.progress(next, size);
    };
    EntryPipeline pipeline(storage_, state_.size, submissions_.fingerprint(), crew_);
    while (std::optional<EntryStretch> stretch = pipeline.Next()) {
      if (!stretch->tiles.empty()) {
        tree_.TakeTiles(*stretch);
        fail_once_(state_check_, stretch->tiles_status, "read the store");
      }
      for (CheckedEntry& entry : stretch->entries) {
        while (next < entry.stored_at.value) take(nullptr);
        if (entry.stored_at.value < next) {
          Fail(entry_check_, EntryName(entry.stored_at) + " is stored twice");
        } else {
          take(&entry);
        }
      }
      while (next < stretch->stopped_at.value_or(stretch->to).value) take(nullptr);
      submissions_.TakeStretch(stretch->submissions);
      fail_once_(entry_check_, stretch->entries_status, "read the entries");
    }
    EntryCursor beyond(storage_, EntryIndex{size});
    for (; beyond.Valid(); beyond.Next())
      Fail(entry_check_, EntryName(beyond.index()) + " is stored beyond the tree's size");
    fail_once_(entry_check_, beyond.status(), "read the entries");
  }

  void TakeMissing(EntryIndex index) {
    Fail(entry_check_, EntryName(index) + " is missing");
    batches_.Lost();
    previous_leaf_hash_.reset();
    tree_.Append(index, Hash256{});
  }

  void TakeEntry(CheckedEntry& entry) {
    tree_.Append(entry.stored_at, entry.leaf_hash);
    if (!entry.form.ok()) {
      FailUnlessOk(entry_check_, entry.form, entry.stored_at);
      batches_.Lost();
    } else {
      CheckInPlace(entry);
    }
    previous_leaf_hash_ = entry.leaf_hash;
    last_leaf_hash_ = entry.leaf_hash;
  }

  // What an entry says against the ones before it.
  void CheckInPlace(CheckedEntry& entry) {
    const EntryIndex index = entry.stored_at;
    if (entry.step.index != index)
      Fail(entry_check_, EntryName(index) + " says that it is entry " + std::to_string(entry.step.index.value));
    if (previous_leaf_hash_ && entry.previous_leaf_hash != *previous_leaf_hash_) {
      Fail(chain_check_,
           EntryName(index) + " names " + entry.previous_leaf_hash.Short() + " as the hash before it, entry " +
               (index.value == 0 ? "0 has none"
                                 : std::to_string(index.value - 1) + " hashes to " + previous_leaf_hash_->Short()));
    }
    if (entry.recorded_at_us < last_recorded_at_us_) {
      Fail(time_check_, EntryName(index) + " was recorded at " + std::to_string(entry.recorded_at_us) +
                            ", before the entry before it (" + std::to_string(last_recorded_at_us_) + ")");
    }
    last_recorded_at_us_ = entry.recorded_at_us;
    FailUnlessOk(batch_check_, batches_.Next(entry.step), "");
    CheckKeys(entry);
    types_.Expect(index, entry.type);
    submissions_.TakeEntry(entry);
    for (const Hash256& blob : entry.blobs) blobs_.Expect(blob, index);
  }

  void CheckKeys(CheckedEntry& entry) {
    const EntryIndex index = entry.stored_at;
    CheckedSubmission* const submission = entry.submission.get();
    if ((index.value == 0) != (entry.type == v1::PAYLOAD_TYPE_GENESIS)) {
      Fail(key_check_, EntryName(index) + (index.value == 0 ? " is not genesis" : " is a second genesis"));
    }
    // An item changes no key, and has its header's origin, which is checked there.
    if (index.value == 0) ApplyToKeys(entry);
    if (submission != nullptr && submission->origin != keys_.origin()) {
      Fail(key_check_, EntryName(index) + " was submitted to \"" + submission->origin + "\", another ledger");
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

  void FinishTree() {
    tree_.Finish(state_.size);
    if (state_.size.value == 0) Fail(entry_check_, "there is no entry, not even genesis");
    if (tree_.Root() != state_.root) {
      Fail(state_check_,
           "the tree's root is " + tree_.Root().Short() + ", the state record has " + state_.root.Short());
    }
    if (last_leaf_hash_ != state_.last_leaf_hash || last_recorded_at_us_ != state_.last_recorded_at_us) {
      Fail(state_check_, "the state record's last hash or time is not that of the last entry");
    }
  }

  // Everything that is not an entry or a blob's bytes.
  void CheckDerived() {
    submissions_.TakeRecords(state_check_, fail_once_);
    CheckOtherRecords();
    tree_.CompareRecordCount();
    types_.Compare([this](std::string failure) { Fail(type_check_, std::move(failure)); });
    submissions_.Compare(entry_check_.passed());
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
          tree_.CountRecord();
        } else if (kind != keyspace::kCheckpoint && kind != keyspace::kLatestCheckpoint && kind != keyspace::kState &&
                   kind != keyspace::kFolded) {
          ++others[kind];
        }
      }
      fail_once_(state_check_, cursor->status(), "read the store");
    }
    for (const auto& [prefix, count] : others) {
      Fail(state_check_, CountOf(count, "key", "keys") + " of an unknown kind, 0x" + HexEncode(std::string(1, prefix)));
    }
  }

  VerifyReport Report() {
    const uint64_t size = state_.size.value;
    const std::string entries = CountOf(size, "entry", "entries");
    entry_check_.covered = entries + " read again, each whole and in its place";
    tree_.leaf_check.covered = entries + " hashed and compared with the tree";
    chain_check_.covered = entries + ", each naming the hash of the one before it";
    time_check_.covered = entries + ", recorded times never going back";
    tree_.tile_check.covered = CountOf(tree_.tiles_checked(), "tile", "tiles") + " recomputed from the hashes below";
    state_check_.covered = "root, size and last entry recomputed";
    signature_check_.covered =
        CountOf(signatures_.checked(), "Ed25519 signature", "Ed25519 signatures") + " of submitters";
    batch_check_.covered = CountOf(batches_.whole(), "signed batch", "signed batches") +
                           ", each header followed by exactly the items that it signs";
    key_check_.covered = entries + ": the key was enrolled, valid and allowed to submit this";
    submissions_.check.covered = entries + " against their idempotency records, and no other record";
    type_check_.covered = entries + " against the index by type, and no other record";
    checkpoints_.check.covered =
        CountOf(checkpoints_.count(), "signed checkpoint", "signed checkpoints") +
        " and the published one: signatures and root" +
        (checkpoints_.anchored_by().empty() ? "" : "; the newest is signed by " + checkpoints_.anchored_by());
    VerifyReport report;
    report.checks = {std::move(entry_check_),       std::move(tree_.leaf_check), std::move(chain_check_),
                     std::move(time_check_),        std::move(tree_.tile_check), std::move(state_check_),
                     std::move(key_check_),         std::move(signature_check_), std::move(batch_check_),
                     std::move(submissions_.check), std::move(type_check_),      std::move(blobs_.check),
                     std::move(checkpoints_.check)};
    report.origin = keys_.origin();
    report.size = state_.size;
    report.root = tree_.Root();
    report.checkpoint_size = checkpoints_.newest();
    report.key_from_outside = options_.checkpoint_key.has_value();
    if (!report.key_from_outside) {
      report.taken_on_trust.push_back(
          "The key: it was read from this ledger's own first entry. Self-consistent, no trust anchor.");
    }
    if (checkpoints_.newest().value < size) {
      report.taken_on_trust.push_back("The last " + CountOf(size - checkpoints_.newest().value, "entry", "entries") +
                                      ": no signed checkpoint covers them yet.");
    }
    for (const std::string& trust : checkpoints_.on_trust()) report.taken_on_trust.push_back(trust);
    if (std::string repudiated = NameRepudiated(storage_, keys_); !repudiated.empty()) {
      report.taken_on_trust.push_back(std::move(repudiated));
    }
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

  TreeCheck tree_{storage_};
  CheckpointCheck checkpoints_{storage_};
  BatchWalk batches_;
  DerivedTypes types_;

  SubmissionCheck submissions_{storage_, crew_};
  BlobCheck blobs_;
  FailOnce fail_once_;

  std::optional<Hash256> previous_leaf_hash_ = Hash256{};
  Hash256 last_leaf_hash_;
  int64_t last_recorded_at_us_ = INT64_MIN;
  VerifyCheck entry_check_{"entries", "", 0, {}};
  VerifyCheck chain_check_{"hash chain", "", 0, {}};
  VerifyCheck time_check_{"times", "", 0, {}};
  VerifyCheck state_check_{"state", "", 0, {}};
  VerifyCheck key_check_{"keys", "", 0, {}};
  VerifyCheck signature_check_{"signatures", "", 0, {}};
  VerifyCheck batch_check_{"batches", "", 0, {}};
  VerifyCheck type_check_{"index by type", "", 0, {}};
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
