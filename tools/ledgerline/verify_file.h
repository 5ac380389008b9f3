// Offline verification of one file: a receipt, a tlog-proof, an audit pack, a promise, or evidence of a fork. Needs
// neither the ledger nor a store.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_VERIFY_FILE_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_VERIFY_FILE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/trust_anchor.h"
#include "ledger/audit/receipt.h"
#include "ledger/audit/report.h"
#include "ledger/journal/promise.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// What the caller brings to the checks of a file.
struct FileChecks {
  // Auditors whom the verifier trusts, beside the policy's.
  std::vector<crypto::PolicyAuditor> auditors;
  // Compares the files that lie beside a receipt, in `directory`.
  std::function<void(const audit::Receipt&, const std::string& directory, audit::Report&)> delivered_files;
  // Compares a promise with the ledger that gave it. Empty: it is not at hand, and the report says so.
  std::function<Status(const journal::Promise&, const journal::PromisedCommit&, const crypto::VerifierKey&,
                       audit::Report&)>
      promise_kept;
  // Checkpoints that somebody kept, each with the name that it goes by: where a proof of extension starts.
  std::vector<std::pair<std::string, std::string>> kept_checkpoints;
};

// The verifier keys, or files with one, of auditors. Errors: kInvalidArgument, kNotFound (name --auditor).
Result<std::vector<crypto::PolicyAuditor>> ReadAuditors(const std::vector<std::string>& vkeys);

// Errors: those of reading, kInvalidArgument (no file of ours; one that is only checked against a key, and no anchor).
Result<audit::Report> VerifyFile(const std::string& path, const std::optional<crypto::TrustAnchor>& anchor,
                                 const FileChecks& checks);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_VERIFY_FILE_H_
