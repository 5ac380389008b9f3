#include "ledger/journal/work_crew.h"

#include <utility>

namespace ledgerline::journal {

class WorkCrew::Job {
 public:
  explicit Job(std::function<void()> work) : work(std::move(work)) {}
  std::function<void()> work;
  bool done = false;  // guarded by the crew's mutex
};

WorkCrew::WorkCrew(size_t threads) {
  for (size_t i = 1; i < threads; ++i) workers_.emplace_back([this] { Work(); });
}

WorkCrew::~WorkCrew() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

WorkCrew::Handle WorkCrew::TakeLocked() {
  std::deque<Handle>& queue = soon_.empty() ? later_ : soon_;
  if (queue.empty()) return nullptr;
  Handle job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void WorkCrew::Run(const Handle& job, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  job->work();
  lock.lock();
  job->done = true;
}

void WorkCrew::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    waiting_changed_.wait(lock, [this] { return stopping_ || !soon_.empty() || !later_.empty(); });
    if (stopping_) return;
    Run(TakeLocked(), lock);
    done_changed_.notify_one();
  }
}

WorkCrew::Handle WorkCrew::Add(When when, std::function<void()> work) {
  Handle job = std::make_shared<Job>(std::move(work));
  {
    const std::lock_guard lock(mutex_);
    (when == When::kSoon ? soon_ : later_).push_back(job);
  }
  waiting_changed_.notify_one();
  return job;
}

void WorkCrew::Finish(const Handle& job) {
  std::unique_lock lock(mutex_);
  while (!job->done) {
    if (const Handle mine = TakeLocked(); mine != nullptr) {
      Run(mine, lock);
    } else {
      done_changed_.wait(lock);
    }
  }
}

}  // namespace ledgerline::journal
