// What a witness must not forget: for each log the last checkpoint that it cosigned, and evidence of forks.
#ifndef LEDGERLINE_LEDGER_WITNESS_WITNESS_STORE_H_
#define LEDGERLINE_LEDGER_WITNESS_WITNESS_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "ledger/witness/fork_evidence.h"
#include "schemas/status.h"

namespace ledgerline::witness {

// Used by one witness at a time.
class WitnessStore {
 public:
  virtual ~WitnessStore() = default;
  // The note that was kept last for this log, if any. Errors: kUnavailable, kDataLoss.
  virtual Result<std::optional<std::string>> Latest(const std::string& origin) const = 0;
  // Keeps `note` in place of the last one, all of it or nothing, and on the medium when this returns ok.
  // Errors: kResourceExhausted (disk full), kUnavailable.
  virtual Status Keep(const std::string& origin, const std::string& note) = 0;
  // The same evidence twice is kept once. Errors: as Keep; kResourceExhausted also above kEvidenceFilesMax.
  virtual Status KeepEvidence(const ForkEvidence& evidence) = 0;
  // Names of what was kept, ascending; each is read with ReadEvidence. Errors: kUnavailable.
  virtual Result<std::vector<std::string>> EvidenceNames() const = 0;
  virtual Result<std::string> ReadEvidence(const std::string& name) const = 0;
};

inline constexpr size_t kEvidenceFilesMax = 1000;

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_LEDGER_WITNESS_WITNESS_STORE_H_
