// The kernel's version: what the bits of its results depend on beside model, seed and inputs. It names no machine.
//
// Any change to the bits is another version; the hashes in tests/inference/kernel hold us to it.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VERSION_H_
#define LEDGERLINE_INFERENCE_KERNEL_VERSION_H_

namespace ledgerline::kernel {

inline constexpr char kKernelVersion[] = "ledgerline-kernel/1";

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VERSION_H_
