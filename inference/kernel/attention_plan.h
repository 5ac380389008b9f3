// AttentionPlan: which rows of a pass attend together.
//
// Rows of one sequence share all its pages; candidates of one request share those of their common beginning. Rows whose
// caches begin with the same pages come to stand side by side, so that a job reads those pages once. The plan changes
// no result, since a query's depends on its own row alone; it is made once a pass and serves all layers.
#ifndef LEDGERLINE_INFERENCE_KERNEL_ATTENTION_PLAN_H_
#define LEDGERLINE_INFERENCE_KERNEL_ATTENTION_PLAN_H_

#include <span>
#include <vector>

#include "inference/kernel/attention_job.h"
#include "inference/kernel/cache.h"

namespace ledgerline::kernel {

// Rows [begin, begin + count) of a pass belong to one sequence, whose next positions they are.
struct Span {
  Cache* cache;
  size_t count;
};

class AttentionPlan {
 public:
  // Rows that one job takes: their pages' first `shared` are the same ones.
  struct Part {
    std::span<const AttentionRow> rows;
    size_t longest;
    size_t shared;
  };

  // Caches have made room for their span's rows (Cache::Extend) and must not change while the plan is used.
  // most_rows: of a part, at least 1.
  void Make(std::span<const Span> spans, size_t most_rows);
  std::span<const Part> parts() const { return parts_; }

 private:
  std::vector<AttentionRow> rows_;
  std::vector<Part> parts_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ATTENTION_PLAN_H_
