// Policies, and what they say of a checkpoint: the part of the standard parses by itself to the same rules.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/trust_anchor.h"
#include "crypto/witness_policy.h"

using namespace ledgerline::crypto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // A policy, and after a zero byte a note that it is asked about.
  const size_t split = bytes.find('\0');
  const auto policy = WitnessPolicy::Parse(bytes.substr(0, split));
  if (!policy.ok()) return 0;
  const auto standard = WitnessPolicy::Parse(policy->standard_text());
  if (!standard.ok() || standard->quorum() != policy->quorum() || !standard->auditors().empty()) std::abort();
  if (standard->witnesses().size() != policy->witnesses().size()) std::abort();
  if (split == std::string_view::npos) return 0;
  const auto verdict = policy->EvaluateCheckpoint(bytes.substr(split + 1));
  if (verdict.ok() && verdict->satisfied != verdict->missing.empty()) std::abort();
  if (verdict.ok() && verdict->cosigned.size() + verdict->absent.size() != policy->witnesses().size()) std::abort();
  return 0;
}
