#include "tools/ledgerline/restore_guard.h"

#include <future>

#include "crypto/checkpoint.h"
#include "tools/ledgerline/cosigning.h"
#include "tools/ledgerline/http_client.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/witness_client.h"

namespace ledgerline::tool {
namespace {

constexpr char kWhatToDo[] =
    "\nNothing was written, and the ledger may be read. If an old copy was put back, put back a newer one; what is "
    "lost "
    "for good is submitted again to a successor log, since this one may not sign another history.";

// The last checkpoint that somebody elsewhere holds of this log.
struct Remembered {
  std::string who;  // "witness label-1"
  crypto::Checkpoint checkpoint;
};

Result<crypto::Checkpoint> ParseCheckpoint(const std::string& bytes, const std::string& origin) {
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(bytes));
  ASSIGN_OR_RETURN(crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(note.text));
  if (checkpoint.origin == origin) return checkpoint;
  return InvalidArgument("it is of another log, \"" + checkpoint.origin + "\"");
}

// Ours must be as large, and have the same root at that size.
Status Compare(const journal::Journal& journal, const Remembered& other) {
  const journal::Journal::Head head = journal.head();
  const std::string theirs = std::to_string(other.checkpoint.size.value);
  if (other.checkpoint.size > head.size) {
    return DataLoss("this ledger is BEHIND: " + other.who + " has seen a tree of size " + theirs +
                    ", here it has size " + std::to_string(head.size.value) + kWhatToDo);
  }
  Hash256 root = crypto::EmptyRoot();
  if (other.checkpoint.size.value > 0) {
    ASSIGN_OR_RETURN(root, journal.RootAt(other.checkpoint.size));
  }
  if (root == other.checkpoint.root) return Status::Ok();
  return DataLoss("this ledger DIFFERS: at size " + theirs + " " + other.who + " has seen root " +
                  other.checkpoint.root.Short() + ", here it is " + root.Short() + " (size now " +
                  std::to_string(head.size.value) + ")" + kWhatToDo);
}

// What the witness says that it saw, by its own cosignature: the log's key may have been changed since the copy that we
// are. One that says 404 may be new, or may not tell: then our last checkpoint is put to it, and its answer says.
Result<std::optional<Remembered>> AskWitness(const crypto::PolicyWitness& witness, const journal::Journal& journal) {
  if (witness.url.empty()) return Unavailable("the policy has no URL for it");
  const std::string who = "witness " + witness.name;
  ASSIGN_OR_RETURN(const std::optional<std::string> note, AskForLatest(witness, journal.origin()));
  if (note) {
    Result<crypto::Checkpoint> checkpoint = ParseCheckpoint(*note, journal.origin());
    if (!checkpoint.ok()) return Unavailable("what it answers is no checkpoint: " + checkpoint.status().message());
    const auto cosigned = crypto::CosignedAt(*crypto::SignedNote::Parse(*note), witness.key);
    if (!cosigned.ok() || !*cosigned)
      return Unavailable("what it answers is not cosigned by " + witness.key.ToString());
    return std::optional(Remembered{who, *std::move(checkpoint)});
  }
  const Result<crypto::NoteSignature> answer =
      AskForCosignature(witness, journal.LatestCheckpoint(), TreeSize{0},
                        [&](TreeSize old_size, TreeSize now) { return journal.ConsistencyProof(old_size, now); });
  if (answer.ok()) return std::optional<Remembered>();  // it has seen no more than this, and takes this
  if (answer.status().code() != StatusCode::kDataLoss) return answer.status();
  return DataLoss("this ledger is BEHIND or DIFFERS: " + who + ": " + answer.status().message() + kWhatToDo);
}

Result<Remembered> ReadAnchor(const std::string& anchor, const crypto::WitnessPolicy& policy,
                              const journal::Journal& journal) {
  std::string note;
  if (IsUrl(anchor)) {
    ASSIGN_OR_RETURN(const HttpUrl url, HttpUrl::Parse(anchor));
    ASSIGN_OR_RETURN(HttpAnswer answer, HttpGet(url, ""));
    if (answer.status != 200) return Unavailable("it says " + std::to_string(answer.status));
    note = std::move(answer.body);
  } else {
    ASSIGN_OR_RETURN(note, ReadFile(anchor, crypto::kNoteBytesMax));
  }
  ASSIGN_OR_RETURN(crypto::Checkpoint checkpoint, ParseCheckpoint(note, journal.origin()));
  std::vector<crypto::VerifierKey> keys;
  const journal::KeyRegistry registry = journal.keys();
  for (const journal::OperatorKey& each : registry.operator_keys().chain()) keys.push_back(each.key);
  for (const crypto::PolicyLog& log : policy.logs()) {
    if (log.key.name() == journal.origin()) keys.push_back(log.key);
  }
  RETURN_IF_ERROR(crypto::SignedNote::Parse(note)->Verify(keys).status());
  return Remembered{"anchor " + anchor, std::move(checkpoint)};
}

}  // namespace

Status CheckAgainstWitnesses(const journal::Journal& journal, const crypto::WitnessPolicy& policy,
                             const std::vector<std::string>& more_anchors, std::vector<std::string>& warnings) {
  const bool closed = policy.on_missing_quorum() == crypto::OnMissingQuorum::kFailClosed;
  std::vector<std::future<Result<std::optional<Remembered>>>> asked;
  for (const crypto::PolicyWitness& witness : policy.witnesses())
    asked.push_back(std::async(std::launch::async, [&] { return AskWitness(witness, journal); }));
  std::vector<std::string> silent, unreadable;
  std::vector<Remembered> remembered;
  Status worst;
  for (size_t i = 0; i < asked.size(); ++i) {
    const std::string& name = policy.witnesses()[i].name;
    Result<std::optional<Remembered>> answer = asked[i].get();
    if (answer.ok() && *answer) remembered.push_back(**std::move(answer));
    if (answer.ok()) continue;
    if (answer.status().code() == StatusCode::kDataLoss) {
      worst = answer.status();
      continue;
    }
    silent.push_back(name);
    warnings.push_back("witness " + name + ": " + answer.status().message());
  }
  std::vector<std::string> anchors = policy.anchors();
  anchors.insert(anchors.end(), more_anchors.begin(), more_anchors.end());
  for (const std::string& anchor : anchors) {
    Result<Remembered> read = ReadAnchor(anchor, policy, journal);
    if (read.ok()) {
      remembered.push_back(*std::move(read));
      continue;
    }
    unreadable.push_back(anchor);
    warnings.push_back("anchor " + anchor + ": " + read.status().message());
  }
  for (const Remembered& other : remembered) RETURN_IF_ERROR(Compare(journal, other));
  RETURN_IF_ERROR(worst);
  // Whoever answered is enough if every quorum has one of them in it.
  const bool quorum_may_be_unknown = policy.quorum() != "none" && !silent.empty() && policy.QuorumMetBy(silent);
  if (!closed || (!quorum_may_be_unknown && unreadable.empty())) return Status::Ok();
  std::string text = "it cannot be told whether this ledger is the newest copy, and its policy fails closed:";
  for (const std::string& warning : warnings) text += "\n" + warning;
  return Unavailable(text + "\nNothing was written. Try again when they answer.");
}

}  // namespace ledgerline::tool
