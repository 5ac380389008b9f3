#include <random>

#include "crypto/merkle.h"
#include "ledger/journal/keyspace.h"
#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/large_ledger.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

constexpr size_t kProofs = 20'000;

std::vector<EntryIndex> RandomIndices(TreeSize size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<uint64_t> index(0, size.value - 1);
  std::vector<EntryIndex> indices;
  for (size_t i = 0; i < kProofs; ++i) indices.push_back(EntryIndex{index(random)});
  return indices;
}

// The proofs lead from the entries' bytes, read anew, to the root of the signed tree.
void CheckProofs(const journal::Journal& journal, const journal::Journal::Head& head,
                 const std::vector<EntryIndex>& indices, const std::vector<crypto::Proof>& proofs) {
  for (size_t i = 0; i < proofs.size(); ++i) {
    const Hash256 leaf = crypto::LeafHash(Must(journal.ReadEntry(indices[i])));
    MustBeOk(crypto::VerifyInclusion(leaf, indices[i], head.size, proofs[i], head.root));
  }
}

// The keys of the records in which random entries are, found by looking for the first one from there on.
std::vector<std::string> RecordKeys(const journal::Journal& journal, const std::vector<EntryIndex>& indices) {
  std::vector<std::string> keys;
  const std::string prefix(1, journal::keyspace::kEntry);
  for (const EntryIndex index : indices) {
    std::string from = prefix;
    journal::keyspace::AppendBigEndian64(from, index.value);
    const auto cursor = journal.storage().Scan(from, journal::keyspace::PrefixEnd(prefix));
    if (cursor->Valid()) keys.emplace_back(cursor->key());
  }
  if (keys.size() < indices.size() / 2) Die(Internal("the store has no records of entries where they are looked for"));
  return keys;
}

}  // namespace

void ProofRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  const std::string ledger = LargeLedger(options, kLargePacking, options.large, signer);
  const auto journal = Must(store::OpenJournalReadOnly(ledger));
  const journal::Journal::Head head = journal->head();
  Figure proof{"inclusion proof", "us", {}, {}}, entry{"journal, read an entry", "us", {}, {}};
  Figure read{"RocksDB point read of a record", "us", {}, {}}, bytes{"bytes in a record, mean", "", {}, {}};
  Figure times{"times a point read", "", {}, Below(10)};
  for (size_t repeat = 0; repeat < options.repeats; ++repeat) {
    const std::vector<EntryIndex> indices = RandomIndices(head.size, 2 * repeat);
    std::vector<crypto::Proof> proofs;
    proofs.reserve(indices.size());
    const Stopwatch proving;
    for (const EntryIndex index : indices) proofs.push_back(Must(journal->InclusionProof(index, head.size)));
    proof.samples.push_back(1e6 * proving.Seconds() / static_cast<double>(indices.size()));
    CheckProofs(*journal, head, indices, proofs);

    const std::vector<EntryIndex> others = RandomIndices(head.size, 2 * repeat + 1);
    const Stopwatch reading_entries;
    for (const EntryIndex index : others) Must(journal->ReadEntry(index));
    entry.samples.push_back(1e6 * reading_entries.Seconds() / static_cast<double>(others.size()));

    const std::vector<std::string> keys = RecordKeys(*journal, RandomIndices(head.size, 2 * repeat + 2));
    double read_bytes = 0;
    const Stopwatch reading;
    for (const std::string& key : keys) {
      const std::optional<std::string> value = Must(journal->storage().Get(key));
      if (!value) Die(DataLoss("a record of entries has gone"));
      read_bytes += static_cast<double>(value->size());
    }
    read.samples.push_back(1e6 * reading.Seconds() / static_cast<double>(keys.size()));
    bytes.samples.push_back(read_bytes / static_cast<double>(keys.size()));
    times.samples.push_back(proof.samples.back() / read.samples.back());
  }
  report.Add(
      "proof",
      std::to_string(kProofs) + " random entries of a tree of " + std::to_string(head.size.value) + ", one thread",
      {proof, read, times, entry, bytes},
      {"Every timed proof was then verified against the root of the tree, from the entry's bytes."});
}

}  // namespace ledgerline::bench
