#include "tools/bench/journal/postgres_peer.h"

namespace ledgerline::bench {

Result<std::unique_ptr<PostgresPeer>> StartPostgres(const std::string&, const std::string&) {
  return Unavailable("this benchmark was built without libpq (package libpq-dev)");
}

}  // namespace ledgerline::bench
