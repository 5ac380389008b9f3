// VectorAttention: the order in which a job's queries are taken, the same for both precisions.
//
// `Kind` is Int8Attention or FloatAttention. Pages that all rows share meet the queries of all rows, so many at a time
// that their sums stay in registers; a row's own pages meet its own queries.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_H_

#include "inference/kernel/attention_job.h"
#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_softmax.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V, class Kind>
struct VectorAttention {
  // Positions of a page before `end`.
  static size_t PositionsOf(size_t page, size_t end) {
    const size_t left = end - page * kPagePositions;
    return left < kPagePositions ? left : kPagePositions;
  }

  static void Attend(const AttentionJob& job) {
    const size_t queries = job.QueryCount(), group = job.group;
    // Positions of the shared pages that any row sees.
    const size_t seen = RoundUp(job.longest, kLanes), room = job.shared * kPagePositions;
    const size_t common = seen < room ? seen : room;
    uint8_t* const* pages = job.rows[0].pages;
    Kind::Start(job);
    for (size_t page = 0; page * kPagePositions < common; ++page) {
      InBlocks<Kind::kScoreRows>(0, queries, [&](size_t q, auto rows) {
        Kind::template Scores<rows()>(job, pages[page], page, PositionsOf(page, common), q);
      });
    }
    for (size_t r = 0; r < job.count; ++r) {
      const AttentionRow& row = job.rows[r];
      for (size_t page = job.shared; page * kPagePositions < row.length; ++page) {
        InBlocks<Kind::kScoreRows>(r * group, (r + 1) * group, [&](size_t q, auto rows) {
          Kind::template Scores<rows()>(job, row.pages[page], page, PositionsOf(page, row.length), q);
        });
      }
    }
    Kind::Shares(job, common);
    const bool own = seen > common;
    if (common > 0) {
      const Reach reach{pages, 0, common, true, !own};
      InBlocks<Kind::kValueRows>(0, queries, [&](size_t q, auto rows) { Values<rows()>(job, reach, q); });
    }
    if (!own) return;
    for (size_t r = 0; r < job.count; ++r) {
      const AttentionRow& row = job.rows[r];
      const Reach reach{row.pages, job.shared, RoundUp(row.length, kLanes), common == 0, true};
      InBlocks<Kind::kValueRows>(r * group, (r + 1) * group,
                                 [&](size_t q, auto rows) { Values<rows()>(job, reach, q); });
    }
  }

  template <int G>
  static void Values(const AttentionJob& job, const Reach& reach, size_t q) {
    size_t d = 0;
    const size_t blocks = job.head / kLanes;
    for (; d + V::kValueBlocks <= blocks; d += V::kValueBlocks) {
      Kind::template Values<G, V::kValueBlocks>(job, reach, q, d);
    }
    for (; d < blocks; ++d) Kind::template Values<G, 1>(job, reach, q, d);
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_H_
