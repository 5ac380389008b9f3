// OnnxPeer: the flat model in onnxruntime-node, in a process of its own that onnx_peer.mjs runs.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_ONNX_PEER_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_ONNX_PEER_H_

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "schemas/status.h"
#include "tools/bench/generate/flat_model.h"

namespace ledgerline::bench {

class OnnxPeer {
 public:
  // `modules` is a folder where `npm install --ignore-scripts onnxruntime-node` was run; `bits` is 8 or 32.
  // Errors: kUnavailable (node or the package does not start).
  static Result<std::unique_ptr<OnnxPeer>> Start(const std::string& modules, const FlatWeights& weights, int bits);
  ~OnnxPeer();

  const std::string& version() const { return version_; }
  // Logits after the tokens, read one by one. Errors: kUnavailable.
  Result<std::vector<float>> Logits(const std::vector<int>& tokens);
  // Processor seconds, of the whole process, of decoding `count` tokens from a position. Errors: kUnavailable.
  Result<double> Decode(size_t from, size_t count);

 private:
  OnnxPeer() = default;
  Result<std::string> Ask(const std::string& command);

  pid_t process_ = -1;
  std::FILE* in_ = nullptr;
  std::FILE* out_ = nullptr;
  std::string weights_path_, version_;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_ONNX_PEER_H_
