#include <sys/stat.h>

#include <filesystem>

#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/bench_directory.h"
#include "tools/bench/journal/events.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/submitters.h"

namespace ledgerline::bench {
namespace {

struct DiskUse {
  double allocated = 0;  // blocks on the disk, directories included, as du counts
  double written = 0;    // the files' sizes
};

void AddUse(const std::filesystem::path& path, DiskUse& use) {
  struct stat file = {};
  if (lstat(path.c_str(), &file) != 0) Die(Unavailable("cannot look at " + path.string()));
  use.allocated += 512.0 * static_cast<double>(file.st_blocks);
  if (S_ISREG(file.st_mode)) use.written += static_cast<double>(file.st_size);
}

DiskUse UseOf(const std::string& directory) {
  DiskUse use;
  AddUse(directory, use);
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) AddUse(file.path(), use);
  return use;
}

}  // namespace

void DiskRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  const Packing packing = {true, 100};
  const size_t events = options.events * 10;
  const std::string ledger = FreshDirectory(options.directory + "/disk") + "/ledger";
  SystemClock clock;
  {
    const auto journal = Must(store::CreateJournal(ledger, kOrigin, signer, clock));
    const RequestSource source = [&](size_t i) { return SignedRequest(packing, i * packing.events, signer); };
    SubmitAll(*journal, packing, events / packing.events, source, {options.submitters, 2});
    Must(journal->SignCheckpoint());
  }
  // What is only in the write-ahead log goes into table files when the journal is opened again.
  { Must(store::OpenJournal(ledger, signer, clock)); }
  const journal::VerifyReport verified = store::VerifyDirectory(ledger);
  if (!verified.passed() || verified.size.value < events) Die(DataLoss("the ledger does not verify"));
  const DiskUse use = UseOf(ledger);
  const auto count = static_cast<double>(events);
  report.Add("disk", std::to_string(events) + " events in signed batches of 100, closed",
             {{"on disk (du), everything", "bytes/event", {use.allocated / count}, {}},
              {"of that the files' sizes", "bytes/event", {use.written / count}, {}},
              {"times the event's 300 bytes", "", {use.allocated / count / kEventBytes}, Below(2)}});
}

}  // namespace ledgerline::bench
