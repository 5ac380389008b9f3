#include "ledger/audit/replay_log.h"

#include <algorithm>
#include <map>
#include <thread>

#include "crypto/memory_tree.h"
#include "crypto/sha256.h"
#include "crypto/tile.h"
#include "ledger/audit/entry_examination.h"
#include "ledger/audit/ledger_view.h"
#include "ledger/audit/quorum_check.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/journal/batch_walk.h"
#include "ledger/journal/signature_checker.h"
#include "ledger/royalty/ledger_fold.h"

namespace ledgerline::audit {
namespace {

constexpr size_t kNamedMax = 20;

// One check over many things: a finding that names the first that failed.
class Check {
 public:
  explicit Check(std::string name) : name_(std::move(name)) {}
  void Take(const std::string& what, const Status& status) {
    if (status.ok()) return;
    if (++failures_ <= kNamedMax) text_ += (text_.empty() ? "" : "\n") + what + ": " + status.message();
  }
  void Report(const std::string& covered, audit::Report& report) const {
    if (failures_ == 0) return report.Pass(name_, covered);
    report.Fail(name_, text_ + (failures_ > kNamedMax ? "\n... and " + std::to_string(failures_ - kNamedMax) + " more"
                                                      : std::string()));
  }
  bool passed() const { return failures_ == 0; }

 private:
  std::string name_, text_;
  size_t failures_ = 0;
};

// A copy of the log as far as meaning needs it: the tree, entries of the types that are read again, blobs from the
// source.
class ReplayedView : public LedgerView {
 public:
  explicit ReplayedView(LogSource& source) : source_(source) {}

  Result<std::string> ReadBlob(const Hash256& hash) override { return source_.Get(BlobPath(hash)); }
  Result<std::vector<EntryIndex>> EntriesOfType(v1::PayloadType type) override { return by_type_[type]; }
  Result<std::string> ReadEntry(EntryIndex index) override {
    const auto found = kept_.find(index);
    if (found == kept_.end()) return NotFound(Named(index) + " was not kept");
    return found->second;
  }
  Result<Hash256> RootAt(TreeSize size) override { return crypto::TreeHash(size, tree_); }

  void Keep(EntryIndex index, v1::PayloadType type, const std::string& bytes) {
    if (type != v1::PAYLOAD_TYPE_CATALOGUE_FILE && type != v1::PAYLOAD_TYPE_USAGE_FILE &&
        type != v1::PAYLOAD_TYPE_PERIOD_CLOSE) {
      return;
    }
    by_type_[type].push_back(index);
    kept_.emplace(index, bytes);
  }
  crypto::MemoryTree& tree() { return tree_; }

 private:
  LogSource& source_;
  crypto::MemoryTree tree_;
  std::map<v1::PayloadType, std::vector<EntryIndex>> by_type_;
  std::map<EntryIndex, std::string> kept_;
};

class Replayer {
 public:
  Replayer(LogSource& source, const ReplayOptions& options)
      : source_(source),
        options_(options),
        view_(source),
        signatures_(crew_,
                    [this](EntryIndex index, const Status& status) { signature_check_.Take(Named(index), status); }) {}

  ReplayedLog Run() && {
    if (ReadCheckpoint() && ReadEntries()) {
      signatures_.Flush();
      batch_check_.Take("the log's end", batches_.Finish());
      CheckTree();
      CheckSigned();
      ReportEntries();
      if (log_.report.AllPassed())
        CheckMeaning();
      else
        log_.report.Trust(
            "What the entries mean (files, verdicts, closes): not looked at, since the entries themselves are not "
            "whole.");
    }
    log_.report.Trust("Generations that were never logged cannot be excluded, by this or by any other check.");
    return std::move(log_);
  }

 private:
  // Its form, and how far the kept one goes; whose signatures they carry is known when the entries are read.
  bool ReadCheckpoint() {
    auto note = source_.Get(kCheckpointPath);
    if (!note.ok()) {
      log_.report.Fail("checkpoint", note.status().message());
      return false;
    }
    log_.checkpoint = *note;
    const auto form = [&](const std::string& text) -> Result<crypto::Checkpoint> {
      ASSIGN_OR_RETURN(const crypto::SignedNote parsed, crypto::SignedNote::Parse(text));
      return crypto::Checkpoint::Parse(parsed.text);
    };
    const auto parsed = form(log_.checkpoint);
    if (!parsed.ok()) {
      log_.report.Fail("checkpoint", parsed.status().message());
      return false;
    }
    checkpoint_ = *parsed;
    if (checkpoint_.size.value > crypto::kTreeSizeMax || checkpoint_.size.value == 0) {
      log_.report.Fail("checkpoint", "its size " + std::to_string(checkpoint_.size.value) + " is none of a log");
      return false;
    }
    log_.size = checkpoint_.size;
    log_.root = checkpoint_.root;
    log_.origin = checkpoint_.origin;
    if (!options_.kept_checkpoint) return true;
    const auto kept = form(*options_.kept_checkpoint);
    if (!kept.ok()) {
      log_.report.Fail("kept checkpoint", kept.status().message());
      return false;
    }
    kept_ = *kept;
    log_.kept_size = kept_->size;
    if (kept_->size > checkpoint_.size) {
      log_.report.Fail("extends the kept checkpoint", "the kept checkpoint has size " +
                                                          std::to_string(kept_->size.value) + ", " + source_.name() +
                                                          " shows only " + std::to_string(checkpoint_.size.value) +
                                                          ": it is behind what was seen, or entries were removed");
      return false;
    }
    return true;
  }

  bool ReadEntries() {
    for (uint64_t first = 0; first < checkpoint_.size.value; first += crypto::kTileWidth) {
      const uint64_t index = first / crypto::kTileWidth;
      const uint32_t width = crypto::TileWidthAt(0, index, checkpoint_.size);
      const std::string path = crypto::EntryBundlePath(index, width);
      const auto bytes = ReadWide(path, crypto::EntryBundlePath(index, crypto::kTileWidth));
      const auto entries =
          bytes.ok() ? crypto::ParseEntryBundle(*bytes) : Result<std::vector<std::string>>(bytes.status());
      if (!entries.ok() || entries->size() < width) {
        log_.report.Fail("entries", path + (entries.ok() ? " has only " + std::to_string(entries->size()) + " entries"
                                                         : ": " + entries.status().message()));
        return false;
      }
      for (uint32_t i = 0; i < width; ++i) TakeEntry(EntryIndex(first + i), (*entries)[i]);
      if (options_.progress) options_.progress(first + width, checkpoint_.size.value);
    }
    return true;
  }
  // A partial resource may have given way to the full one (tlog-tiles, "Partial tiles").
  Result<std::string> ReadWide(const std::string& path, const std::string& full) {
    auto bytes = source_.Get(path);
    if (bytes.ok() || bytes.status().code() != StatusCode::kNotFound || path == full) return bytes;
    return source_.Get(full);
  }

  void TakeEntry(EntryIndex index, const std::string& bytes) {
    const Hash256 leaf_hash = crypto::LeafHash(bytes);
    view_.tree().AppendHash(leaf_hash);
    const auto parsed = journal::ParseEntry(bytes);
    entry_check_.Take(Named(index), parsed.status());
    if (!parsed.ok()) {
      batches_.Lost();
    } else {
      const journal::ParsedEntry& entry = *parsed;
      if (entry.index != index) entry_check_.Take(Named(index), DataLoss("it says that it is " + Named(entry.index)));
      if (entry.previous_leaf_hash != previous_leaf_hash_)
        chain_check_.Take(Named(index), DataLoss("it does not name the hash of the entry before it"));
      if (entry.recorded_at_us < recorded_at_us_)
        chain_check_.Take(Named(index), DataLoss("it was recorded before the entry before it"));
      recorded_at_us_ = entry.recorded_at_us;
      batch_check_.Take(Named(index), batches_.Next(journal::StepOf(entry)));
      CheckKey(index, entry);
      CheckBlobs(index, entry.submission.payload);
      Fold(index, entry, bytes);
    }
    previous_leaf_hash_ = leaf_hash;
  }

  void CheckKey(EntryIndex index, const journal::ParsedEntry& entry) {
    const std::string name = Named(index);
    if ((index.value == 0) != (entry.type == v1::PAYLOAD_TYPE_GENESIS))
      return key_check_.Take(name, DataLoss("genesis is entry 0, and only that"));
    if (index.value == 0) key_check_.Take(name, keys_.Apply(entry.submission, index));
    if (!entry.is_item() && entry.submission.submission.origin() != checkpoint_.origin)
      key_check_.Take(name, DataLoss("it was submitted to another ledger"));
    const auto key = keys_.Find(entry.submission.key_id);
    if (!key.ok()) return key_check_.Take(name, key.status());
    if (index.value != 0) key_check_.Take(name, journal::CheckRole(*key, entry.type));
    key_check_.Take(name, journal::CheckValidity(*key, entry.recorded_at_us));
    // What the kept root binds was checked when it was new.
    if (!entry.is_item() && index.value >= log_.kept_size.value) {
      signatures_.Add(index, journal::SignedTextOf(entry.submission), key->key);
    }
    if (index.value != 0) key_check_.Take(name, keys_.Apply(entry.submission, index));
  }

  void CheckBlobs(EntryIndex index, const v1::Payload& payload) {
    for (const Hash256& hash : journal::ReferencedBlobs(payload)) {
      if (!blobs_.insert(hash).second) continue;
      const auto bytes = source_.Get(BlobPath(hash));
      const std::string name = "blob " + hash.Short() + " of " + Named(index);
      if (!bytes.ok())
        blob_check_.Take(name, bytes.status());
      else if (crypto::Sha256(*bytes) != hash)
        blob_check_.Take(name, DataLoss("it has other content than its name says"));
    }
  }

  void Fold(EntryIndex index, const journal::ParsedEntry& entry, const std::string& bytes) {
    view_.Keep(index, entry.type, bytes);
    if (entry.type == v1::PAYLOAD_TYPE_AUDIT_ATTESTATION)
      attested_[entry.submission.payload.audit_attestation().close_index()].insert(entry.submission.key_id);
    v1::Entry wire;
    if (!folded_.ok() || !wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
    folded_ = fold_.Apply(index, wire, entry.submission.payload, view_);
  }

  void CheckTree() {
    Check tiles("hash tiles");
    size_t count = 0;
    for (const crypto::TileId& tile : crypto::TilesOf(checkpoint_.size)) {
      ++count;
      crypto::TileId full = tile;
      full.width = crypto::kTileWidth;
      const auto bytes = ReadWide(crypto::TilePath(tile), crypto::TilePath(full));
      if (!bytes.ok()) {
        tiles.Take(crypto::TilePath(tile), bytes.status());
        continue;
      }
      std::string expected;
      for (uint32_t i = 0; i < tile.width; ++i) {
        const auto hash = view_.tree().ReadHash(
            {static_cast<uint8_t>(tile.level * crypto::kTileHeight), tile.index * crypto::kTileWidth + i});
        if (hash.ok()) expected += hash->view();
      }
      if (bytes->substr(0, expected.size()) != expected)
        tiles.Take(crypto::TilePath(tile), DataLoss("it is not what the entries give"));
    }
    tiles.Report(std::to_string(count) + " computed again from the entries", log_.report);
    const Hash256 root = view_.tree().Root();
    if (root != checkpoint_.root)
      log_.report.Fail("tree", "the entries give root " + root.Short() + ", the checkpoint was signed for " +
                                   checkpoint_.root.Short());
    else
      log_.report.Pass("tree", "the root of " + std::to_string(checkpoint_.size.value) +
                                   " entries is the one that the checkpoint signs");
    if (!kept_) return;
    if (root != checkpoint_.root)  // no accusation: only the entries that were shown are wrong
      return log_.report.Fail("extends the kept checkpoint",
                              "it cannot be told: the entries that were shown are not those that the checkpoint signs");
    const auto at_kept = view_.RootAt(kept_->size);
    const std::string name = "extends the kept checkpoint";
    if (!at_kept.ok())
      log_.report.Fail(name, at_kept.status().message());
    else if (*at_kept != kept_->root || kept_->origin != checkpoint_.origin)
      log_.report.Fail(name, "at size " + std::to_string(kept_->size.value) +
                                 " this log has another root than the kept checkpoint: history was rewritten. Both "
                                 "checkpoints together are the evidence: keep them");
    else
      log_.report.Pass(name, "size " + std::to_string(kept_->size.value) + " is a prefix of size " +
                                 std::to_string(checkpoint_.size.value));
  }

  void CheckSigned() {
    const std::string name = "checkpoint signature";
    if (!options_.anchor) {
      const auto opened = keys_.operator_keys().chain().empty()
                              ? Result<crypto::Checkpoint>(DataLoss("there is no genesis"))
                              : keys_.operator_keys().Open(log_.checkpoint);
      if (!opened.ok()) return log_.report.Fail(name, opened.status().message());
      log_.report.Pass(name, "by the key that the log itself names");
      log_.report.Trust("The key: it was read from this log's own first entry. Self-consistent, no trust anchor.");
      return;
    }
    log_.report.SetAnchored();
    const auto check = [&](const std::string& note, const std::string& what, bool newer_covers) {
      const auto opened = keys_.operator_keys().OpenUnder(options_.anchor->KeyFor(note), note, newer_covers);
      if (!opened.ok()) return log_.report.Fail(what, opened.status().message());
      for (const std::string& trust : opened->taken_on_trust) log_.report.Trust(trust);
      log_.report.Pass(what,
                       "size " + std::to_string(opened->checkpoint.size.value) + ", signed by " + opened->signed_by);
    };
    check(log_.checkpoint, name, false);
    CheckQuorum(*options_.anchor, log_.checkpoint, log_.report);
    if (kept_) check(*options_.kept_checkpoint, "kept checkpoint's signature", true);
  }

  void ReportEntries() {
    const std::string all = std::to_string(checkpoint_.size.value) + " entries";
    entry_check_.Report(all + " read, each whole and in its place", log_.report);
    chain_check_.Report(all + ", each naming the hash of the one before it, times never going back", log_.report);
    key_check_.Report(all + ": the key was enrolled, valid and allowed to submit this", log_.report);
    signature_check_.Report(std::to_string(signatures_.checked()) + " Ed25519 signatures" +
                                (kept_ ? " of entries since size " + std::to_string(kept_->size.value) : std::string()),
                            log_.report);
    batch_check_.Report(std::to_string(batches_.whole()) + " signed batches, each with exactly the items that it signs",
                        log_.report);
    blob_check_.Report(std::to_string(blobs_.size()) + " blobs, each hashed", log_.report);
  }

  void CheckMeaning() {
    if (!folded_.ok()) return log_.report.Fail("fold of all entries", folded_.message());
    for (const EntryIndex index : VerifyMeaningOf(view_, fold_, log_.report)) {
      ReplayedClose close;
      close.index = index;
      for (const royalty::CloseItem& item : fold_.closes()) {
        if (item.entry == index) close.period = item.period.ToString();
      }
      close.entry = view_.ReadEntry(index).value();
      close.attested_by = attested_[index.value];
      log_.closes.push_back(std::move(close));
    }
  }

  LogSource& source_;
  const ReplayOptions& options_;
  ReplayedLog log_;
  ReplayedView view_;
  crypto::Checkpoint checkpoint_;
  std::optional<crypto::Checkpoint> kept_;
  journal::KeyRegistry keys_;
  journal::BatchWalk batches_;
  royalty::LedgerFold fold_;
  Status folded_;
  Hash256 previous_leaf_hash_;
  int64_t recorded_at_us_ = INT64_MIN;
  std::set<Hash256> blobs_;
  std::map<uint64_t, std::set<Hash256>> attested_;
  Check entry_check_{"entries"}, chain_check_{"hash chain and times"}, key_check_{"keys"};
  Check signature_check_{"signatures"}, batch_check_{"batches"}, blob_check_{"blobs"};
  journal::WorkCrew crew_{std::max(1u, std::thread::hardware_concurrency())};
  journal::SignatureChecker signatures_;  // reports into signature_check_
};

}  // namespace

ReplayedLog ReplayLog(LogSource& source, const ReplayOptions& options) { return Replayer(source, options).Run(); }

}  // namespace ledgerline::audit
