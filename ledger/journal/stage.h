// Stage: a thread that does one part of the work on things that it is handed, in their order.
#ifndef LEDGERLINE_LEDGER_JOURNAL_STAGE_H_
#define LEDGERLINE_LEDGER_JOURNAL_STAGE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace ledgerline::journal {

// Thread-safe.
template <typename Item>
class Stage {
 public:
  // At most `waiting_max` items wait for the one that is being worked on.
  Stage(size_t waiting_max, std::function<void(Item)> work)
      : waiting_max_(waiting_max), work_(std::move(work)), thread_([this] { Loop(); }) {}
  // Does what was handed over, then stops.
  ~Stage() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Blocks while as many wait as may.
  void Hand(Item item) {
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return waiting_.size() < waiting_max_; });
      waiting_.push_back(std::move(item));
    }
    arrived_.notify_one();
  }

 private:
  void Loop() {
    while (true) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Item item = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      taken_.notify_one();
      work_(std::move(item));
    }
  }

  const size_t waiting_max_;
  const std::function<void(Item)> work_;
  std::mutex mutex_;
  std::condition_variable arrived_, taken_;
  std::deque<Item> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_STAGE_H_
