// Catalogue files in the fold: read by the function that read them at import, then row by row.
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/csv.h"
#include "ledger/rights/rights_state.h"

namespace ledgerline::rights {

Status RightsState::ApplyCatalogue(EntryIndex index, const v1::CatalogueFile& payload, BlobReader& blobs) {
  if (payload.file().blob_sha256().size() != Hash256::kSize) {
    AddFault(
        index, true,
        "catalogue file: blob_sha256 of " + std::to_string(payload.file().blob_sha256().size()) + " bytes; must be 32");
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadNamedBlob(blobs, payload.file().blob_sha256()));
  const auto file = exchange::ParseCatalogueFile(bytes);
  if (!file.ok()) {
    AddFault(index, true, "catalogue file: " + file.status().message());
    return Status::Ok();
  }
  if (file->kind != payload.kind()) {
    AddFault(index, true,
             "catalogue file: its columns are of kind " + std::to_string(file->kind) + ", the entry says " +
                 std::to_string(payload.kind()));
    return Status::Ok();
  }
  const v1::FileDigest& said = payload.file();
  if (said.byte_size() != file->digest.byte_size() || said.row_count() != file->digest.row_count() ||
      said.rows_root() != file->digest.rows_root()) {
    AddFault(index, true, "catalogue file: size, row count or rows_root are not those of the file");
    return Status::Ok();
  }
  catalogue_headers_.emplace(index, exchange::HeaderLine(bytes));
  for (const std::string& warning : file->warnings) AddFault(index, false, warning);
  std::visit(
      [&](const auto& rows) {
        for (const auto& row : rows) AddRow(index, row);
      },
      file->rows);
  return Status::Ok();
}

void RightsState::AddRow(EntryIndex index, const exchange::PartyRow& row) { parties_.Add(index, row.id, row); }

void RightsState::AddRow(EntryIndex index, const exchange::WorkRow& row) { works_.Add(index, row.id, row); }

void RightsState::AddRow(EntryIndex index, const exchange::RecordingRow& row) {
  if (const auto cover = covers_.find(row.id); cover != covers_.end()) {
    return AddFault(index, false,
                    "recording " + row.id.text() + " is a cover, of entry " + std::to_string(cover->second.value) +
                        "; this row is ignored");
  }
  for (const exchange::WorkPart& part : row.works) {
    if (works_.Find(part.work, TreeSize{index.value + 1}) == nullptr) {
      AddFault(index, false,
               "recording " + row.id.text() + " names work " + part.work.text() + ", which is not known yet");
    }
  }
  originals_.Add(index, row.id, row);
}

void RightsState::AddRow(EntryIndex index, const exchange::ShareSetRow& row) {
  const TreeSize through{index.value + 1};
  for (const exchange::ShareLine& line : row.lines) {
    if (parties_.Find(line.party, through) == nullptr) {
      AddFault(index, false,
               "share set " + row.id.text() + " names party " + line.party.text() + ", which is not known yet");
    }
  }
  for (const ShareSetVersion* other : shares_.Overlapping(row, through)) {
    AddFault(index, false,
             "share set " + row.id.text() + " overlaps share set " + other->row.id.text() + " of entry " +
                 std::to_string(other->entry.value) + " for " + std::string(exchange::RightName(row.right)) + " of " +
                 row.asset.ToString() + "; what both reach is contested and its money held");
  }
  shares_.Add(index, row);
}

void RightsState::AddRow(EntryIndex index, const exchange::RateCardRow& row) { rate_cards_.Add(index, row.id, row); }

}  // namespace ledgerline::rights
