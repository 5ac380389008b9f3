#include "ledger/journal/signature_checker.h"

#include <future>
#include <utility>

#include "ledger/journal/key_registry.h"

namespace ledgerline::journal {
namespace {

// At about 100 us a signature, a chunk keeps each core busy for a tenth of a second or so.
constexpr size_t kChunk = 2048;

}  // namespace

SignatureChecker::SignatureChecker(size_t threads, std::function<void(EntryIndex, const Status&)> report)
    : threads_(threads), report_(std::move(report)) {}

void SignatureChecker::Add(EntryIndex index, ParsedSubmission submission, const crypto::PublicKey& key) {
  jobs_.push_back({index, std::move(submission), key, Status::Ok()});
  if (jobs_.size() >= kChunk) Flush();
}

void SignatureChecker::Flush() {
  std::vector<std::future<void>> running;
  for (size_t t = 0; t < threads_; ++t) {
    running.push_back(std::async(std::launch::async, [this, t] {
      for (size_t i = t; i < jobs_.size(); i += threads_) {
        jobs_[i].result = CheckSignature(jobs_[i].submission, jobs_[i].key);
      }
    }));
  }
  for (std::future<void>& future : running) future.get();
  for (const Job& job : jobs_) {
    if (!job.result.ok()) report_(job.index, job.result);
  }
  checked_ += jobs_.size();
  jobs_.clear();
}

}  // namespace ledgerline::journal
