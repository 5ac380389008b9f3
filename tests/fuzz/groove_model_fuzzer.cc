// Groove model files from strangers: what parses is written back byte for byte and can be drawn from.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/drums/groove.h"

using namespace ledgerline;  // NOLINT: a program's main file

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto model = drums::ParseGrooveModel(bytes);
  if (!model.ok()) return 0;
  if (drums::SerialiseGrooveModel(*model) != bytes) std::abort();
  std::vector<drums::GrooveBar> plan(2);
  plan[0].fill = true;
  const auto bars = drums::DrawGroove(*model, static_cast<int>(size % drums::kGrooveStyles), plan, {}, size);
  if (!bars.ok()) std::abort();
  drums::ToNotes(*bars, {0, 1920}, drums::kFineTicks);
  return 0;
}
