// What the journal answers and what is there after a commit, against the oracle.
#include <algorithm>

#include "tests/sim/world.h"

namespace ledgerline::sim {
namespace {

using journal::Committed;

}  // namespace

// A batch that fills up to its bound in entries; the first always goes, however large.
size_t World::DueNow() const {
  size_t due = 0, entries = 0;
  for (const auto& queued : queue_) {
    entries += queued->wanted.parts.size();
    if (due > 0 && entries > options_.batch_entries_max) break;
    ++due;
  }
  return due;
}

void World::Commit() {
  const size_t due = DueNow();
  const uint64_t commits_failed = disk_.commits_failed;
  const uint64_t reads_failed = disk_.reads_failed;
  const Result<size_t> answered = journal_->CommitQueued();
  Demand(answered.ok() && *answered == due, "one batch is answered whole");
  Batch batch;
  for (size_t i = 0; i < due; ++i) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
    Demand(batch.back()->answers == 1, "every submission is answered exactly once");
  }
  for (const auto& queued : queue_) Demand(queued->answers == 0, "what still waits has no answer");
  if (due == 0) return;
  if (disk_.failing_read > 0) disk_.failing_read = 0;  // the oracle's own reads come next
  JudgeBatch(batch, disk_.commits_failed > commits_failed, disk_.reads_failed > reads_failed);
  ++counts_["batches"];
  Trace("commit of " + std::to_string(due) + ", size " + std::to_string(oracle_.size()) +
        (stopped_ ? ", stopped" : ""));
}

void World::JudgeBatch(const Batch& batch, bool commit_failed, bool read_failed) {
  if (stopped_) {
    for (const auto& queued : batch)
      Demand(queued->result->status().code() == StatusCode::kUnavailable, "a journal that has stopped answers so");
    return;
  }
  if (!commit_failed) {
    const uint64_t old_size = oracle_.size();
    for (const auto& queued : batch) {
      if (read_failed && queued->result->status().code() == StatusCode::kUnavailable) continue;
      const int64_t recorded_at_us = oracle_.TimeAt(clock_.now.us);
      const Oracle::Verdict verdict = oracle_.Judge(queued->wanted, recorded_at_us);
      JudgeAnswer(*queued, verdict, recorded_at_us);
    }
    Demand(journal_->size().value == oracle_.size(), "the size is the number of entries");
    for (const auto& queued : batch) {
      if (!queued->result->ok()) continue;
      if (token_away_) {
        const StatusCode code = (*queued->result)->front().promise().status().code();
        Demand(code == StatusCode::kUnavailable, "without its token the operator promises nothing");
        ++counts_["promises that no token was there for"];
        continue;
      }
      attempts_[queued->attempt].promise = oracle_.SeePromises(**queued->result, old_size);
      ++counts_["promises"];
    }
    return;
  }
  // The commit failed. Nobody may have been told "committed" of what was new in it, and nothing may follow.
  stopped_ = true;
  ++counts_["commits failed"];
  Oracle would_be = oracle_;
  for (const auto& queued : batch) {
    const int64_t recorded_at_us = would_be.TimeAt(clock_.now.us);
    const Oracle::Verdict verdict = would_be.Judge(queued->wanted, recorded_at_us);
    const bool was_there = verdict.kind == Oracle::Verdict::kRepeat && verdict.index < oracle_.size();
    if (queued->result->ok()) Demand(was_there, "nothing is acknowledged whose commit failed");
    if (verdict.kind != Oracle::Verdict::kNew) continue;
    if (read_failed) refused_for_reads_ = std::max(refused_for_reads_, queued->wanted.parts.size());
    for (size_t part = 0; part < queued->wanted.parts.size(); ++part) {
      in_doubt_.push_back({queued->wanted, part, recorded_at_us});
      // A stand-in for the entry, so that the next one is judged as if this one were there.
      v1::Entry entry;
      entry.set_index(would_be.size());
      entry.set_submission(queued->wanted.parts[part].bytes);
      entry.set_submitter_key_id(queued->wanted.key_id.ToBytes());
      entry.set_type(queued->wanted.parts[part].type);
      entry.set_batch_offset(static_cast<uint32_t>(part));
      entry.set_evidence(part > 0 ? v1::SIGNATURE_EVIDENCE_BATCH : v1::SIGNATURE_EVIDENCE_SUBMISSION);
      entry.set_previous_leaf_hash(would_be.entries().back().leaf_hash.ToBytes());
      entry.set_recorded_at_us(recorded_at_us);
      would_be.Learn(queued->wanted, part, recorded_at_us, entry.SerializeAsString());
    }
  }
}

void World::JudgeAnswer(Queued& queued, const Oracle::Verdict& verdict, int64_t recorded_at_us) {
  Attempt& attempt = attempts_[queued.attempt];
  const Result<std::vector<Committed>>& result = *queued.result;
  const size_t parts = queued.wanted.parts.size();
  const std::string name = "attempt " + std::to_string(queued.attempt);
  if (verdict.kind == Oracle::Verdict::kRefused) {
    Demand(result.status().code() == verdict.code, name + " is refused as " +
                                                       std::string(StatusCodeName(verdict.code)) + ", not as " +
                                                       result.status().ToString());
    ++counts_["refused in their turn"];
    // Time may yet come; a conflict stays one.
    if (verdict.code == StatusCode::kAlreadyExists) attempt.refused = true;
    return;
  }
  Demand(result.ok(), name + " is accepted: " + result.status().ToString());
  Demand(result->size() == parts, name + " has an answer for each of its entries");
  const bool is_new = verdict.kind == Oracle::Verdict::kNew;
  const uint64_t index = is_new ? oracle_.size() : verdict.index;
  for (size_t part = 0; part < parts; ++part) {
    if (is_new) {
      const Result<std::string> bytes = journal_->ReadEntry(EntryIndex{oracle_.size()});
      Demand(bytes.ok(), "what was acknowledged is there: " + bytes.status().ToString());
      oracle_.Learn(queued.wanted, part, recorded_at_us, *bytes);
    }
    const Oracle::Entry& entry = oracle_.entries()[index + part];
    const Committed& told = (*result)[part];
    Demand(told.index.value == index + part && told.leaf_hash == entry.leaf_hash &&
               told.recorded_at_us == entry.recorded_at_us,
           name + " is told index, leaf hash and time of entry " + std::to_string(index + part));
    Demand(told.already_existed == !is_new, name + " hears whether it was there");
  }
  Demand(!attempt.index || *attempt.index == index, name + " has the index that it had before");
  attempt.index = index;
  ++counts_[is_new ? "acknowledged new" : "acknowledged again"];
  if (queued.wanted.is_batch) ++counts_["signed batches acknowledged"];
}

// A commit that failed is there as a whole, in its order, or not at all.
void World::LearnWhatIsThere(uint64_t size) {
  const std::string sizes = "size " + std::to_string(size) + " after " + std::to_string(oracle_.size()) + " and " +
                            std::to_string(in_doubt_.size()) + " in doubt";
  const uint64_t found = size - oracle_.size();
  const uint64_t least = in_doubt_.size() - refused_for_reads_;
  Demand(size == oracle_.size() || (found >= least && found <= in_doubt_.size()),
         "a batch is there as a whole or not at all: " + sizes);
  size_t candidate = 0;
  while (oracle_.size() < size) {
    const Result<std::string> bytes = journal_->ReadEntry(EntryIndex{oracle_.size()});
    v1::Entry entry;
    Demand(bytes.ok() && entry.ParseFromString(*bytes), "every entry below the size is there");
    while (candidate < in_doubt_.size() &&
           in_doubt_[candidate].wanted.parts[in_doubt_[candidate].part].bytes != entry.submission())
      ++candidate;
    Demand(candidate < in_doubt_.size(), "nothing is there that nobody asked for: " + sizes);
    const InDoubt& there = in_doubt_[candidate];
    oracle_.Learn(there.wanted, there.part, there.recorded_at_us, *bytes);
    ++candidate;
  }
  if (found > 0) ++counts_["failed commits that were there after all"];
  in_doubt_.clear();
  refused_for_reads_ = 0;
}

}  // namespace ledgerline::sim
