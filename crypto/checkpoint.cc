#include "crypto/checkpoint.h"

#include "crypto/merkle.h"

namespace ledgerline::crypto {
namespace {

Result<TreeSize> ParseSize(std::string_view text) {
  uint64_t value = 0;
  bool ok = !text.empty() && text.size() <= 19 && (text == "0" || text[0] != '0');
  for (const char c : text) {
    ok = ok && c >= '0' && c <= '9';
    if (ok) value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (!ok || value > kTreeSizeMax) {
    return InvalidArgument("checkpoint line 2, tree size \"" + std::string(text.substr(0, 40)) +
                           "\", is not a decimal from 0 to " + std::to_string(kTreeSizeMax));
  }
  return TreeSize{value};
}

}  // namespace

std::string Checkpoint::Text() const {
  std::string text = origin + "\n" + std::to_string(size.value) + "\n" + Base64Encode(root.view()) + "\n";
  for (const std::string& extension : extensions) text += extension + "\n";
  return text;
}

Result<Checkpoint> Checkpoint::Parse(std::string_view text) {
  std::vector<std::string_view> lines;
  if (!text.ends_with('\n')) return InvalidArgument("checkpoint does not end in a newline");
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == 0) return InvalidArgument("checkpoint line " + std::to_string(lines.size() + 1) + " is empty");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) {
    return InvalidArgument("checkpoint has " + std::to_string(lines.size()) + " lines, needs origin, size and root");
  }
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  ASSIGN_OR_RETURN(checkpoint.size, ParseSize(lines[1]));
  const Result<std::string> root = Base64Decode(lines[2]);
  if (!root.ok() || root->size() != Hash256::kSize) {
    return InvalidArgument("checkpoint line 3, root \"" + std::string(lines[2].substr(0, 60)) +
                           "\", is not the base64 of 32 bytes");
  }
  ASSIGN_OR_RETURN(checkpoint.root, Hash256::FromBytes(*root));
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

Result<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer) {
  const Signer* const one = &signer;
  return SignCheckpoint(checkpoint, std::span(&one, 1));
}

Result<std::string> SignCheckpoint(const Checkpoint& checkpoint, std::span<const Signer* const> signers) {
  ASSIGN_OR_RETURN(SignedNote note, MakeNote(checkpoint.Text()));
  for (const Signer* signer : signers) RETURN_IF_ERROR(note.Sign(checkpoint.origin, *signer));
  return note.Serialize();
}

Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, std::string_view origin,
                                  std::span<const VerifierKey> keys) {
  ASSIGN_OR_RETURN(const SignedNote note, SignedNote::Parse(note_bytes));
  ASSIGN_OR_RETURN(const std::vector<size_t> signers, note.Verify(keys));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::Parse(note.text));
  if (checkpoint.origin != origin) {
    return PermissionDenied("checkpoint of log \"" + checkpoint.origin + "\", expected \"" + std::string(origin) +
                            "\"");
  }
  return checkpoint;
}

Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, const VerifierKey& log_key) {
  return OpenCheckpoint(note_bytes, log_key.name(), std::span(&log_key, 1));
}

}  // namespace ledgerline::crypto
