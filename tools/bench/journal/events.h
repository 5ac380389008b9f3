// The events that the benchmark sends: ratings whose serialised payload has exactly 300 bytes, which is what "a
// 300-byte event" counts. Idempotency key, signature, and what the ledger adds to an entry come on top. What fills the
// payload is drawn from 64 letters at random, so that a store that compresses gains little from it.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_EVENTS_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/signer.h"

namespace ledgerline::bench {

inline constexpr char kOrigin[] = "ledger.example/bench";
inline constexpr size_t kEventBytes = 300;

// A serialised Payload of exactly kEventBytes bytes; another one for each number.
std::string Event(uint64_t number);

// How events are sent: each with a signature of its own, or by signed batches.
struct Packing {
  bool signed_batches = false;
  size_t events = 1;  // in one request
};

// A serialised Submission of event `first`, or a SignedBatch of the events from `first` on.
std::string SignedRequest(const Packing& packing, uint64_t first, const crypto::Signer& signer);
// Requests for `events` events, from event 0 on; the last one may hold fewer.
std::vector<std::string> SignedRequests(const Packing& packing, size_t events, const crypto::Signer& signer);

// Entries that `events` events become: a batch has a header.
size_t EntriesOf(const Packing& packing, size_t events);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_EVENTS_H_
