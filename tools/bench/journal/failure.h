// What a benchmark does with an error: it says so and ends, since a time without a right answer is worth nothing.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_FAILURE_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_FAILURE_H_

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "schemas/status.h"

namespace ledgerline::bench {

[[noreturn]] inline void Die(const Status& status) {
  std::fflush(stdout);
  std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

inline void MustBeOk(const Status& status) {
  if (!status.ok()) Die(status);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) Die(result.status());
  return std::move(*result);
}

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_FAILURE_H_
