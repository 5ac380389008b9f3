// Submissions and entries. What is accepted keeps the submission's bytes and can be put into an entry that reads back.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/signed_batch.h"

using namespace ledgerline;
using namespace ledgerline::journal;

namespace {

void CheckSubmission(std::string_view bytes) {
  const auto submission = ParseSubmission(bytes);
  if (!submission.ok()) return;
  const auto entry =
      EncodeEntry(EntryIndex{UINT64_MAX}, INT64_MIN, Hash256{}, {submission->type, submission->key_id, bytes});
  if (!entry.ok()) std::abort();  // the submission's bound leaves room for the largest entry around it
  const auto parsed = ParseEntry(*entry);
  if (!parsed.ok() || parsed->submission_bytes != bytes || parsed->type != submission->type) std::abort();
  (void)ReferencedBlobs(submission->payload);
  KeyRegistry registry;
  (void)registry.Apply(*submission, EntryIndex{0}).ok();
}

void CheckItem(std::string_view bytes) {
  const auto item = ParseItem(bytes, Hash256{});
  if (!item.ok()) return;
  const auto entry = EncodeEntry(EntryIndex{UINT64_MAX}, INT64_MIN, Hash256{}, {item->type, item->key_id, bytes, 1000});
  if (!entry.ok()) std::abort();
  const auto parsed = ParseEntry(*entry);
  if (!parsed.ok() || parsed->submission_bytes != bytes || parsed->batch_offset != 1000) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool quiet =
      google::protobuf::SetLogHandler(nullptr) != nullptr;  // it prints strings that are not UTF-8
  (void)quiet;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)keyspace::StateRecord::Parse(bytes).ok();
  (void)keyspace::SubmissionRecord::Parse(bytes).ok();
  if (const auto run = ParseRun(bytes); run.ok() && EncodeRun(*run) != bytes) std::abort();
  if (size >= 11) (void)keyspace::TypeRun::Parse(bytes.substr(0, 11), bytes.substr(11)).ok();
  CheckSubmission(bytes);
  if (const auto entry = ParseEntry(bytes); entry.ok() && entry->submission.type != entry->type) std::abort();
  CheckItem(bytes);
  v1::BatchItem item;
  item.set_idempotency_key("k");
  item.set_payload(bytes.data(), bytes.size());
  CheckItem(item.SerializeAsString());
  // The same bytes as the payload of a well-formed submission, so that payloads are reached without a corpus.
  v1::Submission around;
  around.set_origin("log.example");
  around.set_idempotency_key("k");
  around.set_payload(bytes.data(), bytes.size());
  around.set_key_id(std::string(32, 'k'));
  around.set_signature(std::string(64, 's'));
  CheckSubmission(around.SerializeAsString());
  return 0;
}
