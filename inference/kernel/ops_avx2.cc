// The AVX2 path; built with -mavx2 -mfma.
#include "inference/kernel/lanes_avx2.h"
#include "inference/kernel/ops_vector.h"

namespace ledgerline::kernel::internal {

const Ops& Avx2Ops() {
  static constexpr Ops kOps = VectorOps<Avx2>(Path::kAvx2, "avx2");
  return kOps;
}

}  // namespace ledgerline::kernel::internal
