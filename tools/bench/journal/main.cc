// bench_journal: the journal's speed, each row beside its peer and its limit, measured in the same run.
// docs/performance.md says what the rows mean and what they came to.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "crypto/ed25519.h"
#include "tools/bench/journal/bench_directory.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/rows.h"

int main(int argc, char** argv) {
  using namespace ledgerline;
  using namespace ledgerline::bench;
  CLI::App app("The journal's speed, each row beside its peer and its limit, measured in the same run");
  BenchOptions options;
  std::string json, append_until_killed;
  std::vector<std::string> only;
  const std::vector<std::pair<std::string, void (*)(const BenchOptions&, const crypto::Signer&, Report&)>> rows = {
      {"append", AppendRow}, {"latency", LatencyRow}, {"disk", DiskRow},
      {"proof", ProofRow},   {"verify", VerifyRow},   {"open", OpenRow}};
  std::vector<std::string> names;
  for (const auto& [name, run] : rows) names.push_back(name);
  app.add_option("--dir", options.directory, "where to write; on the disk that is to be measured. Removed afterwards")
      ->capture_default_str();
  app.add_option("--repeats", options.repeats, "runs of each line")->capture_default_str()->check(CLI::Range(1, 99));
  app.add_option("--events", options.events,
                 "events with a signature each; signed batches of 100 and 1,000 send 10 and 20 times as many")
      ->capture_default_str()
      ->check(CLI::Range(100, 1'000'000));
  app.add_option("--submitters", options.submitters, "how many submit at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  app.add_flag("--threads-each", options.threads_each, "append: also with a thread for every submitter");
  app.add_option("--only", only, "only these rows, with commas between")->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--postgres-bin", options.postgres_bin, "append: where initdb and postgres are")
      ->capture_default_str();
  app.add_option("--postgres-connections", options.postgres_connections,
                 "append: connections to PostgreSQL, besides one alone")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  app.add_option("--seconds", options.latency_seconds, "latency: how long events arrive")
      ->capture_default_str()
      ->check(CLI::Range(1, 600));
  app.add_option("--large", options.large, "proof, verify, open: entries of the large ledger, in batches of 1,000")
      ->capture_default_str()
      ->check(CLI::Range(10'000, 1'000'000'000));
  app.add_option("--large-signed", options.large_signed, "verify: entries of the ledger with a signature each")
      ->capture_default_str()
      ->check(CLI::Range(1000, 100'000'000));
  app.add_option("--large-repeats", options.large_repeats, "runs of verify and open")
      ->capture_default_str()
      ->check(CLI::Range(1, 99));
  app.add_option("--crash-entries", options.crash_entries, "open: entries that are written before the kill")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--keep", options.keep, "where the large ledgers stay for the next run; without it they are removed");
  app.add_option("--append-until-killed", append_until_killed)->group("");  // the process of the open row
  app.add_option("--json", json, "also write the figures to this file");
  CLI11_PARSE(app, argc, argv);

  const crypto::PrivateKey key = Must(crypto::PrivateKey::FromSeed(std::string(32, 'b')));
  const crypto::KeySigner signer(key);
  if (!append_until_killed.empty()) AppendUntilKilled(append_until_killed, signer);
  options.program = std::filesystem::read_symlink("/proc/self/exe");
  const BenchDirectory directory(options.directory);
  Report report;
  for (const auto& [name, run] : rows) {
    if (only.empty() || std::find(only.begin(), only.end(), name) != only.end()) run(options, signer, report);
  }
  if (!json.empty()) MustBeOk(report.WriteJson(json));
  return 0;
}
