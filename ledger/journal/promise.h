// Promises: what COMMITTED returns. The operator signs, once for each commit, where its entries stand; whoever
// submitted one keeps that note with the path to its entry. If the ledger later shows something else there, or nothing,
// this file is the evidence. The format is in docs/formats/promise.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_PROMISE_H_
#define LEDGERLINE_LEDGER_JOURNAL_PROMISE_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/signed_note.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

inline constexpr std::string_view kPromiseHeader = "ledgerline-promise/1";
inline constexpr size_t kPromiseBytesMax = size_t{1} << 16;
inline constexpr uint64_t kPromisedEntriesMax = uint64_t{1} << 20;  // in one commit; far above what any has

// What the note says of one commit.
struct PromisedCommit {
  std::string origin;
  EntryIndex first;
  uint64_t count = 0;
  int64_t recorded_at_us = 0;  // of its last entry
  Hash256 root;                // RFC 6962, over the leaf hashes of its entries alone

  // The note's text, six lines. Its first line is no origin that a checkpoint could have beside the second.
  std::string Text() const;
  // Strict. Errors: kInvalidArgument (names the line), kOutOfRange (count).
  static Result<PromisedCommit> Parse(std::string_view text);
};

// One entry's promise.
struct Promise {
  EntryIndex index;
  Hash256 leaf_hash;
  crypto::Proof path;  // from the entry to the root in the note, leaf's sibling first
  std::string note;    // signed

  std::string Serialize() const;
  // Errors: kInvalidArgument (names the line), kOutOfRange (above kPromiseBytesMax, more than 64 hashes).
  static Result<Promise> Parse(std::string_view text);
  // The note is signed by `key`, under the origin as its name, and leads to this entry.
  // Errors: kInvalidArgument (form), kPermissionDenied (signature, another ledger), kDataLoss (it promises another
  // entry).
  Result<PromisedCommit> Verify(const crypto::VerifierKey& key) const;
};

// Signs a promise's text under every key that a checkpoint of now, the promised commit included, needs; returns the
// note.
using PromiseSigner = std::function<Result<std::string>(const std::string& text)>;

// The entries of one commit, shared by all who submitted one of them. Filled by the sequencer alone, before anyone else
// has it; thread-safe from then on.
class CommitRecord {
 public:
  CommitRecord(std::string origin, EntryIndex first) : origin_(std::move(origin)), first_(first) {}
  void Reserve(size_t entries) { leaf_hashes_.reserve(entries); }
  void Append(const Hash256& leaf_hash, int64_t recorded_at_us);
  // Of an entry of this commit, and all of them in order.
  const Hash256& leaf_hash(EntryIndex index) const { return leaf_hashes_[index.value - first_.value]; }
  const std::vector<Hash256>& leaf_hashes() const { return leaf_hashes_; }

  // Signs, if nobody has yet: on a submitter's thread, where one waits, so that the sequencer can go on.
  void Sign(const PromiseSigner& signer) const;
  // Errors: kOutOfRange (the entry is not of this commit), those of the signer; kInternal (not signed yet).
  Result<Promise> PromiseOf(EntryIndex index) const;

 private:
  const std::string origin_;
  const EntryIndex first_;
  int64_t recorded_at_us_ = 0;
  std::vector<Hash256> leaf_hashes_;
  mutable std::once_flag signing_;
  mutable Result<std::string> note_ = Internal("the promise is not signed yet");
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_PROMISE_H_
