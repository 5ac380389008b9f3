// The peer for those who would keep the ledger in PostgreSQL: a hash-chained table, synced on every commit.
//
// The table is (idx bigint primary key, prev bytea, hash bytea, body bytea), hash = SHA-256(prev, body), and body is an
// event's 300 bytes. Rows go in by prepared statements that insert a whole batch, one transaction each. A chain has one
// order, so one connection after the other takes the next rows and hashes them; with several, what then runs at the
// same time is the inserting, and the server syncs several transactions at once where it can. Then rows may become
// durable before those that they name, which the journal's never do.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_PEER_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_PEER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::bench {

class PostgresPeer {
 public:
  virtual ~PostgresPeer() = default;
  // "PostgreSQL 15.14".
  virtual std::string version() const = 0;
  // Appends the bodies to an empty table in batches of `batch`, over `connections`; returns the seconds that it took.
  // Before that, nothing of earlier calls is left to do; after that, the chain is read back and checked. Ends the
  // program on an error. `bodies` is a multiple of `batch`.
  virtual double Append(const std::vector<std::string>& bodies, size_t batch, size_t connections) = 0;
  // The same in a table that promises what a ledger does: a unique idempotency key of 16 bytes beside each body, and
  // the chain made by the server, in a function that takes a batch; one connection, as the chain's end is locked
  // anyway.
  virtual double AppendGuarded(const std::vector<std::string>& bodies, size_t batch) = 0;
};

// A cluster of its own in `directory`, which must not exist, reachable by a socket alone; it stops with the peer, and
// if this process ends in any other way. `bin` has initdb and postgres. Errors: kUnavailable (built without libpq; no
// server in `bin`; it does not start: names its log).
Result<std::unique_ptr<PostgresPeer>> StartPostgres(const std::string& bin, const std::string& directory);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_PEER_H_
