// ledgerline-forge: what a dishonest operator, or somebody at the disk, might do to a copy of a ledger. It exists to
// show that `ledgerline verify` catches it: the quickstart and the tests run it.
//
// It moves an amount from the allocated part of a close to the platform's part, so that the sums still add up, and
// writes the entry straight into RocksDB. With --cover-up it also rewrites all that is derived from it and needs no
// private key: the hash chain and leaf of every later entry, all tiles, the state, the idempotency record. The signed
// checkpoints it cannot make anew.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "crypto/merkle.h"
#include "crypto/sha256.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/key_fold.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/tree_writer.h"
#include "ledger/store/rocks_storage.h"
#include "ledgerline/v1/entry.pb.h"
#include "schemas/amount.h"

namespace ledgerline {
namespace {

namespace keyspace = journal::keyspace;

Result<v1::Entry> ReadEntry(const journal::Storage& storage, uint64_t index) {
  const auto bytes = journal::ReadStoredEntry(storage, EntryIndex(index));
  v1::Entry entry;
  if (!bytes.ok() || !entry.ParseFromString(*bytes))
    return NotFound("entry " + std::to_string(index) + " is not in this ledger");
  return entry;
}

// Moves `amount` from allocated to platform, in the close's first currency.
Status ForgeClose(v1::Entry& entry, const std::string& amount_text) {
  v1::Submission submission;
  v1::Payload payload;
  if (!submission.ParseFromString(entry.submission()) || !payload.ParseFromString(submission.payload()) ||
      !payload.has_period_close() || payload.period_close().totals_size() == 0) {
    return InvalidArgument("entry " + std::to_string(entry.index()) + " is not a close with money in it");
  }
  v1::PeriodTotals& totals = *payload.mutable_period_close()->mutable_totals(0);
  ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(totals.currency()));
  ASSIGN_OR_RETURN(const Money amount, Money::Parse(amount_text, currency));
  ASSIGN_OR_RETURN(const Money allocated, FromWire(totals.allocated(), "allocated"));
  ASSIGN_OR_RETURN(const Money platform, FromWire(totals.platform(), "platform"));
  ASSIGN_OR_RETURN(const Money less, allocated.Minus(amount));
  ASSIGN_OR_RETURN(const Money more, platform.Plus(amount));
  ASSIGN_OR_RETURN(*totals.mutable_allocated(), ToWire(less));
  ASSIGN_OR_RETURN(*totals.mutable_platform(), ToWire(more));
  std::printf("entry %llu: allocated %s -> %s, platform %s -> %s\n", static_cast<unsigned long long>(entry.index()),
              allocated.ToString().c_str(), less.ToString().c_str(), platform.ToString().c_str(),
              more.ToString().c_str());
  submission.set_payload(payload.SerializeAsString());
  entry.set_submission(submission.SerializeAsString());
  return Status::Ok();
}

// Puts entries from `first` on into the runs that hold them.
Status ReplaceEntries(const journal::Storage& storage, journal::Batch& batch, uint64_t first,
                      const std::vector<std::string>& entries) {
  const std::unique_ptr<journal::Cursor> cursor =
      storage.Scan(keyspace::EntryRunKey(EntryIndex(first)), keyspace::PrefixEnd(std::string(1, keyspace::kEntry)));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(std::vector<std::string_view> run, journal::ParseRun(cursor->value()));
    const uint64_t begin = keyspace::ReadBigEndian64(cursor->key().substr(1)) + 1 - run.size();
    for (size_t i = 0; i < run.size(); ++i) {
      if (begin + i >= first && begin + i - first < entries.size()) run[i] = entries[begin + i - first];
    }
    batch.Put(cursor->key(), journal::EncodeRun(run));
  }
  return cursor->status();
}

// Everything after the forged entry and everything derived, recomputed as if it had always been so.
Status CoverUp(journal::Storage& storage, journal::Batch& batch, const v1::Entry& forged) {
  ASSIGN_OR_RETURN(const auto stored_state, storage.Get(keyspace::StateKey()));
  if (!stored_state) return DataLoss("this ledger has no state record");
  ASSIGN_OR_RETURN(keyspace::StateRecord state, keyspace::StateRecord::Parse(*stored_state));
  journal::TreeWriter tree;
  Hash256 last;
  std::vector<std::string> entries;
  for (uint64_t i = 0; i < state.size.value; ++i) {
    ASSIGN_OR_RETURN(v1::Entry entry, ReadEntry(storage, i));
    if (i == forged.index()) entry = forged;
    if (i > forged.index()) entry.set_previous_leaf_hash(last.ToBytes());
    const std::string bytes = entry.SerializeAsString();
    if (i >= forged.index()) entries.push_back(bytes);
    last = crypto::LeafHash(bytes);
    tree.Append(last);
  }
  RETURN_IF_ERROR(ReplaceEntries(storage, batch, forged.index(), entries));
  tree.WriteTiles(batch);
  state.root = tree.Root();
  state.last_leaf_hash = last;
  batch.Put(keyspace::StateKey(), state.Encode());
  v1::Submission submission;
  submission.ParseFromString(forged.submission());
  ASSIGN_OR_RETURN(const Hash256 key_id, Hash256::FromBytes(submission.key_id()));
  ASSIGN_OR_RETURN(const TreeSize folded, journal::FoldedSize(storage, state.size));
  if (folded.Contains(EntryIndex(forged.index()))) {
    batch.Put(keyspace::SubmissionKey(key_id, submission.idempotency_key()),
              keyspace::SubmissionRecord{EntryIndex(forged.index())}.Encode());
  }
  std::printf("covered up: entries %llu to %llu, their hash chain, all tiles, the root and the idempotency record\n",
              static_cast<unsigned long long>(forged.index()), static_cast<unsigned long long>(state.size.value - 1));
  return Status::Ok();
}

Status Forge(const std::string& directory, uint64_t index, const std::string& amount, bool cover_up) {
  ASSIGN_OR_RETURN(const auto storage, store::OpenRocksStorage({.directory = directory}));
  ASSIGN_OR_RETURN(v1::Entry entry, ReadEntry(*storage, index));
  RETURN_IF_ERROR(ForgeClose(entry, amount));
  std::unique_ptr<journal::Batch> batch = storage->NewBatch();
  if (cover_up) {
    RETURN_IF_ERROR(CoverUp(*storage, *batch, entry));
  } else {
    RETURN_IF_ERROR(ReplaceEntries(*storage, *batch, index, {entry.SerializeAsString()}));
  }
  return storage->Commit(std::move(batch));
}

}  // namespace
}  // namespace ledgerline

int main(int argc, char** argv) {
  CLI::App app(
      "ledgerline-forge: rewrites an amount in a COPY of a ledger, to show that `ledgerline verify` catches it",
      "ledgerline-forge");
  std::string directory, amount;
  uint64_t index = 0;
  bool cover_up = false;
  app.add_option("DIR", directory, "A copy of a ledger; it will be damaged")->required()->check(CLI::ExistingDirectory);
  app.add_option("--entry", index, "The close to forge")->required();
  app.add_option("--amount", amount, "What to move from the rightsholders to the platform")->required();
  app.add_flag("--cover-up", cover_up, "Also recompute every later hash, tile and record");
  CLI11_PARSE(app, argc, argv);
  const ledgerline::Status status = ledgerline::Forge(directory, index, amount, cover_up);
  if (!status.ok()) std::fprintf(stderr, "ledgerline-forge: %s\n", status.message().c_str());
  return status.ok() ? 0 : 3;
}
