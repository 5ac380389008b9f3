#include "ledger/witness/add_checkpoint_request.h"

#include "crypto/checkpoint.h"

namespace ledgerline::witness {
namespace {

constexpr std::string_view kOld = "old ";

Result<TreeSize> ParseOldSize(std::string_view text) {
  uint64_t value = 0;
  bool good = !text.empty() && text.size() <= 19 && (text == "0" || text[0] != '0');
  for (const char c : text) {
    good = good && c >= '0' && c <= '9';
    if (good) value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (good && value <= crypto::kTreeSizeMax) return TreeSize{value};
  return InvalidArgument("line 1, old size \"" + std::string(text.substr(0, 40)) + "\", is not a decimal from 0 to " +
                         std::to_string(crypto::kTreeSizeMax));
}

}  // namespace

std::string AddCheckpointRequest::Serialize() const {
  std::string body = std::string(kOld) + std::to_string(old_size.value) + "\n";
  for (const Hash256& hash : proof) body += Base64Encode(hash.view()) + "\n";
  return body + "\n" + checkpoint;
}

Result<AddCheckpointRequest> AddCheckpointRequest::Parse(std::string_view body) {
  if (body.size() > kAddCheckpointBytesMax) {
    return OutOfRange("add-checkpoint body of " + std::to_string(body.size()) + " bytes, at most " +
                      std::to_string(kAddCheckpointBytesMax));
  }
  AddCheckpointRequest request;
  for (size_t number = 1;; ++number) {
    const size_t end = body.find('\n');
    if (end == std::string_view::npos)
      return InvalidArgument("the body ends in line " + std::to_string(number) + ", before its checkpoint");
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (number == 1) {
      if (!line.starts_with(kOld)) return InvalidArgument("line 1 does not begin with \"old \"");
      ASSIGN_OR_RETURN(request.old_size, ParseOldSize(line.substr(kOld.size())));
      continue;
    }
    if (line.empty()) break;
    if (request.proof.size() == kProofLinesMax)
      return InvalidArgument("the proof has more than " + std::to_string(kProofLinesMax) + " lines");
    const Result<std::string> raw = Base64Decode(line);
    const Result<Hash256> hash = raw.ok() ? Hash256::FromBytes(*raw) : Result<Hash256>(raw.status());
    if (!hash.ok()) return InvalidArgument("line " + std::to_string(number) + " is not the base64 of 32 bytes");
    request.proof.push_back(*hash);
  }
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(body));
  RETURN_IF_ERROR(crypto::Checkpoint::Parse(note.text).status());
  request.checkpoint = body;
  return request;
}

}  // namespace ledgerline::witness
