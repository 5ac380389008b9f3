// Autocast: while it lives, this thread's matrix products of float32 tensors are computed in bfloat16.
//
// Its spelling differs between LibTorch versions and devices; autocast.cc is the only place that knows either. No
// LibTorch in this header.
#ifndef LEDGERLINE_INFERENCE_LEARNING_AUTOCAST_H_
#define LEDGERLINE_INFERENCE_LEARNING_AUTOCAST_H_

namespace ledgerline::learning {

enum class Device { kCpu, kCuda };

class Autocast {
 public:
  // Does nothing unless `on`.
  Autocast(bool on, Device device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  Device device_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_AUTOCAST_H_
