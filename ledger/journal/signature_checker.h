// Checks the signatures of many submissions on several threads; what fails is reported in the order of the entries.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_
#define LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "ledger/journal/submission.h"
#include "ledger/journal/work_crew.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// What a submission's signature is checked against: a few hundred bytes, whatever the submission's size.
struct SignedText {
  std::string text;  // SubmissionText
  crypto::Signature signature;
  Hash256 key_id;
};
SignedText SignedTextOf(const ParsedSubmission& submission);
// As CheckSignature of the submission. Errors: kPermissionDenied.
Status CheckSignedText(const SignedText& signed_text, const crypto::PublicKey& key);

// Used from one thread. Keeps at most 64 chunks of 64 signatures for each thread of the crew.
class SignatureChecker {
 public:
  // Borrows the crew. `report` is called for every signature that does not hold, on the caller's thread.
  SignatureChecker(WorkCrew& crew, std::function<void(EntryIndex, const Status&)> report);

  // Takes one; the crew checks them while the caller goes on, but not if it runs too far ahead.
  void Add(EntryIndex index, SignedText signed_text, const crypto::PublicKey& key);
  // Checks what is left.
  void Flush();
  uint64_t checked() const { return checked_; }

 private:
  struct Signature {
    EntryIndex index;
    SignedText signed_text;
    crypto::PublicKey key;
    Status result;
  };
  struct Chunk {
    std::vector<Signature> signatures;
    WorkCrew::Handle job;
  };
  void Start();
  void FinishFirst();
  WorkCrew& crew_;
  std::function<void(EntryIndex, const Status&)> report_;
  std::vector<Signature> next_;
  std::deque<std::shared_ptr<Chunk>> running_;
  uint64_t checked_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_
