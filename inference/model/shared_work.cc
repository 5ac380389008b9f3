#include "inference/model/shared_work.h"

#include <ATen/Parallel.h>

namespace ledgerline::model {

void ShareWork(int64_t count, int64_t at_least, const std::function<void(int64_t, int64_t)>& work) {
  at::parallel_for(0, count, at_least, work);
}

}  // namespace ledgerline::model
