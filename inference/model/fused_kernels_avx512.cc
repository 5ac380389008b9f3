// The path "avx512" of FusedKernels; CMakeLists.txt gives this unit its instructions.
#include <type_traits>

namespace ledgerline::model {
constexpr int kLanes = 16;
constexpr int kTileVectors = 4;
}  // namespace ledgerline::model

#include "inference/model/fused_path.h"

namespace ledgerline::model::internal {

const FusedKernels& Avx512FusedKernels() {
  static const FusedKernels kernels = MakeFusedKernels("avx512");
  return kernels;
}

}  // namespace ledgerline::model::internal
