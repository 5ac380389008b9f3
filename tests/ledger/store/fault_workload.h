// A short life of a ledger, as a script: catalogue, consents, usage with a file of several pages, checkpoints, repeats,
// flushes, a close, and a clean restart in the middle. One submitter, a clock that stands still, manual flushes: so two
// runs do the same, operation by operation, and a run that was interrupted must end in the same bytes.
#ifndef LEDGERLINE_TESTS_LEDGER_STORE_FAULT_WORKLOAD_H_
#define LEDGERLINE_TESTS_LEDGER_STORE_FAULT_WORKLOAD_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/audit/journal_fold.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/signed_batch.h"
#include "ledger/royalty/close.h"
#include "ledger/store/rocks_storage.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {

class FaultWorkload {
 public:
  // What one step is: its name, and what it does. A step that failed is done again, as a submitter would.
  struct Step {
    std::string name;
    std::function<Status()> run;
  };

  FaultWorkload(std::string directory, rocksdb::Env* env) : directory_(std::move(directory)), env_(env) {
    const auto submit = [this](const std::string& key, const std::string& payload,
                               std::vector<std::string> blobs = {}) {
      steps_.push_back({"submit " + key, [=, this] { return Submit(key, payload, blobs); }});
    };
    const auto flush = [this] { steps_.push_back({"flush", [this] { return FlushRocksStorage(*storage_); }}); };
    const auto sign = [this] { steps_.push_back({"sign a checkpoint", [this] { return Sign(); }}); };
    submit("parties", FilePayload(kParties), {kParties});
    submit("recordings", FilePayload(kRecordings), {kRecordings});
    sign();
    submit("rate", FilePayload(kRates), {kRates});
    submit("consent", journal::ConsentPayload("label"));
    submit("parties", FilePayload(kParties));  // a repeat, without the file: it is there
    flush();
    const std::string usage = UsageRows();
    submit("usage", UsagePayload(usage), {usage});
    sign();
    steps_.push_back({"close and open again", [this] {
                        Close();
                        return Open();
                      }});
    submit("rating 1", journal::RatingPayload("rec-1"));
    steps_.push_back({"signed batch", [this] { return SubmitBatch("batch", 40); }});
    steps_.push_back({"close the period", [this] { return ClosePeriod(); }});
    flush();
    submit("rating 2", journal::RatingPayload("rec-2"));
    submit("usage", UsagePayload(usage), {usage});  // a repeat
    sign();
    submit("rating 3", journal::RatingPayload("rec-3"));
  }

  const std::vector<Step>& steps() const { return steps_; }
  bool is_open() const { return journal_ != nullptr; }
  journal::Journal& journal() { return *journal_; }

  // Opens the ledger, or makes it if nothing of it was ever acknowledged.
  Status Open() {
    Close();
    const RocksStorageOptions options{.directory = directory_, .env = env_, .automatic_compaction = false};
    Result<std::unique_ptr<journal::Storage>> storage = OpenRocksStorage(options);
    if (storage.ok()) {
      storage_ = storage->get();
      auto opened = journal::Journal::Open(std::move(*storage), operator_, clock_, kOptions);
      if (opened.ok()) {
        journal_ = std::move(*opened);
        return Status::Ok();
      }
      storage = opened.status();
    }
    // What was begun and never acknowledged is no ledger: whoever makes one starts again.
    if (created_) return storage.status();
    std::filesystem::remove_all(directory_);
    ASSIGN_OR_RETURN(std::unique_ptr<journal::Storage> fresh, CreateRocksStorage(options));
    storage_ = fresh.get();
    ASSIGN_OR_RETURN(journal_,
                     journal::Journal::Create(std::move(fresh), journal::kTestOrigin, operator_, clock_, kOptions));
    created_ = true;
    return See(journal_->LatestCheckpoint());
  }
  void Close() {
    journal_.reset();
    storage_ = nullptr;
  }

  // Everything that was acknowledged, against the open journal; then the full check and the meaning of the entries.
  // Empty if all of it holds.
  std::string WhatIsWrong() {
    std::string wrong;
    for (const auto& [key, committed] : acknowledged_) {
      const auto bytes = journal_->ReadEntry(committed.index);
      const auto found = journal_->FindSubmission(journal::KeyId(operator_.public_key()), key);
      if (!bytes.ok() || crypto::LeafHash(*bytes) != committed.leaf_hash) wrong += "the entry of " + key + " is lost; ";
      if (!found.ok() || *found != committed.index) wrong += key + " is not found by its key; ";
    }
    for (const auto& [size, root] : checkpoints_) {
      const auto now = journal_->RootAt(size);
      if (!now.ok() || *now != root) wrong += "a fork: checkpoint " + std::to_string(size.value) + " is no prefix; ";
      if (!journal_->CheckpointAt(size).ok()) wrong += "checkpoint " + std::to_string(size.value) + " is lost; ";
    }
    const journal::VerifyReport report = journal::VerifyJournal(
        journal_->storage(), {.checkpoint_key = journal_->checkpoint_key(), .threads = 1, .progress = {}});
    audit::Report meaning;
    audit::AddJournalReport(report, meaning);
    if (report.passed()) audit::VerifyMeaning(*journal_, meaning);
    for (const audit::Finding& finding : meaning.findings()) {
      if (!finding.passed) wrong += finding.name + ": " + finding.detail + "; ";
    }
    return wrong;
  }

  // Root, size and what the fold makes of the entries: balances, verdicts, faults.
  std::string Fingerprint() {
    royalty::LedgerFold fold;
    std::string text = journal_->root().ToHex() + " of " + std::to_string(journal_->size().value);
    text += " " + audit::FoldJournal(*journal_, fold).ToString();
    for (const royalty::CloseItem& close : fold.closes()) {
      text += "; closed " + close.period.ToString();
      for (const auto& [whom, money] : close.closing) text += " " + whom.first.text() + " " + money.ToString();
    }
    for (const rights::Fault& fault : fold.AllFaults()) text += "; " + fault.text;
    return text;
  }

 private:
  // Two folds of idempotency keys: one of five, and one with the signed batch.
  static constexpr journal::JournalOptions kOptions{.fold_entries_min = 5};
  static constexpr char kParties[] =
      "party_id,role,commitment\nlabel,label,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
  static constexpr char kRecordings[] =
      "recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-1,One,Band,,work-1,1000000\n";
  static constexpr char kRates[] =
      "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
      "from,valid_to\nrate-1,PRO_RATA,COVER,,WW,EUR,650000,500000,,,,2026-01-01,\n";

  // Some 20 kB: several pages of the log in one write.
  static std::string UsageRows() {
    std::string rows = "recording_id,period,territory,tier,plays,revenue,currency\n";
    for (int i = 0; i < 600; ++i)
      rows += "cov-" + std::to_string(i) + ",2026-08,DE,premium," + std::to_string(1 + i % 7) + ",1.25,EUR\n";
    return rows;
  }
  static std::string FilePayload(const std::string& bytes) {
    v1::Payload payload;
    *payload.mutable_catalogue_file() = exchange::ParseCatalogueFile(bytes).value().ToPayload();
    return payload.SerializeAsString();
  }
  static std::string UsagePayload(const std::string& bytes) {
    v1::Payload payload;
    *payload.mutable_usage_file() = exchange::ParseUsageFile(bytes).value().ToPayload(v1::USAGE_KIND_COVERS);
    return payload.SerializeAsString();
  }

  Status Submit(const std::string& key, const std::string& payload, std::vector<std::string> blobs) {
    ASSIGN_OR_RETURN(const journal::Committed committed,
                     journal_->Submit(journal::Request(operator_, key, payload, std::move(blobs))));
    return Acknowledge(key, committed);
  }
  Status Acknowledge(const std::string& key, const journal::Committed& committed) {
    const auto earlier = acknowledged_.emplace(key, committed).first;
    if (earlier->second.index != committed.index || earlier->second.leaf_hash != committed.leaf_hash)
      return Internal(key + " was acknowledged as another entry before");
    return Status::Ok();
  }
  Status SubmitBatch(const std::string& key, int count) {
    std::vector<journal::ItemContent> items;
    for (int i = 0; i < count; ++i)
      items.push_back({key + std::to_string(i), journal::RatingPayload("rec-" + std::to_string(i))});
    ASSIGN_OR_RETURN(const std::string batch, journal::SignBatch(journal::kTestOrigin, key, items, operator_));
    ASSIGN_OR_RETURN(const journal::CommittedBatch committed, journal_->SubmitBatch({batch, {}}));
    if (committed.items.size() != items.size()) return Internal(key + " was acknowledged in part");
    RETURN_IF_ERROR(Acknowledge(key, committed.header));
    for (size_t i = 0; i < items.size(); ++i)
      RETURN_IF_ERROR(Acknowledge(items[i].idempotency_key, committed.items[i]));
    return Status::Ok();
  }
  Status Sign() {
    ASSIGN_OR_RETURN(const std::string note, journal_->SignCheckpoint());
    return See(note);
  }
  Status See(const std::string& note) {
    ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::OpenCheckpoint(note, journal_->checkpoint_key()));
    checkpoints_[checkpoint.size] = checkpoint.root;
    return Status::Ok();
  }
  // Computed once; a repeat sends the same bytes.
  Status ClosePeriod() {
    if (close_payload_.empty()) {
      royalty::LedgerFold fold;
      RETURN_IF_ERROR(audit::FoldJournal(*journal_, fold));
      const journal::Journal::Head head = journal_->head();
      ASSIGN_OR_RETURN(const royalty::CloseResult result,
                       royalty::ClosePeriod({*Period::Parse("2026-08"), head.size, head.root, fold}));
      v1::Payload payload;
      *payload.mutable_period_close() = result.close;
      close_payload_ = payload.SerializeAsString();
      close_blob_ = result.blob;
    }
    return Submit("close", close_payload_, {close_blob_});
  }

  std::string directory_;
  rocksdb::Env* env_;
  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  journal::Storage* storage_ = nullptr;  // the journal's own
  std::unique_ptr<journal::Journal> journal_;
  bool created_ = false;
  std::string close_payload_, close_blob_;
  std::map<std::string, journal::Committed> acknowledged_;
  std::map<TreeSize, Hash256> checkpoints_;
  std::vector<Step> steps_;
};

}  // namespace ledgerline::store

#endif  // LEDGERLINE_TESTS_LEDGER_STORE_FAULT_WORKLOAD_H_
