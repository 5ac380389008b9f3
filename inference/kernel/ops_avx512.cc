// The AVX-512 path; built with -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni.
#include "inference/kernel/lanes_avx512.h"
#include "inference/kernel/ops_vector.h"

namespace ledgerline::kernel::internal {

const Ops& Avx512Ops() {
  static constexpr Ops kOps = VectorOps<Avx512>(Path::kAvx512, "avx512");
  return kOps;
}

}  // namespace ledgerline::kernel::internal
