#include "tools/bench/journal/postgres_peer.h"

#include <libpq-fe.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <thread>

#include "crypto/sha256.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/postgres_server.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

struct Deleter {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Deleter>;

constexpr int kColumns = 4;
constexpr int kBinary = 1;
constexpr Oid kInt8 = 20, kBytea = 17, kByteaArray = 1001;  // PostgreSQL, src/include/catalog/pg_type.dat

class Connection {
 public:
  explicit Connection(const std::string& where) : connection_(PQconnectdb(where.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) Fail("connect");
  }

  std::string Run(const std::string& sql) {
    const Answer answer = Checked(PQexec(connection_.get(), sql.c_str()), sql);
    return PQntuples(answer.get()) == 1 ? PQgetvalue(answer.get(), 0, 0) : "";
  }
  Answer Read(const std::string& sql) {
    return Checked(PQexecParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kBinary), sql);
  }
  // Values in the order of the parameters, kColumns for a row, in binary form.
  void Insert(const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    std::vector<int> lengths;
    for (const std::string& value : values) {
      pointers.push_back(value.data());
      lengths.push_back(static_cast<int>(value.size()));
    }
    const std::vector<int> formats(values.size(), kBinary);
    Checked(PQexecPrepared(connection_.get(), "append", static_cast<int>(values.size()), pointers.data(),
                           lengths.data(), formats.data(), kBinary),
            "insert");
  }
  // One call of the function that guards the table.
  void AppendGuarded(const std::string& keys, const std::string& bodies) {
    const char* const pointers[] = {keys.data(), bodies.data()};
    const int lengths[] = {static_cast<int>(keys.size()), static_cast<int>(bodies.size())};
    const int formats[] = {kBinary, kBinary};
    Checked(PQexecPrepared(connection_.get(), "append", 2, pointers, lengths, formats, kBinary), "append");
  }
  void PrepareGuarded() {
    const Oid types[] = {kByteaArray, kByteaArray};
    Checked(PQprepare(connection_.get(), "append", "SELECT append($1, $2)", 2, types), "prepare");
  }
  void PrepareInsert(size_t rows) {
    std::string sql = "INSERT INTO chain VALUES ";
    std::vector<Oid> types;
    for (size_t row = 0; row < rows; ++row) {
      sql += row == 0 ? "(" : ",(";
      for (int column = 0; column < kColumns; ++column) {
        sql += (column == 0 ? "$" : ",$") + std::to_string(types.size() + 1);
        types.push_back(column == 0 ? kInt8 : kBytea);
      }
      sql += ")";
    }
    Checked(PQprepare(connection_.get(), "append", sql.c_str(), static_cast<int>(types.size()), types.data()),
            "prepare");
  }

 private:
  [[noreturn]] void Fail(const std::string& what) {
    Die(Internal("PostgreSQL: " + what + ": " + PQerrorMessage(connection_.get())));
  }
  Answer Checked(PGresult* result, const std::string& what) {
    Answer answer(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail(what);
    return answer;
  }
  std::unique_ptr<PGconn, Deleter> connection_;
};

std::string BigEndian64(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string BigEndian32(uint32_t value) { return BigEndian64(value).substr(4); }

// An array of bytea in PostgreSQL's binary form (src/backend/utils/adt/arrayfuncs.c, array_recv).
std::string ByteaArray(std::span<const std::string> elements) {
  std::string bytes = BigEndian32(1) + BigEndian32(0) + BigEndian32(kBytea) +
                      BigEndian32(static_cast<uint32_t>(elements.size())) + BigEndian32(1);
  for (const std::string& element : elements) bytes += BigEndian32(static_cast<uint32_t>(element.size())) + element;
  return bytes;
}

// What a table must do to promise what a ledger does: an idempotency key stands for one row, and the server makes the
// chain, so that no client can write a wrong one. One call for a batch.
constexpr const char* kGuardedTable[] = {
    "CREATE TABLE guarded (idx bigint PRIMARY KEY, key bytea NOT NULL UNIQUE, prev bytea NOT NULL, hash bytea NOT "
    "NULL, "
    "body bytea NOT NULL)",
    "CREATE TABLE tail (size bigint NOT NULL, hash bytea NOT NULL)",
    "CREATE FUNCTION append(keys bytea[], bodies bytea[]) RETURNS void LANGUAGE plpgsql AS $$ "
    "DECLARE at bigint; last bytea; body bytea; n int := 0; prevs bytea[] := '{}'; hashes bytea[] := '{}'; "
    "BEGIN "
    "SELECT size, hash INTO at, last FROM tail FOR UPDATE; "
    "FOREACH body IN ARRAY bodies LOOP "
    "n := n + 1; prevs[n] := last; last := sha256(last || body); hashes[n] := last; "
    "END LOOP; "
    "INSERT INTO guarded SELECT at + i - 1, k, p, h, b "
    "FROM unnest(keys, prevs, hashes, bodies) WITH ORDINALITY AS t(k, p, h, b, i); "
    "UPDATE tail SET size = at + n, hash = last; "
    "END $$"};

// The chain, as its one writer grows it.
class Chain {
 public:
  Chain(const std::vector<std::string>& bodies, size_t batch) : bodies_(bodies), batch_(batch) {}

  // The parameters of the next batch; empty at the end.
  std::vector<std::string> Next() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> values;
    const size_t end = std::min(bodies_.size(), at_ + batch_);
    for (; at_ < end; ++at_) {
      const std::string previous = last_.ToBytes();
      last_ = crypto::Sha256(previous + bodies_[at_]);
      values.insert(values.end(), {BigEndian64(at_), previous, last_.ToBytes(), bodies_[at_]});
    }
    return values;
  }

 private:
  std::mutex mutex_;
  const std::vector<std::string>& bodies_;
  const size_t batch_;
  size_t at_ = 0;
  Hash256 last_;
};

void CheckChain(Connection& connection, const std::string& table, const std::vector<std::string>& bodies) {
  const Answer rows = connection.Read("SELECT idx, prev, hash, body FROM " + table + " ORDER BY idx");
  const auto cell = [&](size_t row, int column) {
    return std::string_view(PQgetvalue(rows.get(), static_cast<int>(row), column),
                            static_cast<size_t>(PQgetlength(rows.get(), static_cast<int>(row), column)));
  };
  if (static_cast<size_t>(PQntuples(rows.get())) != bodies.size()) Die(DataLoss("PostgreSQL lacks rows"));
  Hash256 last;
  for (size_t row = 0; row < bodies.size(); ++row) {
    const std::string previous = last.ToBytes();
    last = crypto::Sha256(previous + bodies[row]);
    if (cell(row, 0) != BigEndian64(row) || cell(row, 1) != previous || cell(row, 2) != last.view() ||
        cell(row, 3) != bodies[row]) {
      Die(DataLoss("PostgreSQL: row " + std::to_string(row) + " is not what was written"));
    }
  }
}

class RunningPostgres : public PostgresPeer {
 public:
  explicit RunningPostgres(std::unique_ptr<PostgresServer> server) : server_(std::move(server)) {
    Connection connection(server_->connection());
    version_ = "PostgreSQL " + connection.Run("SHOW server_version");
    version_ = version_.substr(0, version_.find(' ', 11));  // without the packager's name
    for (const char* setting : {"fsync", "synchronous_commit", "full_page_writes"}) {
      if (connection.Run(std::string("SHOW ") + setting) != "on") {
        Die(Internal(std::string("PostgreSQL runs with ") + setting + " off"));
      }
    }
    connection.Run("CREATE TABLE chain (idx bigint PRIMARY KEY, prev bytea, hash bytea, body bytea)");
    for (const char* sql : kGuardedTable) connection.Run(sql);
  }

  std::string version() const override { return version_; }

  double Append(const std::vector<std::string>& bodies, size_t batch, size_t connections) override {
    if (bodies.size() % batch != 0) Die(Internal("PostgreSQL: the last batch is not whole"));
    Connection first(server_->connection());
    first.Run("TRUNCATE chain");
    first.Run("CHECKPOINT");
    std::vector<std::unique_ptr<Connection>> each;
    for (size_t i = 0; i < connections; ++i) {
      each.push_back(std::make_unique<Connection>(server_->connection()));
      each.back()->PrepareInsert(batch);
    }
    Chain chain(bodies, batch);
    std::vector<std::thread> threads;
    const Stopwatch watch;
    for (const auto& connection : each) {
      threads.emplace_back([&chain, &connection] {
        for (std::vector<std::string> rows = chain.Next(); !rows.empty(); rows = chain.Next()) connection->Insert(rows);
      });
    }
    for (std::thread& thread : threads) thread.join();
    const double seconds = watch.Seconds();
    CheckChain(first, "chain", bodies);
    return seconds;
  }

  double AppendGuarded(const std::vector<std::string>& bodies, size_t batch) override {
    Connection connection(server_->connection());
    connection.Run("TRUNCATE guarded");
    connection.Run("TRUNCATE tail");
    connection.Run("INSERT INTO tail VALUES (0, '\\x" + std::string(64, '0') + "')");
    connection.Run("CHECKPOINT");
    connection.PrepareGuarded();
    std::vector<std::string> keys;  // as wide as the journal's digests, and as random
    for (size_t i = 0; i < bodies.size(); ++i) keys.push_back(crypto::Sha256(bodies[i]).ToBytes().substr(0, 16));
    const Stopwatch watch;
    for (size_t at = 0; at < bodies.size(); at += batch) {
      const size_t count = std::min(batch, bodies.size() - at);
      connection.AppendGuarded(ByteaArray(std::span(keys).subspan(at, count)),
                               ByteaArray(std::span(bodies).subspan(at, count)));
    }
    const double seconds = watch.Seconds();
    CheckChain(connection, "guarded", bodies);
    return seconds;
  }

 private:
  std::unique_ptr<PostgresServer> server_;
  std::string version_;
};

}  // namespace

Result<std::unique_ptr<PostgresPeer>> StartPostgres(const std::string& bin, const std::string& directory) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresServer> server, PostgresServer::Start(bin, directory));
  return std::unique_ptr<PostgresPeer>(std::make_unique<RunningPostgres>(std::move(server)));
}

}  // namespace ledgerline::bench
