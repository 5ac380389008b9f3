// The path "avx2" of FusedKernels; CMakeLists.txt gives this unit its instructions.
#include <type_traits>

namespace ledgerline::model {
constexpr int kLanes = 8;
constexpr int kTileVectors = 2;
}  // namespace ledgerline::model

#include "inference/model/fused_path.h"

namespace ledgerline::model::internal {

const FusedKernels& Avx2FusedKernels() {
  static const FusedKernels kernels = MakeFusedKernels("avx2");
  return kernels;
}

}  // namespace ledgerline::model::internal
