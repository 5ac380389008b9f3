// Time is passed to whoever needs it, so that tests and the simulator can replace it.
#ifndef LEDGERLINE_LEDGER_JOURNAL_CLOCK_H_
#define LEDGERLINE_LEDGER_JOURNAL_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace ledgerline::journal {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // UTC microseconds since 1970-01-01. May jump in either direction; the journal does not.
  virtual int64_t NowMicroseconds() = 0;
};

class SystemClock : public Clock {
 public:
  int64_t NowMicroseconds() override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_CLOCK_H_
