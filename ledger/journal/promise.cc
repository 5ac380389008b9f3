#include "ledger/journal/promise.h"

#include <charconv>
#include <optional>
#include <span>

#include "ledger/journal/signed_batch.h"

namespace ledgerline::journal {
namespace {

constexpr std::string_view kTextHeader = "ledgerline/promise/v1";
constexpr size_t kPathHashesMax = 64;

// Takes the next line, without its newline; nothing if there is none.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Status BadLine(const std::string& what, std::string_view line) {
  return InvalidArgument("promise: \"" + std::string(line.substr(0, 60)) + "\" is not " + what);
}

// Decimal as we write it: no sign (but of negative times), no leading zero.
template <typename Number>
Result<Number> TakeNumber(std::string_view& text, const std::string& what) {
  const std::optional<std::string_view> line = TakeLine(text);
  if (!line) return InvalidArgument("promise: no line with " + what);
  Number value = 0;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), value);
  if (error != std::errc() || std::to_string(value) != *line) return BadLine(what, *line);
  return value;
}

Result<Hash256> ParseHash(std::string_view line, const std::string& what) {
  const Result<std::string> raw = Base64Decode(line);
  const Result<Hash256> hash = raw.ok() ? Hash256::FromBytes(*raw) : Result<Hash256>(raw.status());
  if (!hash.ok() || Base64Encode(hash->view()) != line) return BadLine(what, line);
  return *hash;
}

}  // namespace

std::string PromisedCommit::Text() const {
  return std::string(kTextHeader) + "\n" + origin + "\n" + std::to_string(first.value) + "\n" + std::to_string(count) +
         "\n" + std::to_string(recorded_at_us) + "\n" + Base64Encode(root.view()) + "\n";
}

Result<PromisedCommit> PromisedCommit::Parse(std::string_view text) {
  PromisedCommit commit;
  const std::optional<std::string_view> header = TakeLine(text);
  if (!header || *header != kTextHeader) return BadLine(std::string(kTextHeader), header.value_or(text));
  const std::optional<std::string_view> origin = TakeLine(text);
  if (!origin) return InvalidArgument("promise: no line with the origin");
  RETURN_IF_ERROR(crypto::CheckKeyName(*origin).WithContext("promise: origin"));
  commit.origin = *origin;
  ASSIGN_OR_RETURN(commit.first.value, TakeNumber<uint64_t>(text, "the index of the first entry"));
  ASSIGN_OR_RETURN(commit.count, TakeNumber<uint64_t>(text, "the number of entries"));
  ASSIGN_OR_RETURN(commit.recorded_at_us, TakeNumber<int64_t>(text, "the recorded time in microseconds"));
  const std::optional<std::string_view> root = TakeLine(text);
  if (!root) return InvalidArgument("promise: no line with the root");
  ASSIGN_OR_RETURN(commit.root, ParseHash(*root, "the root"));
  if (!text.empty()) return BadLine("the end of the text", text);
  if (commit.count < 1 || commit.count > kPromisedEntriesMax || commit.first.value > crypto::kTreeSizeMax) {
    return OutOfRange("promise: " + std::to_string(commit.count) + " entries from " +
                      std::to_string(commit.first.value) + ", at most " + std::to_string(kPromisedEntriesMax));
  }
  return commit;
}

std::string Promise::Serialize() const {
  std::string text =
      std::string(kPromiseHeader) + "\n" + std::to_string(index.value) + "\n" + Base64Encode(leaf_hash.view()) + "\n";
  for (const Hash256& hash : path) text += Base64Encode(hash.view()) + "\n";
  return text + "\n" + note;
}

Result<Promise> Promise::Parse(std::string_view text) {
  if (text.size() > kPromiseBytesMax) {
    return OutOfRange("promise of " + std::to_string(text.size()) + " bytes, at most " +
                      std::to_string(kPromiseBytesMax));
  }
  Promise promise;
  const std::optional<std::string_view> header = TakeLine(text);
  if (!header || *header != kPromiseHeader) return BadLine(std::string(kPromiseHeader), header.value_or(text));
  ASSIGN_OR_RETURN(promise.index.value, TakeNumber<uint64_t>(text, "the entry's index"));
  const std::optional<std::string_view> leaf = TakeLine(text);
  if (!leaf) return InvalidArgument("promise: no line with the leaf hash");
  ASSIGN_OR_RETURN(promise.leaf_hash, ParseHash(*leaf, "the leaf hash"));
  while (true) {
    const std::optional<std::string_view> line = TakeLine(text);
    if (!line) return InvalidArgument("promise: no empty line after the path");
    if (line->empty()) break;
    if (promise.path.size() == kPathHashesMax) return OutOfRange("promise: more than 64 hashes in the path");
    ASSIGN_OR_RETURN(const Hash256 hash, ParseHash(*line, "a hash of the path"));
    promise.path.push_back(hash);
  }
  promise.note = text;
  RETURN_IF_ERROR(crypto::SignedNote::Parse(promise.note).status().WithContext("promise"));
  return promise;
}

Result<PromisedCommit> Promise::Verify(const crypto::VerifierKey& key) const {
  ASSIGN_OR_RETURN(const crypto::SignedNote signed_note, crypto::SignedNote::Parse(note));
  RETURN_IF_ERROR(signed_note.Verify(std::span(&key, 1)).status());
  ASSIGN_OR_RETURN(PromisedCommit commit, PromisedCommit::Parse(signed_note.text));
  if (commit.origin != key.name()) {
    return PermissionDenied("the promise is of the ledger \"" + commit.origin + "\", the key is of \"" + key.name() +
                            "\"");
  }
  if (index < commit.first || index.value - commit.first.value >= commit.count) {
    return DataLoss("the note promises entries " + std::to_string(commit.first.value) + " to " +
                    std::to_string(commit.first.value + commit.count - 1) + ", not entry " +
                    std::to_string(index.value));
  }
  const Status leads = crypto::VerifyInclusion(leaf_hash, EntryIndex{index.value - commit.first.value},
                                               TreeSize{commit.count}, path, commit.root);
  if (!leads.ok()) return DataLoss("the note does not promise this entry: " + leads.message());
  return commit;
}

void CommitRecord::Append(const Hash256& leaf_hash, int64_t recorded_at_us) {
  leaf_hashes_.push_back(leaf_hash);
  recorded_at_us_ = recorded_at_us;
}

void CommitRecord::Sign(const PromiseSigner& signer) const {
  std::call_once(signing_, [&] {
    const uint64_t count = leaf_hashes_.size();
    const PromisedCommit commit{origin_, first_, count, recorded_at_us_, ItemsRoot(leaf_hashes_)};
    note_ = signer(commit.Text());
  });
}

Result<Promise> CommitRecord::PromiseOf(EntryIndex index) const {
  if (!note_.ok()) return note_.status();
  if (index < first_ || index.value - first_.value >= leaf_hashes_.size()) {
    return OutOfRange("entry " + std::to_string(index.value) + " is not of this commit");
  }
  const size_t at = index.value - first_.value;
  ASSIGN_OR_RETURN(crypto::Proof path, ItemPath(leaf_hashes_, static_cast<uint32_t>(at + 1)));
  return Promise{index, leaf_hashes_[at], std::move(path), *note_};
}

}  // namespace ledgerline::journal
