#include "inference/model/shared_work.h"

#include <ATen/Parallel.h>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <exception>
#include <vector>

namespace ledgerline::model {

void ShareWork(int64_t count, int64_t at_least, const std::function<void(int64_t, int64_t)>& work) {
  at::parallel_for(0, count, at_least, work);
}

void SideBySide(int64_t count, const std::function<void(int64_t)>& work) {
  std::vector<std::exception_ptr> thrown(static_cast<size_t>(count));
  const auto run = [&](int64_t first, int64_t threads) {
    for (int64_t i = first; i < count; i += threads) {
      try {
        work(i);
      } catch (...) {
        thrown[static_cast<size_t>(i)] = std::current_exception();
      }
    }
  };
#if defined(_OPENMP)
  // Always as many threads as LibTorch's own regions have: GNU's pool of threads is made anew when the number changes.
#pragma omp parallel
  {
    // Each sets this thread's number at the first call on it: this program's copy of an inline function, and the
    // library's own (which from LibTorch 2 on is another).
    at::internal::lazy_init_num_threads();
    at::get_num_threads();
    omp_set_num_threads(1);  // of regions within this one
    run(omp_get_thread_num(), omp_get_num_threads());
  }
#else
  run(0, 1);
#endif
  for (const std::exception_ptr& one : thrown) {
    if (one != nullptr) std::rethrow_exception(one);
  }
}

}  // namespace ledgerline::model
