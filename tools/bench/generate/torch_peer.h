// TorchPeer: the flat model in LibTorch, eager float32 at batch 1, as one would write it. No LibTorch in this header.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_TORCH_PEER_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_TORCH_PEER_H_

#include <memory>
#include <string>
#include <vector>

#include "tools/bench/generate/flat_model.h"

namespace ledgerline::bench {

class TorchPeer {
 public:
  explicit TorchPeer(const FlatWeights& weights);
  ~TorchPeer();
  // Logits of the last of some tokens that follow what was read.
  std::vector<float> Read(const std::vector<int>& tokens);
  void Reset();
  static std::string Version();  // with the BLAS

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_TORCH_PEER_H_
