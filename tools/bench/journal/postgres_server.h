// A PostgreSQL server of the benchmark's own, for as long as it runs.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_SERVER_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "schemas/status.h"

namespace ledgerline::bench {

// The server refuses to run as root: then it runs as `postgres` or, where there is no such user, `nobody`.
class PostgresServer {
 public:
  // As StartPostgres. The kernel tells the server to stop if this process ends without doing so itself.
  static Result<std::unique_ptr<PostgresServer>> Start(const std::string& bin, const std::string& directory);
  // Stops it and waits for that; the directory stays.
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // For libpq.
  std::string connection() const { return "host=" + socket_directory_ + " user=bench dbname=postgres"; }

 private:
  PostgresServer() = default;
  Status Run(const std::string& bin, const std::string& directory);

  std::string socket_directory_;
  pid_t pid_ = -1;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_POSTGRES_SERVER_H_
