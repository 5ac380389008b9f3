// What submitters send: new things, old ones again, other ones under old names, batches, and what must be refused.
#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/journal/signed_batch.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/sim/world.h"

namespace ledgerline::sim {
namespace {

using journal::Committed;
using journal::SubmissionRequest;

std::string CodeOf(const Status& status) { return std::string(StatusCodeName(status.code())); }

}  // namespace

// Something that the journal takes: a rating or a file of the operator's or a service's, or a consent in a party's own
// name.
SubmissionRequest World::RandomRequest(size_t submitter, const std::string& key) {
  if (const crypto::KeySigner* party = Chance(20) ? AnyKeyOf(v1::KEY_ROLE_PARTY) : nullptr)
    return journal::Request(*party, key, journal::ConsentPayload("party-" + NextName()));
  const crypto::KeySigner* service = Chance(20) ? AnyKeyOf(v1::KEY_ROLE_SERVICE) : nullptr;
  return RequestUnder(service != nullptr ? *service : AnyOperatorKey(), submitter, key);
}

SubmissionRequest World::RequestUnder(const crypto::KeySigner& speaker, size_t submitter, const std::string& key) {
  if (Chance(15)) {
    const std::string blob = "rows of " + std::to_string(Draw(4));  // few, so that some are there already
    std::vector<std::string> blobs;
    if (!oracle_.HasBlob(crypto::Sha256(blob)) || Chance(50)) blobs.push_back(blob);
    return journal::Request(speaker, key, journal::UsagePayload(blob), std::move(blobs));
  }
  return journal::Request(speaker, key, journal::RatingPayload("recording-" + NextName(), 1 + submitter % 5));
}

void World::SendNew(size_t submitter) {
  if (vanished_[submitter]) return;
  const std::string key = NextName();
  NewAttempt(submitter, RandomRequest(submitter, key));
  Send(attempts_.size() - 1);
}

// The same bytes once more, whether or not an answer came to the first.
void World::SendAgain() {
  if (attempts_.empty()) return;
  const size_t attempt = Draw(attempts_.size());
  if (vanished_[attempts_[attempt].submitter]) return;
  ++counts_["repeats sent"];
  Send(attempt);
}

// Other bytes under the key of an earlier attempt.
void World::SendConflict(size_t submitter) {
  if (attempts_.empty() || vanished_[submitter]) return;
  const Wanted& earlier = attempts_[Draw(attempts_.size())].wanted;
  const Key* speaker = oracle_.FindKey(earlier.key_id);
  if (speaker->role != v1::KEY_ROLE_OPERATOR && speaker->role != v1::KEY_ROLE_SERVICE) return;
  const std::string& taken = earlier.parts[Draw(earlier.parts.size())].idempotency_key;
  ++counts_["conflicts sent"];
  NewAttempt(submitter, RequestUnder(SignerOf(earlier.key_id), submitter, taken));
  Send(attempts_.size() - 1);
}

// Some items under one signature; now and then one of them under a key that is taken, or with a file.
void World::SendBatch(size_t submitter) {
  if (vanished_[submitter]) return;
  std::vector<journal::ItemContent> items;
  std::vector<std::string> blobs;
  const std::string header = NextName();
  for (uint64_t i = 0, count = 1 + Draw(5); i < count; ++i) {
    std::string key = NextName();
    if (!attempts_.empty() && Chance(5)) {
      const Wanted& earlier = attempts_[Draw(attempts_.size())].wanted;
      const std::string& taken = earlier.parts[Draw(earlier.parts.size())].idempotency_key;
      const bool twice = std::any_of(items.begin(), items.end(),
                                     [&](const journal::ItemContent& item) { return item.idempotency_key == taken; });
      if (!twice) key = taken;
    }
    if (blobs.empty() && Chance(10)) {
      blobs.push_back("rows of " + std::to_string(Draw(4)));
      items.push_back({key, journal::UsagePayload(blobs[0])});
    } else {
      items.push_back({key, journal::RatingPayload("recording-" + key)});
    }
  }
  const crypto::KeySigner* service = Chance(30) ? AnyKeyOf(v1::KEY_ROLE_SERVICE) : nullptr;
  const Result<std::string> batch =
      journal::SignBatch(journal::kTestOrigin, header, items, service != nullptr ? *service : AnyOperatorKey());
  Demand(batch.ok(), "a batch can be signed: " + batch.status().ToString());
  ++counts_["batches sent"];
  NewAttempt(submitter, journal::BatchRequest{*batch, std::move(blobs)});
  Send(attempts_.size() - 1);
}

// What admission refuses, each for one reason.
void World::SendBad(size_t submitter) {
  const std::string key = NextName();
  const std::string payload = journal::RatingPayload("recording-" + key);
  SubmissionRequest request = journal::Request(operator_, key, payload);
  StatusCode expected = StatusCode::kPermissionDenied;
  std::string what;
  switch (Draw(9)) {
    case 0: {
      what = "false signature";
      v1::Submission submission;
      Demand(submission.ParseFromString(request.submission), "our own submission parses");
      (*submission.mutable_signature())[Draw(64)] ^= static_cast<char>(1 << Draw(8));
      request.submission = submission.SerializeAsString();
      break;
    }
    case 1:
      what = "unknown key";
      request = journal::Request(journal::TestSigner('?'), key, payload);
      break;
    case 2:
      what = "missing blob";
      expected = StatusCode::kFailedPrecondition;
      request = journal::Request(operator_, key, journal::UsagePayload("never sent " + key));
      break;
    case 3:
      what = "blob that nobody asked for";
      expected = StatusCode::kInvalidArgument;
      request.blobs = {"surprise"};
      break;
    case 4:
      what = "another ledger's origin";
      expected = StatusCode::kInvalidArgument;
      request.submission = *journal::SignSubmission("elsewhere.example/log", key, payload, operator_);
      break;
    case 5:
      what = "no submission at all";
      expected = StatusCode::kInvalidArgument;
      request.submission = "\xff\xff" + key;
      break;
    case 6: {
      what = "a second genesis";
      expected = StatusCode::kFailedPrecondition;
      v1::Payload genesis;
      genesis.mutable_genesis()->set_origin(journal::kTestOrigin);
      genesis.mutable_genesis()->set_operator_public_key(operator_.public_key().ToBytes());
      genesis.mutable_genesis()->set_format_version(1);
      request = journal::Request(operator_, key, genesis.SerializeAsString());
      break;
    }
    case 7: {
      const crypto::KeySigner* party = AnyKeyOf(v1::KEY_ROLE_PARTY);
      if (party == nullptr) return;
      what = "a rating under a party's key";
      request = journal::Request(*party, key, payload);
      break;
    }
    default:
      what = "too large";
      expected = StatusCode::kOutOfRange;
      request = journal::Request(operator_, key, journal::RatingPayload(std::string(66'000, 'x')));
  }
  const uint64_t reads_failed = disk_.reads_failed;
  const Status status = journal_->SubmitAsync(std::move(request), [](Result<Committed>) {
    throw Violation("a submission that must be refused at once was queued");
  });
  Trace("submitter " + std::to_string(submitter) + " sends " + what + ": " + CodeOf(status));
  ++counts_["bad submissions"];
  if ((disk_.dead() || disk_.reads_failed > reads_failed) && status.code() == StatusCode::kUnavailable) return;
  Demand(status.code() == expected,
         what + " is refused as " + std::string(StatusCodeName(expected)) + ", not as " + status.ToString());
}

void World::Send(size_t attempt) {
  const Wanted& wanted = attempts_[attempt].wanted;
  auto queued = std::make_shared<Queued>();
  queued->attempt = attempt;
  queued->wanted = wanted;
  const uint64_t reads_failed = disk_.reads_failed;
  const auto answer = [queued](Result<std::vector<Committed>> result) {
    ++queued->answers;
    queued->result = std::move(result);
  };
  Status status;
  if (wanted.is_batch) {
    status = journal_->SubmitBatchAsync({wanted.bytes, wanted.blobs}, [answer](Result<journal::CommittedBatch> result) {
      if (!result.ok()) return answer(result.status());
      std::vector<Committed> all = {result->header};
      all.insert(all.end(), result->items.begin(), result->items.end());
      answer(std::move(all));
    });
  } else {
    status = journal_->SubmitAsync({wanted.bytes, wanted.blobs}, [answer](Result<Committed> result) {
      if (!result.ok()) return answer(result.status());
      answer(std::vector<Committed>{*result});
    });
  }
  Trace("submitter " + std::to_string(attempts_[attempt].submitter) + " sends attempt " + std::to_string(attempt) +
        ", " + wanted.digest.Short() + ": " + CodeOf(status));
  ++counts_["submissions"];
  Demand(queued->answers == 0, "nobody is answered before a commit");
  const bool full = queue_.size() >= options_.queued_submissions_max;
  if (status.ok()) {
    Demand(!stopped_ && !full, "a journal that has stopped, or whose queue is full, takes nothing");
    queue_.push_back(std::move(queued));
  } else if (status.code() == StatusCode::kUnavailable) {
    Demand(stopped_ || disk_.reads_failed > reads_failed, "an open journal refuses nothing good: " + status.ToString());
  } else if (status.code() == StatusCode::kResourceExhausted) {
    Demand(full, "the queue is full at its bound and not before");
    ++counts_["queue full"];
  } else {
    // A repeat that leaves its blobs out because they were there, in an attempt that the medium lost.
    bool blob_gone = false;
    for (const Wanted::Part& part : wanted.parts) {
      for (const Hash256& hash : part.referenced) blob_gone |= wanted.blobs.empty() && !oracle_.HasBlob(hash);
    }
    blob_gone &= status.code() == StatusCode::kFailedPrecondition;
    Demand(blob_gone, "a good submission is not refused: " + status.ToString());
    attempts_[attempt].refused = true;
  }
}

}  // namespace ledgerline::sim
