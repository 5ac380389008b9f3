// SampleAdapter: an adapter for a sample model, with numbers from counted integers, for tests.
#ifndef LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_ADAPTER_H_
#define LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_ADAPTER_H_

#include <string>

#include "crypto/sha256.h"
#include "inference/model/adapter_file.h"
#include "tests/inference/kernel/random_numbers.h"

namespace ledgerline::kernel {

// `base` is the bytes of the model file that it is for.
inline model::AdapterFile SampleAdapter(const model::ModelConfig& config, const std::string& base, float scale = 0.1f,
                                        uint64_t seed = 5) {
  model::CounterRandom random(seed, 3);
  model::AdapterFile adapter;
  adapter.card.base = crypto::Sha256(base);
  adapter.card.rank = 3;
  adapter.card.alpha = 5;
  adapter.card.pieces = {{"lieder/1", "CC0-1.0"}, {"mutopia/2", "CC-BY-4.0"}};
  adapter.card.held_out = {{"lieder/3", "CC0-1.0"}};
  adapter.card.notes = {{"loss_before", "2.5"}, {"loss_after", "2.4"}};
  for (const model::AdaptedRows& rows : model::AdaptedRowsOf(config)) {
    for (const auto& [ending, shape] : {std::pair("/a", std::vector<int64_t>{3, rows.inputs}),
                                        std::pair("/b", std::vector<int64_t>{rows.count, 3})}) {
      model::StoredTensor tensor{shape, Bells(static_cast<size_t>(shape[0] * shape[1]), scale, &random), {}, true};
      for (float& value : tensor.values) value = model::RoundToBfloat16(value);
      adapter.tensors[rows.pair + ending] = std::move(tensor);
    }
  }
  return adapter;
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_ADAPTER_H_
