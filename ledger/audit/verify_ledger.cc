#include "ledger/audit/verify_ledger.h"

#include "crypto/checkpoint.h"
#include "ledger/audit/entry_examination.h"
#include "ledger/audit/journal_fold.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/entry.h"
#include "ledger/royalty/close.h"

namespace ledgerline::audit {
namespace {

constexpr size_t kListedMax = 50;

// One a line; beyond kListedMax only how many more.
std::string Listed(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size() && i < kListedMax; ++i) text += (i > 0 ? "\n" : "") + items[i];
  if (items.size() > kListedMax) text += "\n... and " + std::to_string(items.size() - kListedMax) + " more";
  return text;
}

// The digest that the entry states must be that of the blob's rows.
Status CheckFile(const v1::Payload& payload, rights::BlobReader& blobs) {
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

// Every catalogue and usage file against what its entry says of it.
void CheckFiles(LedgerView& view, Report& report) {
  uint64_t files = 0;
  std::vector<std::string> bad;
  for (const v1::PayloadType type : {v1::PAYLOAD_TYPE_CATALOGUE_FILE, v1::PAYLOAD_TYPE_USAGE_FILE}) {
    auto entries = view.EntriesOfType(type);
    if (!entries.ok()) return report.Fail("files", entries.status().message());
    for (const EntryIndex index : *entries) {
      ++files;
      const Status status = [&]() -> Status {
        ASSIGN_OR_RETURN(const std::string bytes, view.ReadEntry(index));
        ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
        return CheckFile(entry.submission.payload, view);
      }();
      if (!status.ok()) bad.push_back(Named(index) + ": " + status.message());
    }
  }
  if (!bad.empty()) return report.Fail("files", Listed(bad));
  report.Pass("files", std::to_string(files) + " catalogue and usage files agree with their entries, row by row");
  if (files > 0) {
    report.Trust(
        "What the " + std::to_string(files) +
        " catalogue and usage files say (who owns what, plays, revenue): they are statements of those who sent "
        "them.");
  }
}

void CheckVerdicts(const royalty::LedgerFold& fold, Report& report) {
  const auto generations = fold.rights().Generations(fold.size());
  std::vector<std::string> unauthorised;
  for (const rights::GenerationRecord* generation : generations) {
    if (generation->verdict.authorised()) continue;
    unauthorised.push_back(Named(generation->entry) + " is " + generation->verdict.ToString());
  }
  std::string detail = std::to_string(generations.size()) + " generations judged, " +
                       std::to_string(unauthorised.size()) + " unauthorised (their money is held)";
  if (!unauthorised.empty()) detail += "\n" + Listed(unauthorised);
  report.Pass("verdicts", detail);
}

// What no signature but the operator's stands behind.
void NameTheOperatorsWord(const rights::RightsState& rights, Report& report) {
  std::vector<std::string> attested;
  for (const rights::ConsentRecord* consent : rights.consents().List(rights.size())) {
    if (consent->attested_by == rights::Attestation::kParty) continue;
    attested.push_back(Named(consent->entry) + " of " + consent->party.text());
  }
  if (!attested.empty()) {
    report.Trust("Consents that the operator attested, because the party did not sign them (" +
                 std::to_string(attested.size()) + "):\n" + Listed(attested));
  }
  std::vector<std::string> keys;
  for (const auto* party : rights.Parties(rights.size())) {
    for (const auto* key : rights.keys().KeysOf(party->row.id, rights.size()))
      keys.push_back(party->row.id.text() + " (" + Named(key->entry) + ")");
  }
  if (!keys.empty()) {
    report.Trust(
        "That the keys enrolled for parties are theirs, since the operator enrolled them; a party compares "
        "`ledgerline key show` with the line \"public\" of its key file:\n" +
        Listed(keys));
  }
}

std::vector<EntryIndex> CheckCloses(LedgerView& view, const royalty::LedgerFold& fold, Report& report) {
  std::vector<EntryIndex> equal;
  auto entries = view.EntriesOfType(v1::PAYLOAD_TYPE_PERIOD_CLOSE);
  if (!entries.ok()) {
    report.Fail("closes", entries.status().message());
    return equal;
  }
  for (const EntryIndex index : *entries) {
    const std::string name = "close in " + Named(index);
    const Status status = [&]() -> Status {
      ASSIGN_OR_RETURN(const std::string bytes, view.ReadEntry(index));
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
      const v1::PeriodClose& close = entry.submission.payload.period_close();
      if (close.prefix_size() > index.value) return DataLoss("it claims a prefix that reaches beyond itself");
      ASSIGN_OR_RETURN(const Hash256 root, view.RootAt(TreeSize(close.prefix_size())));
      if (close.prefix_root() != root.view())
        return DataLoss("the prefix root is not the tree's root at size " + std::to_string(close.prefix_size()));
      ASSIGN_OR_RETURN(const royalty::CloseResult expected, royalty::RecomputeClose(fold, index));
      ASSIGN_OR_RETURN(const Hash256 digest, Hash256::FromBytes(close.statements_sha256()));
      ASSIGN_OR_RETURN(const std::string blob, view.ReadBlob(digest));
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
    if (!status.ok())
      report.Fail(name, status.message());
    else
      equal.push_back(index);
  }
  return equal;
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
  royalty::LedgerFold fold;
  const Status folded = FoldJournal(journal, fold);
  if (!folded.ok()) return report.Fail("fold of all entries", folded.message());
  JournalView view(journal);
  VerifyMeaningOf(view, fold, report);
}

std::vector<EntryIndex> VerifyMeaningOf(LedgerView& view, const royalty::LedgerFold& fold, Report& report) {
  CheckFiles(view, report);
  CheckVerdicts(fold, report);
  std::vector<EntryIndex> closes = CheckCloses(view, fold, report);
  const std::vector<rights::Fault> faults = fold.AllFaults();
  if (!faults.empty()) {
    std::vector<std::string> named;
    for (const rights::Fault& fault : faults)
      named.push_back(Named(fault.entry) + (fault.ignored ? " does not count: " : ": ") + fault.text);
    report.Pass("faults in data", std::to_string(faults.size()) + " named\n" + Listed(named));
  }
  NameTheOperatorsWord(fold.rights(), report);
  return closes;
}

void VerifyExtends(const journal::Journal& journal, const std::string& old_checkpoint,
                   const crypto::VerifierKey& log_key, Report& report) {
  const std::string name = "extends the kept checkpoint";
  const Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(const journal::ChainedCheckpoint opened,
                     journal.keys().operator_keys().OpenUnder(log_key, old_checkpoint, /*newer_covers=*/true));
    for (const std::string& trust : opened.taken_on_trust) report.Trust(trust);
    const crypto::Checkpoint& old = opened.checkpoint;
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
