// Receipt: one JSON file that proves, offline, that an entry is in the log: the entry, its inclusion proof, the signed
// checkpoint, and the entries that it rests on with their proofs. The format is in docs/formats/receipt.md.
#ifndef LEDGERLINE_LEDGER_AUDIT_RECEIPT_H_
#define LEDGERLINE_LEDGER_AUDIT_RECEIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit/proved_entry.h"
#include "schemas/status.h"

namespace ledgerline::audit {

inline constexpr std::string_view kReceiptFormat = "ledgerline-receipt/1";
inline constexpr size_t kReceiptBytesMax = size_t{8} << 20;
inline constexpr size_t kReceiptEntriesMax = 1024;

// A file delivered with the receipt, named without its directory.
struct DeliveredFile {
  std::string name;
  std::string sha256_hex;  // of the file's bytes
};

struct Receipt {
  std::string checkpoint;  // a signed note
  ProvedEntry subject;
  std::vector<ProvedEntry> supporting;  // what the subject rests on: genesis, key enrolments, permit, consents
  std::vector<DeliveredFile> files;
};

// `summary_json` is an object for people; a verifier ignores it. Errors: kInvalidArgument (it is no JSON object).
Result<std::string> FormatReceipt(const Receipt& receipt, const std::string& summary_json);
// Errors: kInvalidArgument naming the field; kOutOfRange (above kReceiptBytesMax or kReceiptEntriesMax).
Result<Receipt> ParseReceipt(std::string_view text);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_RECEIPT_H_
