// WorkCrew: a few threads, the caller's among them, that do small jobs. Whoever hands out jobs decides in which order
// their results are used; the crew only decides who works when.
#ifndef LEDGERLINE_LEDGER_JOURNAL_WORK_CREW_H_
#define LEDGERLINE_LEDGER_JOURNAL_WORK_CREW_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ledgerline::journal {

// Used from one thread; jobs run on any. Jobs do not throw, and hand out no jobs themselves.
class WorkCrew {
 public:
  // `threads`, at least 1, counts the caller's, which works while it would wait.
  explicit WorkCrew(size_t threads);
  // Jobs that nobody has begun are dropped; those that run are waited for.
  ~WorkCrew();
  WorkCrew(const WorkCrew&) = delete;
  WorkCrew& operator=(const WorkCrew&) = delete;

  size_t threads() const { return workers_.size() + 1; }

  class Job;
  using Handle = std::shared_ptr<Job>;
  // kSoon: in the order in which they are added; kLater: when nothing else is waiting, in that order too.
  enum class When { kSoon, kLater };
  // What `work` refers to must live until the job is finished or the crew is gone.
  Handle Add(When when, std::function<void()> work);
  // Works, on this job or on others, until this one is done.
  void Finish(const Handle& job);

 private:
  void Work();
  Handle TakeLocked();
  void Run(const Handle& job, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable waiting_changed_;
  std::condition_variable done_changed_;
  std::deque<Handle> soon_, later_;  // nobody works on them yet
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_WORK_CREW_H_
