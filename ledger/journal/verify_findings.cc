#include "ledger/journal/verify_findings.h"

#include <utility>

namespace ledgerline::journal {

std::string EntryName(EntryIndex index) { return "entry " + std::to_string(index.value); }

std::string CountOf(uint64_t n, const std::string& one, const std::string& many) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits + " " + (n == 1 ? one : many);
}

void Fail(VerifyCheck& check, std::string message) {
  if (check.failures.size() < kFailuresKept) check.failures.push_back(std::move(message));
  ++check.failure_count;
}

void FailUnlessOk(VerifyCheck& check, const Status& status, const std::string& what) {
  if (!status.ok()) Fail(check, what.empty() ? status.message() : what + ": " + status.message());
}

void FailUnlessOk(VerifyCheck& check, const Status& status, EntryIndex index) {
  if (!status.ok()) FailUnlessOk(check, status, EntryName(index));
}

void FailOnce::operator()(VerifyCheck& check, const Status& status, const std::string& what) {
  if (!status.ok() && said_.insert(what + status.message()).second) FailUnlessOk(check, status, what);
}

}  // namespace ledgerline::journal
