#include "ledger/witness/fork_evidence.h"

#include <algorithm>

#include "crypto/checkpoint.h"

namespace ledgerline::witness {
namespace {

constexpr std::string_view kOtherRoot = "root-in-second ";
constexpr std::string_view kProofLine = "proof ";
constexpr size_t kProofHashesMax = 63;

Result<Hash256> ParseHash(std::string_view text, size_t number) {
  const Result<std::string> raw = Base64Decode(text);
  if (raw.ok() && raw->size() == Hash256::kSize) return Hash256::FromBytes(*raw);
  return InvalidArgument("line " + std::to_string(number) + " does not end in the base64 of 32 bytes");
}

// "first 213\n" and then 213 bytes.
Result<std::string> TakeNote(std::string_view& text, std::string_view word) {
  const auto bad = [&](const std::string& why) { return InvalidArgument("'" + std::string(word) + "' " + why); };
  if (!text.starts_with(word) || text.size() <= word.size() || text[word.size()] != ' ')
    return bad("is missing after the proof");
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return bad("has no length");
  const std::string_view digits = text.substr(word.size() + 1, end - word.size() - 1);
  size_t length = 0;
  bool good = !digits.empty() && digits.size() <= 7 && digits[0] != '0';
  for (const char c : digits) {
    good = good && c >= '0' && c <= '9';
    if (good) length = length * 10 + static_cast<size_t>(c - '0');
  }
  text.remove_prefix(end + 1);
  if (!good || length > crypto::kNoteBytesMax || length > text.size())
    return bad("has a length that is not its note's");
  std::string note(text.substr(0, length));
  text.remove_prefix(length);
  const Result<crypto::SignedNote> parsed = crypto::SignedNote::Parse(note);
  if (!parsed.ok()) return bad("is no signed note: " + parsed.status().message());
  const Status form = crypto::Checkpoint::Parse(parsed->text).status();
  if (!form.ok()) return bad("is no checkpoint: " + form.message());
  return note;
}

Result<crypto::Checkpoint> Open(const std::string& note, const char* which,
                                std::span<const crypto::VerifierKey> log_keys) {
  ASSIGN_OR_RETURN(const crypto::SignedNote parsed, crypto::SignedNote::Parse(note));
  ASSIGN_OR_RETURN(crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(parsed.text));
  std::vector<crypto::VerifierKey> keys;
  std::copy_if(log_keys.begin(), log_keys.end(), std::back_inserter(keys),
               [&](const crypto::VerifierKey& key) { return key.name() == checkpoint.origin; });
  const Status signed_by_log = parsed.Verify(keys).status();
  if (!signed_by_log.ok()) return signed_by_log.WithContext(std::string("the ") + which + " checkpoint");
  return checkpoint;
}

}  // namespace

std::string ForkEvidence::Serialize() const {
  std::string text = std::string(kForkEvidenceHeader) + "\n";
  if (other_root) text += std::string(kOtherRoot) + Base64Encode(other_root->view()) + "\n";
  for (const Hash256& hash : proof) text += std::string(kProofLine) + Base64Encode(hash.view()) + "\n";
  return text + "first " + std::to_string(first.size()) + "\n" + first + "second " + std::to_string(second.size()) +
         "\n" + second;
}

Result<ForkEvidence> ForkEvidence::Parse(std::string_view text) {
  if (text.size() > kForkEvidenceBytesMax) {
    return OutOfRange("fork evidence of " + std::to_string(text.size()) + " bytes, at most " +
                      std::to_string(kForkEvidenceBytesMax));
  }
  ForkEvidence evidence;
  for (size_t number = 1;; ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return InvalidArgument("ends in line " + std::to_string(number));
    const std::string_view line = text.substr(0, end);
    if (number == 1) {
      if (line != kForkEvidenceHeader)
        return InvalidArgument("line 1 is not \"" + std::string(kForkEvidenceHeader) + "\"");
    } else if (number == 2 && line.starts_with(kOtherRoot)) {
      ASSIGN_OR_RETURN(evidence.other_root, ParseHash(line.substr(kOtherRoot.size()), number));
    } else if (line.starts_with(kProofLine)) {
      if (evidence.proof.size() == kProofHashesMax) return InvalidArgument("the proof has more than 63 lines");
      ASSIGN_OR_RETURN(const Hash256 hash, ParseHash(line.substr(kProofLine.size()), number));
      evidence.proof.push_back(hash);
    } else {
      break;
    }
    text.remove_prefix(end + 1);
  }
  ASSIGN_OR_RETURN(evidence.first, TakeNote(text, "first"));
  ASSIGN_OR_RETURN(evidence.second, TakeNote(text, "second"));
  if (!text.empty()) return InvalidArgument("there are " + std::to_string(text.size()) + " bytes after the second");
  return evidence;
}

Result<ForkVerdict> Judge(const ForkEvidence& evidence, std::span<const crypto::VerifierKey> log_keys) {
  ASSIGN_OR_RETURN(const crypto::Checkpoint first, Open(evidence.first, "first", log_keys));
  ASSIGN_OR_RETURN(const crypto::Checkpoint second, Open(evidence.second, "second", log_keys));
  if (first.origin != second.origin) {
    return PermissionDenied("the checkpoints are of two logs, \"" + first.origin + "\" and \"" + second.origin + "\"");
  }
  if (first.size > second.size) return InvalidArgument("the first checkpoint is of a larger tree than the second");
  if (first.size == second.size) {
    if (first.root != second.root) return ForkVerdict::kTwoHistories;
    return FailedPrecondition("both checkpoints are of the same tree");
  }
  if (first.size.value == 0) return FailedPrecondition("every tree extends the empty one");
  const Hash256 old_root = evidence.other_root.value_or(first.root);
  const Status proved = crypto::VerifyConsistency(first.size, second.size, old_root, second.root, evidence.proof);
  if (!proved.ok()) return ForkVerdict::kNotShown;
  if (old_root != first.root) return ForkVerdict::kTwoHistories;
  return FailedPrecondition("the second checkpoint extends the first, as the proof shows");
}

ForkEvidence MakeForkEvidence(std::string first, std::string second, const crypto::Proof& failed_proof) {
  ForkEvidence evidence{std::move(first), std::move(second), std::nullopt, failed_proof};
  const auto checkpoint = [](const std::string& note) -> Result<crypto::Checkpoint> {
    ASSIGN_OR_RETURN(const crypto::SignedNote parsed, crypto::SignedNote::Parse(note));
    return crypto::Checkpoint::Parse(parsed.text);
  };
  const Result<crypto::Checkpoint> old = checkpoint(evidence.first), now = checkpoint(evidence.second);
  if (!old.ok() || !now.ok()) return evidence;
  if (old->size == now->size) evidence.proof.clear();
  if (evidence.proof.size() > kProofHashesMax) evidence.proof.clear();
  const Result<crypto::ConsistentRoots> roots =
      crypto::RootsFromConsistencyProof(old->size, now->size, old->root, evidence.proof);
  if (roots.ok() && roots->new_root == now->root && roots->old_root != old->root) evidence.other_root = roots->old_root;
  return evidence;
}

}  // namespace ledgerline::witness
