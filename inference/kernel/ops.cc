#include "inference/kernel/ops.h"

#include <cstdlib>
#include <string>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace ledgerline::kernel {
namespace {

bool Supported(Path path) {
  if (path == Path::kScalar) return true;
#if defined(__x86_64__)
  if (path == Path::kAvx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

}  // namespace

Result<const Ops*> OpsOf(Path path) {
  if (!Supported(path)) {
    return FailedPrecondition(std::string("this processor lacks the instructions of kernel path ") +
                              (path == Path::kAvx2 ? "avx2" : "avx512"));
  }
#if defined(__x86_64__)
  if (path == Path::kAvx2) return &internal::Avx2Ops();
  if (path == Path::kAvx512) return &internal::Avx512Ops();
#endif
  return &internal::ScalarOps();
}

Result<Path> PathNamed(std::string_view name) {
  if (name == "scalar") return Path::kScalar;
  if (name == "avx2") return Path::kAvx2;
  if (name == "avx512") return Path::kAvx512;
  return InvalidArgument("kernel path \"" + std::string(name.substr(0, 40)) + "\"; there are scalar, avx2 and avx512");
}

Result<const Ops*> ChooseOps() {
  if (const char* named = std::getenv("LEDGERLINE_KERNEL"); named != nullptr && *named != '\0') {
    const Result<Path> path = PathNamed(named);
    if (!path.ok()) return path.status().WithContext("LEDGERLINE_KERNEL");
    return OpsOf(*path);
  }
  for (const Path path : {Path::kAvx512, Path::kAvx2}) {
    if (Supported(path)) return OpsOf(path);
  }
  return OpsOf(Path::kScalar);
}

#if defined(__x86_64__)
// 0x1f80: all exceptions masked, round to nearest, neither flush-to-zero nor denormals-are-zero.
ExactFloats::ExactFloats() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
ExactFloats::~ExactFloats() { _mm_setcsr(saved_); }
#else
ExactFloats::ExactFloats() : saved_(0) {}
ExactFloats::~ExactFloats() = default;
#endif

}  // namespace ledgerline::kernel
