// Work on LibTorch's threads (at::set_num_threads): one operation's, cut among them, or whole computations side by
// side. at::parallel_for is a template that shares nothing in a unit compiled without OpenMP, and says nothing:
// shared_work.cc is the one unit that is compiled with it.
#ifndef LEDGERLINE_INFERENCE_MODEL_SHARED_WORK_H_
#define LEDGERLINE_INFERENCE_MODEL_SHARED_WORK_H_

#include <cstdint>
#include <functional>

namespace ledgerline::model {

// Calls work(begin, end) for parts of [0, count), on as many threads as have `at_least` to do.
void ShareWork(int64_t count, int64_t at_least, const std::function<void(int64_t, int64_t)>& work);

// Calls work(i) for each i below `count`, as many side by side as there are threads. Within, all of LibTorch and
// ShareWork keep to the thread that they are called on. What LibTorch holds for each thread (autocast, the gradient
// mode) is that thread's own: set it in `work`. An exception is thrown again at the end: that of the lowest i.
void SideBySide(int64_t count, const std::function<void(int64_t)>& work);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_SHARED_WORK_H_
