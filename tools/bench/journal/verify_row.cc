#include <algorithm>
#include <thread>

#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/events.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/hardware_limits.h"
#include "tools/bench/journal/large_ledger.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

// Inputs of one kind that the format makes a verifier hash.
struct HashWork {
  double count = 0;
  double bytes = 0;
  double Seconds(size_t cores) const {
    return count == 0 ? 0 : count / Sha256Rate(cores, static_cast<size_t>(bytes / count + 0.5));
  }
};

// Leaf and node hashes have a byte before the entry or before two hashes (RFC 6962 section 2.1).
struct Work {
  uint64_t entries = 0;
  uint64_t signatures = 0;
  HashWork leaves;  // of the tree, one for each entry: the chain is made of them
  HashWork items;   // of the batches' own trees
  HashWork nodes;   // of both
  double bytes() const { return leaves.bytes + items.bytes + nodes.bytes; }
};

Work WorkOf(const std::string& ledger, const Packing& packing) {
  const auto journal = Must(store::OpenJournalReadOnly(ledger));
  Work work;
  work.entries = journal->size().value;
  MustBeOk(journal->ForEachEntry(EntryIndex{0}, EntryIndex{work.entries}, [&](EntryIndex, std::string_view entry) {
    work.leaves.count += 1;
    work.leaves.bytes += 1 + static_cast<double>(entry.size());
    return Status::Ok();
  }));
  work.nodes.count = static_cast<double>(work.entries) - 1;
  work.signatures = work.entries;
  if (packing.signed_batches) {
    work.signatures = Must(journal->EntriesOfType(v1::PAYLOAD_TYPE_BATCH_HEADER)).size();
    const uint64_t items = work.entries - work.signatures - 1;
    work.nodes.count += static_cast<double>(items - work.signatures);
    work.items.count = static_cast<double>(items);
    for (uint64_t from = 0, to = 10; from < items; from = to, to *= 10) {  // numbers of one length
      v1::BatchItem item;
      item.set_idempotency_key("event " + std::to_string(from));
      item.set_payload(std::string(kEventBytes, 'e'));
      work.items.bytes +=
          static_cast<double>(std::min(to, items) - from) * (1 + static_cast<double>(item.ByteSizeLong()));
    }
    ++work.signatures;  // genesis
  }
  work.nodes.bytes = 65 * work.nodes.count;
  return work;
}

double VerifySeconds(const std::string& ledger, uint64_t entries) {
  const Stopwatch watch;
  const journal::VerifyReport verified = store::VerifyDirectory(ledger);
  const double seconds = watch.Seconds();
  if (!verified.passed() || verified.size.value != entries || verified.checkpoint_size != verified.size) {
    Die(DataLoss("the large ledger does not verify"));
  }
  return seconds;
}

std::string Rounded(double value, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.2f %s", value, unit);
  return text;
}

void OneLine(const BenchOptions& options, const Packing& packing, size_t entries, const crypto::Signer& signer,
             Report& report) {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::string ledger = LargeLedger(options, packing, entries, signer);
  const Work work = WorkOf(ledger, packing);
  const size_t text_bytes = journal::SubmissionText(kOrigin, "event 100000", "").size();
  Figure verify{"full verify", "s", {}, {}}, rate{"full verify", "entries/s", {}, {}};
  Figure tree{"SHA-256 limit, chain and tree", "s", {}, {}}, of_tree{"of that limit", "", {}, {}};
  Figure hash{"SHA-256 limit, batch roots too", "s", {}, {}}, of_hash{"of that limit", "", {}, {}};
  Figure signature{"Ed25519 limit", "s", {}, {}}, of_signature{"of that limit", "", {}, {}};
  for (size_t repeat = 0; repeat < options.large_repeats; ++repeat) {
    const double seconds = VerifySeconds(ledger, work.entries);
    verify.samples.push_back(seconds);
    rate.samples.push_back(static_cast<double>(work.entries) / seconds);
    const HashWork tree_nodes = {static_cast<double>(work.entries), 65 * static_cast<double>(work.entries)};
    tree.samples.push_back(work.leaves.Seconds(cores) + tree_nodes.Seconds(cores));
    of_tree.samples.push_back(tree.samples.back() / seconds);
    hash.samples.push_back(work.leaves.Seconds(cores) + work.items.Seconds(cores) + work.nodes.Seconds(cores));
    of_hash.samples.push_back(hash.samples.back() / seconds);
    signature.samples.push_back(static_cast<double>(work.signatures) / Ed25519VerifyRate(cores, text_bytes));
    of_signature.samples.push_back(signature.samples.back() / seconds);
  }
  std::vector<Figure> figures = {verify, rate};
  if (packing.signed_batches) {
    of_hash.reach = AtLeast(0.6);
    figures.insert(figures.end(), {hash, of_hash, tree, of_tree});
  } else {
    of_signature.reach = AtLeast(0.8);
    figures.insert(figures.end(), {signature, of_signature, tree, of_tree});
  }
  report.Add("verify",
             std::to_string(work.entries) + " entries, " + std::to_string(work.signatures) + " signatures, " +
                 std::to_string(cores) + " cores",
             std::move(figures),
             {"Hashed by the format's rules: " + Rounded(work.bytes() / 1e9, "GB") + " (" +
              Rounded(work.leaves.bytes / 1e9, "GB of entries, ") + Rounded(work.items.bytes / 1e9, "GB of items, ") +
              Rounded(work.nodes.bytes / 1e9, "GB of nodes)")});
}

}  // namespace

void VerifyRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  OneLine(options, kLargePacking, options.large, signer, report);
  OneLine(options, kLargeSignedPacking, options.large_signed, signer, report);
}

}  // namespace ledgerline::bench
