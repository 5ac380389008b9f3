// A journal's own files as a follower reads them, without an export between.
#ifndef LEDGERLINE_LEDGER_AUDIT_JOURNAL_LOG_SOURCE_H_
#define LEDGERLINE_LEDGER_AUDIT_JOURNAL_LOG_SOURCE_H_

#include <string>

#include "ledger/audit/log_source.h"
#include "ledger/journal/journal.h"

namespace ledgerline::audit {

// Borrows the journal.
class JournalLogSource : public LogSource {
 public:
  JournalLogSource(const journal::Journal& journal, std::string name) : journal_(journal), name_(std::move(name)) {}
  Result<std::string> Get(std::string_view path) override;
  std::string name() const override { return name_; }

 private:
  const journal::Journal& journal_;
  std::string name_;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_JOURNAL_LOG_SOURCE_H_
