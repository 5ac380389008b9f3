#include "tools/bench/journal/events.h"

#include <algorithm>
#include <random>

#include "ledger/journal/signed_batch.h"
#include "ledger/journal/submission.h"
#include "tools/bench/journal/failure.h"

namespace ledgerline::bench {
namespace {

std::string RandomLetters(uint64_t seed, size_t count) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937_64 random(seed);
  std::string letters;
  while (letters.size() < count) {
    uint64_t bits = random();
    for (int i = 0; i < 10 && letters.size() < count; ++i, bits >>= 6) letters.push_back(kLetters[bits & 63]);
  }
  return letters;
}

std::string Request(const Packing& packing, uint64_t first, size_t events, const crypto::Signer& signer) {
  if (!packing.signed_batches) {
    return Must(journal::SignSubmission(kOrigin, "event " + std::to_string(first), Event(first), signer));
  }
  std::vector<journal::ItemContent> items;
  items.reserve(events);
  for (uint64_t i = first; i < first + events; ++i) items.push_back({"event " + std::to_string(i), Event(i)});
  return Must(journal::SignBatch(kOrigin, "batch " + std::to_string(first), items, signer));
}

}  // namespace

std::string Event(uint64_t number) {
  v1::Payload payload;
  payload.mutable_rating()->set_score(3);
  // The lengths of both texts take two bytes to write, so a byte more here is a byte more there.
  constexpr size_t kTrial = 280;
  std::string letters = RandomLetters(number, kEventBytes);
  payload.mutable_rating()->set_recording_id(letters.substr(0, kTrial));
  letters.resize(kTrial + kEventBytes - payload.ByteSizeLong());
  payload.mutable_rating()->set_recording_id(letters);
  std::string event = payload.SerializeAsString();
  if (event.size() != kEventBytes) Die(Internal("an event has " + std::to_string(event.size()) + " bytes, not 300"));
  return event;
}

std::string SignedRequest(const Packing& packing, uint64_t first, const crypto::Signer& signer) {
  return Request(packing, first, packing.events, signer);
}

std::vector<std::string> SignedRequests(const Packing& packing, size_t events, const crypto::Signer& signer) {
  std::vector<std::string> requests;
  for (size_t first = 0; first < events; first += packing.events) {
    requests.push_back(Request(packing, first, std::min(packing.events, events - first), signer));
  }
  return requests;
}

size_t EntriesOf(const Packing& packing, size_t events) {
  return events + (packing.signed_batches ? (events + packing.events - 1) / packing.events : 0);
}

}  // namespace ledgerline::bench
