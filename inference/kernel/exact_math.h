// Exponential, logarithm, sine and cosine of doubles from additions, multiplications and divisions alone, so that their
// bits do not depend on the C library. IEEE 754 binary64, round to nearest, without contraction.
//
// They are good to about 1e-15 relative (Exp, Log) and absolute (Cosine, Sine): what is promised is the same bits
// everywhere. Taylor series after a Cody-Waite reduction.
#ifndef LEDGERLINE_INFERENCE_KERNEL_EXACT_MATH_H_
#define LEDGERLINE_INFERENCE_KERNEL_EXACT_MATH_H_

namespace ledgerline::kernel {

// e^x, x clamped to -700 to 700.
double ExactExp(double x);
// ln x for a positive normal number.
double ExactLog(double x);
// 0 <= x <= 1e6.
double ExactCosine(double x);
double ExactSine(double x);

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_EXACT_MATH_H_
