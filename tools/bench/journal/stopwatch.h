// Time that passed, and processor time that this process spent meanwhile.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_STOPWATCH_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_STOPWATCH_H_

#include <sys/resource.h>

#include <chrono>

namespace ledgerline::bench {

using Steady = std::chrono::steady_clock;

inline double SecondsBetween(Steady::time_point from, Steady::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

class Stopwatch {
 public:
  double Seconds() const { return SecondsBetween(began_, Steady::now()); }
  // Of all threads of this process, user and system.
  double CpuSeconds() const { return Cpu() - cpu_began_; }

 private:
  static double Cpu() {
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  Steady::time_point began_ = Steady::now();
  double cpu_began_ = Cpu();
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_STOPWATCH_H_
