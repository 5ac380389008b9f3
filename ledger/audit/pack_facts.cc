#include "ledger/audit/pack_facts.h"

#include "crypto/merkle.h"

namespace ledgerline::audit {
namespace {

std::string RowName(uint64_t entry, uint64_t row) {
  return "row " + std::to_string(row) + " of the file of entry " + std::to_string(entry);
}

class Reader {
 public:
  Reader(const EntryExamination& examined, Report& report) : examined_(examined), report_(report) {}

  void Read(const PackFile& file) {
    const std::string name = "file of entry " + std::to_string(file.entry);
    const auto found = examined_.entries().find(EntryIndex(file.entry));
    if (found == examined_.entries().end()) return report_.Fail(name, "its entry is not in the pack, or does not hold");
    const v1::Payload& payload = found->second.submission.payload;
    if (!payload.has_usage_file() && !payload.has_catalogue_file())
      return report_.Fail(name, "its entry brought no file");
    const bool usage = payload.has_usage_file();
    const v1::FileDigest& digest = usage ? payload.usage_file().file() : payload.catalogue_file().file();
    const auto root = Hash256::FromBytes(digest.rows_root());
    if (!root.ok()) return report_.Fail(name, "rows_root: " + root.status().message());
    std::string csv = file.header + "\n";
    for (size_t i = 0; i < file.rows.size(); ++i) {
      const PackFile::Row& row = file.rows[i];
      if (i > 0 && row.number <= file.rows[i - 1].number)
        return report_.Fail(name, "row " + std::to_string(row.number) + " stands out of order");
      const Status included = crypto::VerifyInclusion(crypto::LeafHash(row.text), EntryIndex(row.number),
                                                      TreeSize(digest.row_count()), row.proof, *root);
      if (!included.ok()) return report_.Fail(RowName(file.entry, row.number), included.message());
      csv += row.text + "\n";
    }
    const Status read = usage ? ReadUsage(file, csv) : ReadCatalogue(file, csv);
    if (!read.ok()) return report_.Fail(name, read.message());
    ++files_;
    rows_ += file.rows.size();
  }

  PackFacts Finish() {
    if (files_ > 0)
      report_.Pass("rows of files", std::to_string(rows_) + " rows of " + std::to_string(files_) +
                                        " files, each proved to be in the file that its entry names");
    for (const auto& [index, entry] : examined_.entries()) {
      if (entry.type != v1::PAYLOAD_TYPE_GENERATION) continue;
      const v1::Generation& made = entry.submission.payload.generation();
      facts_.generations.emplace(made.cover_recording_id(), &made);
    }
    return std::move(facts_);
  }

 private:
  Status ReadUsage(const PackFile& file, const std::string& csv) {
    ASSIGN_OR_RETURN(exchange::UsageFile parsed, exchange::ParseUsageFile(csv));
    for (exchange::UsageRow& row : parsed.rows) {
      row.number = file.rows[row.number].number;  // in the whole file
      facts_.usage.emplace(royalty::RowReference{file.entry, row.number}, row);
    }
    return Status::Ok();
  }

  Status ReadCatalogue(const PackFile& file, const std::string& csv) {
    ASSIGN_OR_RETURN(const exchange::CatalogueFile parsed, exchange::ParseCatalogueFile(csv));
    if (const auto* cards = std::get_if<std::vector<exchange::RateCardRow>>(&parsed.rows)) {
      for (const auto& card : *cards) facts_.rate_cards.emplace(std::pair(file.entry, card.id.text()), card);
    } else if (const auto* sets = std::get_if<std::vector<exchange::ShareSetRow>>(&parsed.rows)) {
      for (const auto& set : *sets) facts_.share_sets.emplace(std::pair(file.entry, set.id.text()), set);
    } else if (const auto* recordings = std::get_if<std::vector<exchange::RecordingRow>>(&parsed.rows)) {
      // Files come by entry: the last statement counts.
      for (const auto& recording : *recordings) facts_.recordings.insert_or_assign(recording.id.text(), recording);
    }
    return Status::Ok();
  }

  const EntryExamination& examined_;
  Report& report_;
  PackFacts facts_;
  size_t files_ = 0, rows_ = 0;
};

}  // namespace

PackFacts ReadFacts(const AuditPack& pack, const EntryExamination& examined, Report& report) {
  Reader reader(examined, report);
  for (size_t i = 0; i < pack.files.size(); ++i) {
    if (i > 0 && pack.files[i].entry <= pack.files[i - 1].entry) {
      report.Fail("file of entry " + std::to_string(pack.files[i].entry), "it stands out of order");
      continue;
    }
    reader.Read(pack.files[i]);
  }
  return reader.Finish();
}

}  // namespace ledgerline::audit
