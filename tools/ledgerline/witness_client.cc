#include "tools/ledgerline/witness_client.h"

#include "crypto/checkpoint.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "ledger/witness/witness.h"
#include "tools/ledgerline/http_client.h"

namespace ledgerline::tool {
namespace {

// For messages: the first line of what a server said.
std::string Said(const HttpAnswer& answer) {
  std::string line = answer.body.substr(0, std::min<size_t>(answer.body.find('\n'), 300));
  for (char& c : line) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return std::to_string(answer.status) + (line.empty() ? "" : ", " + line);
}

Result<TreeSize> ParseSize(const std::string& body) {
  uint64_t size = 0;
  bool good = body.size() >= 2 && body.size() <= 20 && body.back() == '\n' && (body == "0\n" || body[0] != '0');
  for (size_t i = 0; good && i + 1 < body.size(); ++i) {
    good = body[i] >= '0' && body[i] <= '9';
    size = size * 10 + static_cast<uint64_t>(body[i] - '0');
  }
  if (!good || size > crypto::kTreeSizeMax) return Unavailable("its 409 names no size");
  return TreeSize{size};
}

Result<crypto::NoteSignature> TakeCosignature(const crypto::PolicyWitness& witness, const std::string& note,
                                              const std::string& lines) {
  const auto signatures = crypto::ParseSignatureLines(lines);
  if (!signatures.ok()) return Unavailable("it answers 200 without signature lines: " + signatures.status().message());
  ASSIGN_OR_RETURN(crypto::SignedNote alone, crypto::SignedNote::Parse(note));
  for (const crypto::NoteSignature& signature : *signatures) {
    // tlog-witness: cosignatures of unknown keys are ignored.
    if (signature.name != witness.key.name() || signature.key_id != witness.key.key_id()) continue;
    alone.signatures = {signature};
    const auto at = crypto::CosignedAt(alone, witness.key);
    if (!at.ok()) return Unavailable("it answers with a false cosignature");
    return signature;
  }
  return Unavailable("it answers without a cosignature under the policy's key " + witness.key.ToString());
}

}  // namespace

Result<std::optional<std::string>> AskForLatest(const crypto::PolicyWitness& witness, const std::string& origin,
                                                const WitnessClientOptions& options) {
  ASSIGN_OR_RETURN(const HttpUrl url, HttpUrl::Parse(witness.url));
  ASSIGN_OR_RETURN(HttpAnswer answer,
                   HttpGet(url, "/" + PercentEncode(origin) + "/checkpoint", {options.time, crypto::kNoteBytesMax}));
  if (answer.status == 404) return std::optional<std::string>();
  if (answer.status != 200) return Unavailable("it says " + Said(answer));
  return std::optional(std::move(answer.body));
}

Result<crypto::NoteSignature> AskForCosignature(const crypto::PolicyWitness& witness, const std::string& note_bytes,
                                                TreeSize old_size, const ConsistencySource& consistency,
                                                const WitnessClientOptions& options) {
  ASSIGN_OR_RETURN(const HttpUrl url, HttpUrl::Parse(witness.url));
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(note_bytes));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(note.text));
  for (int attempt = 0; attempt < options.attempts_max; ++attempt) {
    if (old_size > checkpoint.size) {
      return DataLoss("it has seen a tree of size " + std::to_string(old_size.value) +
                      ", larger than this one of size " + std::to_string(checkpoint.size.value));
    }
    witness::AddCheckpointRequest request{old_size, {}, note_bytes};
    if (old_size.value != 0 && old_size != checkpoint.size) {
      ASSIGN_OR_RETURN(request.proof, consistency(old_size, checkpoint.size));
    }
    ASSIGN_OR_RETURN(const HttpAnswer answer,
                     HttpPost(url, "/add-checkpoint", request.Serialize(), {options.time, crypto::kNoteBytesMax}));
    if (answer.status == 200) return TakeCosignature(witness, note_bytes, answer.body);
    if (answer.status == 409 && answer.content_type == witness::kSizeType) {
      ASSIGN_OR_RETURN(const TreeSize seen, ParseSize(answer.body));
      if (seen != old_size) {
        old_size = seen;
        continue;
      }
    }
    if (answer.status == 409 || answer.status == 422) {
      return DataLoss("it has seen another history, at size " + std::to_string(old_size.value) +
                      ", than this log of size " + std::to_string(checkpoint.size.value) + " (it says " + Said(answer) +
                      ")");
    }
    if (answer.status == 403 || answer.status == 404)
      return PermissionDenied("it does not take this log's checkpoints (it says " + Said(answer) + ")");
    return Unavailable("it says " + Said(answer));
  }
  return Unavailable("it named another size " + std::to_string(options.attempts_max) +
                     " times: others sign this log too?");
}

}  // namespace ledgerline::tool
