#include "inference/learning/autocast.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

// From 2.4 on one pair of functions takes the device; before, each device had its own.
#define LEDGERLINE_AUTOCAST_BY_DEVICE \
  (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4))

namespace ledgerline::learning {
namespace {

void Enable(Device device, bool on) {
#if LEDGERLINE_AUTOCAST_BY_DEVICE
  at::autocast::set_autocast_enabled(device == Device::kCuda ? at::kCUDA : at::kCPU, on);
#else
  if (device == Device::kCuda)
    at::autocast::set_enabled(on);
  else
    at::autocast::set_cpu_enabled(on);
#endif
}

void ChooseBfloat16(Device device) {
#if LEDGERLINE_AUTOCAST_BY_DEVICE
  at::autocast::set_autocast_dtype(device == Device::kCuda ? at::kCUDA : at::kCPU, at::kBFloat16);
#else
  if (device == Device::kCuda)
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
  else
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
#endif
}

}  // namespace

Autocast::Autocast(bool on, Device device) : on_(on), device_(device) {
  if (!on_) return;
  Enable(device_, true);
  ChooseBfloat16(device_);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!on_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  Enable(device_, false);
}

}  // namespace ledgerline::learning
