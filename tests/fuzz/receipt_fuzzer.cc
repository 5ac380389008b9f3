// Receipts come from outside: any bytes are either refused or survive being written and read again, and their verification ends.
#include <cstdint>
#include <cstdlib>

#include "ledger/audit/receipt.h"
#include "ledger/audit/verify_receipt.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto receipt = audit::ParseReceipt(text);
  if (!receipt.ok()) return 0;
  auto written = audit::FormatReceipt(*receipt, "{}");
  if (!written.ok()) std::abort();
  if (!audit::ParseReceipt(*written).ok()) std::abort();
  const audit::Report report = audit::VerifyReceipt(*receipt, std::nullopt);
  if (report.anchored()) std::abort();  // nothing inside a receipt is an anchor
  return 0;
}
