// What comes to a witness from the network, and evidence files: what parses is written back as the same bytes, and
// nobody is slandered under no key at all.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/witness/add_checkpoint_request.h"
#include "ledger/witness/fork_evidence.h"

using namespace ledgerline::witness;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = AddCheckpointRequest::Parse(bytes); request.ok() && request->Serialize() != bytes)
    std::abort();
  if (const auto evidence = ForkEvidence::Parse(bytes); evidence.ok()) {
    if (evidence->Serialize() != bytes) std::abort();
    if (Judge(*evidence, {}).ok()) std::abort();
    if (!ForkEvidence::Parse(MakeForkEvidence(evidence->first, evidence->second, evidence->proof).Serialize()).ok())
      std::abort();
  }
  return 0;
}
