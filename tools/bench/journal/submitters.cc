#include "tools/bench/journal/submitters.h"

#include <algorithm>
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

void CheckNew(const journal::Committed& committed) {
  if (committed.already_existed) Die(Internal("entry " + std::to_string(committed.index.value) + " was there already"));
}

// One submitter on a thread of its own.
void SubmitBlocking(journal::Journal& journal, const Packing& packing, size_t requests, const RequestSource& source,
                    size_t t, size_t n) {
  for (size_t i = t; i < requests; i += n) {
    if (packing.signed_batches) {
      CheckNew(Must(journal.SubmitBatch({source(i), {}})).header);
    } else {
      CheckNew(Must(journal.Submit({source(i), {}})));
    }
  }
}

// Several submitters on one thread.
class Sessions {
 public:
  // Submitters worker, worker + workers, ... below `submitters`.
  Sessions(journal::Journal& journal, const Packing& packing, size_t requests, const RequestSource& source,
           size_t worker, size_t workers, size_t submitters)
      : journal_(journal), packing_(packing), requests_(requests), source_(source), submitters_(submitters) {
    for (size_t t = worker; t < submitters; t += workers) ready_.push_back(t);  // its first request has its own number
  }

  void Run() {
    std::vector<size_t> now;
    size_t on_their_way = 0;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !ready_.empty() || on_their_way == 0; });
        on_their_way -= finished_;
        finished_ = 0;
        now.swap(ready_);
      }
      for (const size_t request : now) {
        if (request >= requests_) continue;
        ++on_their_way;
        Send(request);
      }
      now.clear();
      if (on_their_way == 0) return;
    }
  }

 private:
  void Send(size_t request) {
    if (packing_.signed_batches) {
      MustBeOk(journal_.SubmitBatchAsync({source_(request), {}}, [this, request](Result<journal::CommittedBatch> done) {
        CheckNew(Must(std::move(done)).header);
        Finish(request);
      }));
    } else {
      MustBeOk(journal_.SubmitAsync({source_(request), {}}, [this, request](Result<journal::Committed> done) {
        CheckNew(Must(std::move(done)));
        Finish(request);
      }));
    }
  }

  void Finish(size_t request) {
    const std::lock_guard lock(mutex_);
    ++finished_;
    ready_.push_back(request + submitters_);
    if (ready_.size() == 1) changed_.notify_one();
  }

  journal::Journal& journal_;
  const Packing packing_;
  const size_t requests_;
  const RequestSource& source_;
  const size_t submitters_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<size_t> ready_;  // the next request of each submitter that waits for nothing
  size_t finished_ = 0;
};

}  // namespace

double SubmitAll(journal::Journal& journal, const Packing& packing, size_t requests, const RequestSource& source,
                 const Submitters& submitters) {
  const size_t workers = std::min(submitters.count, submitters.threads);
  std::barrier start(static_cast<ptrdiff_t>(workers) + 1);
  std::vector<std::thread> threads;
  for (size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      start.arrive_and_wait();
      if (workers == submitters.count) {
        SubmitBlocking(journal, packing, requests, source, w, workers);
      } else {
        Sessions(journal, packing, requests, source, w, workers, submitters.count).Run();
      }
    });
  }
  start.arrive_and_wait();
  const Stopwatch watch;
  for (std::thread& thread : threads) thread.join();
  return watch.Seconds();
}

}  // namespace ledgerline::bench
