#include "inference/model/fused_kernels.h"

#include <cstdlib>
#include <string_view>

namespace ledgerline::model {
namespace {

const FusedKernels& Chosen() {
#if defined(__x86_64__)
  const char* named = std::getenv("LEDGERLINE_FUSED");
  const std::string_view wish = named == nullptr ? "" : named;
  if ((wish.empty() || wish == "avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return internal::Avx512FusedKernels();
  }
  if (wish != "plain" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return internal::Avx2FusedKernels();
  }
#endif
  return internal::PlainFusedKernels();
}

}  // namespace

const FusedKernels& ChooseFusedKernels() {
  static const FusedKernels& chosen = Chosen();
  return chosen;
}

}  // namespace ledgerline::model
