// Validation files from strangers: what is accepted is canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/influence/validation_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = ledgerline::influence::ValidationFile::Parse(text);
  if (file.ok() && file->Serialise() != text) std::abort();
  return 0;
}
