#include "ledger/audit/verify_ledger.h"

#include <map>

#include "crypto/checkpoint.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/entry.h"
#include "ledger/royalty/close.h"

namespace ledgerline::audit {
namespace {

class Blobs : public rights::BlobReader {
 public:
  explicit Blobs(const journal::Journal& journal) : journal_(journal) {}
  Result<std::string> ReadBlob(const Hash256& hash) override { return journal_.ReadBlob(hash); }

 private:
  const journal::Journal& journal_;
};

std::string Named(uint64_t index) { return "entry " + std::to_string(index); }

// The digest that the entry states must be that of the blob's rows.
Status CheckFile(const v1::Payload& payload, Blobs& blobs) {
  if (payload.has_catalogue_file()) {
    ASSIGN_OR_RETURN(const std::string bytes,
                     rights::ReadNamedBlob(blobs, payload.catalogue_file().file().blob_sha256()));
    ASSIGN_OR_RETURN(const exchange::CatalogueFile file, exchange::ParseCatalogueFile(bytes));
    if (file.ToPayload().SerializeAsString() != payload.catalogue_file().SerializeAsString()) {
      return DataLoss("what the entry says of its file (kind, size, rows, root) is not what the file says");
    }
  } else if (payload.has_usage_file()) {
    ASSIGN_OR_RETURN(const std::string bytes, rights::ReadNamedBlob(blobs, payload.usage_file().file().blob_sha256()));
    ASSIGN_OR_RETURN(const exchange::UsageFile file, exchange::ParseUsageFile(bytes));
    if (file.ToPayload(payload.usage_file().kind()).SerializeAsString() != payload.usage_file().SerializeAsString()) {
      return DataLoss("what the entry says of its file (rows, root, totals, periods) is not what the file says");
    }
  }
  return Status::Ok();
}

struct Meaning {
  royalty::LedgerFold fold;
  uint64_t files = 0;
  std::vector<std::string> bad_files;
};

Status FoldAll(const journal::Journal& journal, Meaning& meaning) {
  Blobs blobs(journal);
  return journal.ForEachEntry(EntryIndex(0), journal.size().NextIndex(),
                              [&](EntryIndex index, std::string_view bytes) -> Status {
                                v1::Entry entry;
                                if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
                                  return DataLoss(Named(index.value) + " is not an Entry");
                                ASSIGN_OR_RETURN(const journal::ParsedEntry parsed, journal::ParseEntry(bytes));
                                const v1::Payload& payload = parsed.submission.payload;
                                RETURN_IF_ERROR(meaning.fold.Apply(index, entry, payload, blobs));
                                if (!payload.has_catalogue_file() && !payload.has_usage_file()) return Status::Ok();
                                ++meaning.files;
                                const Status file = CheckFile(payload, blobs);
                                if (!file.ok()) meaning.bad_files.push_back(Named(index.value) + ": " + file.message());
                                return Status::Ok();
                              });
}

void CheckVerdicts(const royalty::LedgerFold& fold, Report& report) {
  const auto generations = fold.rights().Generations(fold.size());
  std::string unauthorised;
  size_t count = 0;
  for (const rights::GenerationRecord* generation : generations) {
    if (generation->verdict.authorised()) continue;
    ++count;
    if (count <= 5) unauthorised += "; " + Named(generation->entry.value) + " is " + generation->verdict.ToString();
  }
  report.Pass("verdicts", std::to_string(generations.size()) + " generations judged, " + std::to_string(count) +
                              " unauthorised (their money is held)" + unauthorised);
}

void CheckCloses(const journal::Journal& journal, const royalty::LedgerFold& fold, Report& report) {
  auto entries = journal.EntriesOfType(v1::PAYLOAD_TYPE_PERIOD_CLOSE);
  if (!entries.ok()) return report.Fail("closes", entries.status().message());
  for (const EntryIndex index : *entries) {
    const std::string name = "close in " + Named(index.value);
    const Status status = [&]() -> Status {
      ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(index));
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
      const v1::PeriodClose& close = entry.submission.payload.period_close();
      if (close.prefix_size() > index.value) return DataLoss("it claims a prefix that reaches beyond itself");
      ASSIGN_OR_RETURN(const Hash256 root, journal.RootAt(TreeSize(close.prefix_size())));
      if (close.prefix_root() != root.view())
        return DataLoss("the prefix root is not the tree's root at size " + std::to_string(close.prefix_size()));
      ASSIGN_OR_RETURN(const royalty::CloseResult expected, royalty::RecomputeClose(fold, index));
      ASSIGN_OR_RETURN(const Hash256 digest, Hash256::FromBytes(close.statements_sha256()));
      ASSIGN_OR_RETURN(const std::string blob, journal.ReadBlob(digest));
      RETURN_IF_ERROR(royalty::CompareClose(expected, close, blob));
      ASSIGN_OR_RETURN(const royalty::Statements statements, royalty::ParseStatements(blob));
      RETURN_IF_ERROR(royalty::CheckStatements(statements));
      std::string totals;
      for (const royalty::Totals& total : statements.totals)
        totals += ", pool " + total.pool.ToString() + " divided exactly";
      report.Pass(name, close.period() + ": computed again from " + std::to_string(close.prefix_size()) + " entries, " +
                            std::to_string(statements.lines.size()) + " lines equal byte by byte" + totals);
      return Status::Ok();
    }();
    if (!status.ok()) report.Fail(name, status.message());
  }
}

}  // namespace

void AddJournalReport(const journal::VerifyReport& journal_report, Report& report) {
  for (const journal::VerifyCheck& check : journal_report.checks) {
    if (check.passed()) {
      report.Pass(check.name, check.covered);
      continue;
    }
    std::string detail;
    for (const std::string& failure : check.failures) detail += (detail.empty() ? "" : "\n") + failure;
    if (check.failure_count > check.failures.size())
      detail += "\n... and " + std::to_string(check.failure_count - check.failures.size()) + " more";
    report.Fail(check.name, detail);
  }
  for (const std::string& trust : journal_report.taken_on_trust) report.Trust(trust);
  if (journal_report.key_from_outside) report.SetAnchored();
}

void VerifyMeaning(const journal::Journal& journal, Report& report) {
  Meaning meaning;
  const Status folded = FoldAll(journal, meaning);
  if (!folded.ok()) return report.Fail("fold of all entries", folded.message());
  if (meaning.bad_files.empty()) {
    report.Pass("files",
                std::to_string(meaning.files) + " catalogue and usage files agree with their entries, row by row");
  } else {
    std::string detail;
    for (const std::string& bad : meaning.bad_files) detail += (detail.empty() ? "" : "\n") + bad;
    report.Fail("files", detail);
  }
  CheckVerdicts(meaning.fold, report);
  CheckCloses(journal, meaning.fold, report);
  const std::vector<rights::Fault> faults = meaning.fold.AllFaults();
  if (!faults.empty()) {
    std::string list;
    for (size_t i = 0; i < faults.size() && i < 5; ++i)
      list += "; " + Named(faults[i].entry.value) + (faults[i].ignored ? " does not count: " : ": ") + faults[i].text;
    report.Pass("faults in data", std::to_string(faults.size()) + " named, none of them hidden" + list);
  }
}

void VerifyExtends(const journal::Journal& journal, const std::string& old_checkpoint,
                   const crypto::VerifierKey& log_key, Report& report) {
  const std::string name = "extends the kept checkpoint";
  const Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(const crypto::Checkpoint old, crypto::OpenCheckpoint(old_checkpoint, log_key));
    if (old.size > journal.size()) {
      return DataLoss("the kept checkpoint has size " + std::to_string(old.size.value) + ", the ledger only " +
                      std::to_string(journal.size().value) + ": entries were removed");
    }
    ASSIGN_OR_RETURN(const Hash256 root, journal.RootAt(old.size));
    if (root != old.root)
      return DataLoss("at size " + std::to_string(old.size.value) +
                      " this ledger has another root than the kept checkpoint: history was rewritten");
    report.Pass(name, "size " + std::to_string(old.size.value) + " is a prefix of size " +
                          std::to_string(journal.size().value));
    return Status::Ok();
  }();
  if (!status.ok()) report.Fail(name, status.message());
}

}  // namespace ledgerline::audit
