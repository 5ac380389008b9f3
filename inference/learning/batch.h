// Batches of encoded chunks as tensors, and a network's loss over chunks: what every training program shares.
#ifndef LEDGERLINE_INFERENCE_LEARNING_BATCH_H_
#define LEDGERLINE_INFERENCE_LEARNING_BATCH_H_

#include <string>
#include <vector>

#include "inference/learning/autocast.h"
#include "inference/learning/ngram.h"
#include "inference/model/transformer.h"
#include "inference/tokens/positions.h"

namespace ledgerline::learning {

struct Batch {
  torch::Tensor rows;    // int64 [B, T, kColumns], padded at the end
  torch::Tensor bars;    // int64 [N, kBarColumns]
  torch::Tensor places;  // int64 [N], b * T + t of each bar's row

  Batch On(Device device) const;
};

// Pads chunks to the longest of them. On the CPU.
Batch MakeBatch(const std::vector<tokens::Sequence>& chunks);

// Moves a network to a device. Errors: kFailedPrecondition (this machine, or this LibTorch, has no such device).
Status Place(model::TransformerImpl* network, Device device);

// The loss of a batch on the network's device: nats summed over fields, float32 scalar.
torch::Tensor NoteLoss(model::TransformerImpl& network, const Batch& batch);

// Chunks that a step reads, in parts for its threads, and the notes that they predict: what a mean loss counts.
struct ChunkParts {
  std::vector<std::vector<tokens::Sequence>> parts;  // each is one batch; at least one
  int64_t notes = 0;
};
ChunkParts CutChunks(const std::vector<tokens::Sequence>& chunks, int parts);

// Nats a note over the chunks, each read alone on an empty context. No gradients, no dropout. `device`: the network's.
Evaluation EvaluateNetwork(model::TransformerImpl& network, const std::vector<tokens::Sequence>& chunks,
                           Device device = Device::kCpu);

// "2.1337 (onset 0.3241 role 0.1867 pitch 1.2001 duration 0.4228)"
std::string Describe(const Evaluation& evaluation);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_BATCH_H_
