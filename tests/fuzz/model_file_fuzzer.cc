// Model files from strangers: no crash, and what is accepted is written and read again with the same content.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/model/model_config.h"
#include "inference/model/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const auto file = model::ParseModelFile({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) return 0;
  model::ModelConfig::FromMetadata(file->metadata).status().IgnoreError();
  const std::string bytes = model::SerialiseModelFile(*file);
  const auto again = model::ParseModelFile(bytes);
  if (!again.ok() || again->metadata != file->metadata || model::SerialiseModelFile(*again) != bytes) std::abort();
  return 0;
}
