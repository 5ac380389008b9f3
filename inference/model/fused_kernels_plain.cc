// The path "plain" of FusedKernels; CMakeLists.txt gives this unit its instructions.
#include <type_traits>

namespace ledgerline::model {
constexpr int kLanes = 4;
constexpr int kTileVectors = 2;
}  // namespace ledgerline::model

#include "inference/model/fused_path.h"

namespace ledgerline::model::internal {

const FusedKernels& PlainFusedKernels() {
  static const FusedKernels kernels = MakeFusedKernels("plain");
  return kernels;
}

}  // namespace ledgerline::model::internal
