// Catalogue files: recognised by their header, read into rows, and digested. The same function reads a file at import
// and again in every fold of the ledger, so that what was admitted and what is computed from cannot differ. Format:
// docs/formats/catalogue_csv.md.
#ifndef LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_FILE_H_
#define LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_FILE_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/exchange/catalogue_row.h"
#include "ledgerline/v1/catalogue.pb.h"

namespace ledgerline::exchange {

enum class FileKind {
  kPrivateParties,  // with names; must be split first (parties_file.h) and never reaches the ledger
  kParties,         // the public part: party_id, role, commitment
  kWorks,
  kRecordings,
  kShareSets,
  kRateCards,
  kUsage,
};

std::string_view FileKindName(FileKind kind);  // "share sets"

// By the header alone. Errors: those of ReadCsv; kInvalidArgument (the columns are of no known kind).
Result<FileKind> DetectFileKind(std::string_view bytes);

struct CatalogueFile {
  v1::CatalogueKind kind = v1::CATALOGUE_KIND_UNSPECIFIED;
  // Rows by id: several lines of a file make one recording or share set.
  std::variant<std::vector<PartyRow>, std::vector<WorkRow>, std::vector<RecordingRow>, std::vector<ShareSetRow>,
               std::vector<RateCardRow>>
      rows;
  std::vector<std::string> warnings;  // wrong check digits, with line and column; the values are kept
  v1::FileDigest digest;              // of the bytes as received; they are the blob

  size_t row_count() const;  // things, not lines
  v1::CatalogueFile ToPayload() const;
};

// Reads every kind but kPrivateParties and kUsage. An id stands once in a file (recordings and share sets: all of its
// lines agree). Errors: kInvalidArgument, kOutOfRange; all name line, column, value and rule.
Result<CatalogueFile> ParseCatalogueFile(std::string_view bytes);

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_FILE_H_
