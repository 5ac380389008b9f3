// Limits: what this processor's core can do at most, measured now: arithmetic and reading.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_LIMITS_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_LIMITS_H_

#include <cstddef>

namespace ledgerline::bench {

// Seconds of processor time that the calling thread has used: other programs on the machine do not count.
double ThreadSeconds();

// Best of several passes. Two operations a fused multiply-add; the widest instructions that the processor has.
double FusedPeakGflops();
// int8 multiply-adds into int32, two operations each; 0 where the processor lacks VNNI.
double Int8PeakGops();
// Gigabytes a second that a sum over `bytes` reads, again and again.
double ReadGigabytes(size_t bytes);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_LIMITS_H_
