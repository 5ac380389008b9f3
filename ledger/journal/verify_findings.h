// How the parts of a full verify word what they find.
#ifndef LEDGERLINE_LEDGER_JOURNAL_VERIFY_FINDINGS_H_
#define LEDGERLINE_LEDGER_JOURNAL_VERIFY_FINDINGS_H_

#include <cstdint>
#include <set>
#include <string>

#include "ledger/journal/verify.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

std::string EntryName(EntryIndex index);  // "entry 12"
// "1,204 entries", as people write numbers.
std::string CountOf(uint64_t n, const std::string& one, const std::string& many);

void Fail(VerifyCheck& check, std::string message);
// With `what` before the status's message, unless it is empty.
void FailUnlessOk(VerifyCheck& check, const Status& status, const std::string& what);
// Names the entry only if it has to: most entries are fine.
void FailUnlessOk(VerifyCheck& check, const Status& status, EntryIndex index);

// Neighbouring stretches may come upon the same damage: it is said once.
class FailOnce {
 public:
  void operator()(VerifyCheck& check, const Status& status, const std::string& what);

 private:
  std::set<std::string> said_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_VERIFY_FINDINGS_H_
