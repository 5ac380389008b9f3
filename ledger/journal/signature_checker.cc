#include "ledger/journal/signature_checker.h"

#include <algorithm>
#include <utility>

namespace ledgerline::journal {
namespace {

// At about 100 us a signature, a chunk is a few milliseconds of work.
constexpr size_t kChunk = 64;
constexpr size_t kChunksForEachThread = 64;

}  // namespace

SignedText SignedTextOf(const ParsedSubmission& submission) {
  SignedText signed_text;
  signed_text.text = SubmissionText(submission.submission.origin(), submission.submission.idempotency_key(),
                                    submission.submission.payload());
  // ParseSubmission has seen to its size.
  const std::string& raw = submission.submission.signature();
  std::copy_n(raw.begin(), std::min(raw.size(), signed_text.signature.bytes.size()),
              signed_text.signature.bytes.begin());
  signed_text.key_id = submission.key_id;
  return signed_text;
}

Status CheckSignedText(const SignedText& signed_text, const crypto::PublicKey& key) {
  if (crypto::Verify(key, signed_text.text, signed_text.signature)) return Status::Ok();
  return PermissionDenied("submission.signature is not key " + signed_text.key_id.Short() + "'s over this submission");
}

SignatureChecker::SignatureChecker(WorkCrew& crew, std::function<void(EntryIndex, const Status&)> report)
    : crew_(crew), report_(std::move(report)) {}

void SignatureChecker::Add(EntryIndex index, SignedText signed_text, const crypto::PublicKey& key) {
  next_.push_back({index, std::move(signed_text), key, Status::Ok()});
  if (next_.size() >= kChunk) Start();
}

void SignatureChecker::Start() {
  const auto chunk = std::make_shared<Chunk>();
  chunk->signatures = std::exchange(next_, {});
  // Nobody wants the results any more if the checker has gone.
  chunk->job = crew_.Add(WorkCrew::When::kSoon, [keep = std::weak_ptr(chunk)] {
    const std::shared_ptr<Chunk> held = keep.lock();
    if (held == nullptr) return;
    for (Signature& each : held->signatures) each.result = CheckSignedText(each.signed_text, each.key);
  });
  running_.push_back(chunk);
  if (running_.size() > kChunksForEachThread * crew_.threads()) FinishFirst();
}

void SignatureChecker::FinishFirst() {
  const std::shared_ptr<Chunk> chunk = std::move(running_.front());
  running_.pop_front();
  crew_.Finish(chunk->job);
  for (const Signature& each : chunk->signatures) {
    if (!each.result.ok()) report_(each.index, each.result);
  }
  checked_ += chunk->signatures.size();
}

void SignatureChecker::Flush() {
  if (!next_.empty()) Start();
  while (!running_.empty()) FinishFirst();
}

}  // namespace ledgerline::journal
