#include "ledger/journal/tlog_proof.h"

#include "schemas/hash.h"

namespace ledgerline::journal {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr size_t kHashesMax = 60;  // the height of the largest tree

Result<EntryIndex> ParseIndex(std::string_view text) {
  uint64_t value = 0;
  bool ok = !text.empty() && text.size() <= 19 && (text == "0" || text[0] != '0');
  for (const char c : text) {
    ok = ok && c >= '0' && c <= '9';
    if (ok) value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (!ok || value >= crypto::kTreeSizeMax) {
    return InvalidArgument("proof's index \"" + std::string(text.substr(0, 40)) + "\" is not a decimal below " +
                           std::to_string(crypto::kTreeSizeMax));
  }
  return EntryIndex{value};
}

}  // namespace

std::string TlogProof::Serialize() const {
  std::string text(kHeader);
  text += "\n";
  if (extra) text += "extra " + Base64Encode(*extra) + "\n";
  text += "index " + std::to_string(index.value) + "\n";
  for (const Hash256& hash : hashes) text += Base64Encode(hash.view()) + "\n";
  return text + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::Parse(std::string_view text) {
  if (text.size() > kTlogProofBytesMax) {
    return InvalidArgument("proof of " + std::to_string(text.size()) + " bytes, at most " +
                           std::to_string(kTlogProofBytesMax));
  }
  size_t line_number = 0;
  const auto next_line = [&]() -> Result<std::string_view> {
    const size_t end = text.find('\n');
    ++line_number;
    if (end == std::string_view::npos) {
      return InvalidArgument("proof ends in line " + std::to_string(line_number) + ", before its checkpoint");
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
  };
  ASSIGN_OR_RETURN(std::string_view line, next_line());
  if (line != kHeader) return InvalidArgument("proof's first line is not \"" + std::string(kHeader) + "\"");
  TlogProof proof;
  ASSIGN_OR_RETURN(line, next_line());
  if (line.starts_with("extra ")) {
    const Result<std::string> extra = Base64Decode(line.substr(6));
    if (!extra.ok()) return InvalidArgument("proof line 2: the extra data is not base64");
    proof.extra = *extra;
    ASSIGN_OR_RETURN(line, next_line());
  }
  if (!line.starts_with("index ")) {
    return InvalidArgument("proof line " + std::to_string(line_number) + " does not start with \"index \"");
  }
  ASSIGN_OR_RETURN(proof.index, ParseIndex(line.substr(6)));
  while (true) {
    ASSIGN_OR_RETURN(line, next_line());
    if (line.empty()) break;
    const Result<std::string> raw = Base64Decode(line);
    const Result<Hash256> hash = raw.ok() ? Hash256::FromBytes(*raw) : Result<Hash256>(raw.status());
    if (!hash.ok())
      return InvalidArgument("proof line " + std::to_string(line_number) + " is not the base64 of 32 bytes");
    if (proof.hashes.size() == kHashesMax) return InvalidArgument("proof has more than 60 hashes");
    proof.hashes.push_back(*hash);
  }
  // The checkpoint's own form; its signatures are Verify's business.
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(text));
  RETURN_IF_ERROR(crypto::Checkpoint::Parse(note.text).status());
  proof.checkpoint = text;
  return proof;
}

Result<crypto::Checkpoint> TlogProof::Verify(std::string_view entry, const crypto::VerifierKey& checkpoint_key) const {
  ASSIGN_OR_RETURN(crypto::Checkpoint opened, crypto::OpenCheckpoint(checkpoint, checkpoint_key));
  RETURN_IF_ERROR(crypto::VerifyInclusion(crypto::LeafHash(entry), index, opened.size, hashes, opened.root));
  return opened;
}

Result<TlogProof> MakeReceipt(const Journal& journal, EntryIndex index) {
  TlogProof proof;
  ASSIGN_OR_RETURN(proof.extra, journal.ReadEntry(index));
  proof.index = index;
  proof.checkpoint = journal.LatestCheckpoint();
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, journal.keys().operator_keys().Open(proof.checkpoint));
  if (index.value >= checkpoint.size.value) {
    return FailedPrecondition("entry " + std::to_string(index.value) +
                              " is not yet under a signed checkpoint; the last covers " +
                              std::to_string(checkpoint.size.value) + " entries");
  }
  ASSIGN_OR_RETURN(proof.hashes, journal.InclusionProof(index, checkpoint.size));
  return proof;
}

}  // namespace ledgerline::journal
