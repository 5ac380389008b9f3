// Statements come from outside when someone checks a pack. What is read is written again byte for byte; checks and
// texts end.
#include <cstdint>
#include <cstdlib>

#include "ledger/royalty/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string header =
      "{\"type\":\"header\",\"format\":\"ledgerline-statements/1\",\"rules\":\"ledgerline-rules/"
      "1\",\"period\":\"2026-10\",\"prefix_size\":1}\n";
  for (const std::string& blob : {std::string(text), header + std::string(text)}) {
    const auto statements = royalty::ParseStatements(blob);
    if (!statements.ok()) continue;
    if (royalty::SerializeStatements(*statements) != blob) std::abort();
    royalty::CheckStatements(*statements).IgnoreError();
    royalty::RenderTotals(*statements);
    for (const auto& line : statements->lines) {
      const std::string owner =
          line.account == royalty::Account::kParty ? line.party : std::string(royalty::AccountName(line.account));
      for (const auto format :
           {royalty::StatementFormat::kText, royalty::StatementFormat::kCsv, royalty::StatementFormat::kJson}) {
        if (!royalty::RenderStatement(*statements, owner, format).ok()) std::abort();
      }
    }
  }
  return 0;
}
