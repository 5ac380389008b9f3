// Model files from strangers: no crash, and what is accepted is written and read again with the same content.
// Without a corpus the fuzzer starts from a small file that is made here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "inference/model/model_config.h"
#include "inference/model/model_file.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

using namespace ledgerline;  // NOLINT: a program's main file

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (size < 10 || data[7] != 0 || data[8] != '{') {
    model::ModelFile file;
    file.metadata = model::ModelConfig().ToMetadata();
    file.tensors["a"] = {{1 + seed % 3}, std::vector<float>(1 + seed % 3, 1.0f), {}};
    file.tensors["b"] = {{2, 2}, {}, std::vector<int8_t>(4, 5)};
    file.tensors["c"] = {{3}, {1.5f, -2.0f, 0.0f}, {}, true};
    const std::string bytes = model::SerialiseModelFile(file);
    if (bytes.size() <= max_size) {
      std::memcpy(data, bytes.data(), bytes.size());
      return bytes.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = model::ParseModelFile({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) return 0;
  model::ModelConfig::FromMetadata(file->metadata).status().IgnoreError();
  const std::string bytes = model::SerialiseModelFile(*file);
  const auto again = model::ParseModelFile(bytes);
  if (!again.ok() || again->metadata != file->metadata || model::SerialiseModelFile(*again) != bytes) std::abort();
  return 0;
}
