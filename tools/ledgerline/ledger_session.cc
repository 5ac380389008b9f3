#include "tools/ledgerline/ledger_session.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "ledger/audit/journal_fold.h"
#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"
#include "ledger/store/restore.h"
#include "tools/ledgerline/cosigning.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/restore_guard.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;

// Takes away what Create made, unless it came to an end: a second try must not find half a ledger.
class HalfMade {
 public:
  explicit HalfMade(std::string directory) : directory_(std::move(directory)) {}
  ~HalfMade() {
    std::error_code error;
    if (whole_) return;
    for (const char* made : {"keys", "db", "operator.vkey", "checkpoint", "checkpoint.new"})
      fs::remove_all(directory_ + "/" + made, error);
    if (made_directory_) fs::remove(directory_, error);
  }
  void MadeDirectory() { made_directory_ = true; }
  void IsWhole() { whole_ = true; }

 private:
  std::string directory_;
  bool made_directory_ = false;
  bool whole_ = false;
};

void Warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) std::fprintf(stderr, "ledgerline: warning: %s\n", warning.c_str());
}

// Of a ledger with a policy: nobody may know more of it than it does itself.
Status CheckNewestCopy(const std::string& directory) {
  ASSIGN_OR_RETURN(const std::optional<crypto::WitnessPolicy> policy, ReadLedgerPolicy(directory));
  if (!policy) return Status::Ok();
  ASSIGN_OR_RETURN(const std::unique_ptr<journal::Journal> journal, store::OpenJournalReadOnly(directory));
  std::vector<std::string> warnings;
  const Status status = CheckAgainstWitnesses(*journal, *policy, {}, warnings);
  if (status.ok()) Warn(warnings);
  return status;
}

// A ledger from a backup signs nothing until somebody has made sure that it is the newest copy.
Status CheckAccepted(const std::string& directory) {
  const std::optional<std::string> mark = store::RestoredMark(directory);
  if (!mark) return Status::Ok();
  return FailedPrecondition("'" + directory + "' was restored from a backup (" + *mark +
                            ") and is for reading only: whatever was acknowledged after the backup is not in it. Ask "
                            "witnesses and copies elsewhere for the last checkpoint that they saw, then run "
                            "`ledgerline accept-restored " +
                            directory + "`");
}

}  // namespace

Status CheckLedgerDirectory(const std::string& directory) {
  struct stat found {};
  if (::stat((directory + "/db").c_str(), &found) == 0) return Status::Ok();
  if (errno != ENOENT && errno != ENOTDIR)
    return InvalidArgument("cannot read '" + directory + "/db': " + std::strerror(errno));
  return NotFound("there is no ledger in '" + directory + "': make one with `ledgerline init " + directory +
                  " --origin NAME`");
}

Result<std::unique_ptr<LedgerSession>> LedgerSession::Create(const std::string& directory, const std::string& origin,
                                                             const std::string& key_file, Clock& clock) {
  RETURN_IF_ERROR(crypto::CheckKeyName(origin).WithContext("--origin"));
  if (!key_file.empty()) RETURN_IF_ERROR(ReadKeyFile("--key", key_file).status());
  std::error_code error;
  if (Exists(directory) && !IsDirectory(directory))
    return AlreadyExists("'" + directory + "' is a file: a ledger is made in a new or an empty directory");
  if (Exists(directory) && !fs::is_empty(directory, error)) {
    return AlreadyExists("'" + directory + "' is not empty: a ledger is made in a new or an empty directory");
  }
  HalfMade half_made(directory);
  if (fs::create_directories(directory, error)) half_made.MadeDirectory();
  if (!error) fs::create_directory(directory + "/keys", error);
  if (error) return InvalidArgument("cannot make '" + directory + "/keys': " + error.message());
  fs::permissions(directory + "/keys", fs::perms::owner_all, error);

  std::unique_ptr<LedgerSession> session(new LedgerSession);
  session->directory_ = directory;
  session->clock_ = &clock;
  if (key_file.empty()) {
    ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(session->random_));
    RETURN_IF_ERROR(CreateKeyFile(OperatorKeyPath(directory), crypto::NamedKey{origin, std::move(key)}));
  } else {
    RETURN_IF_ERROR(CopyOperatorKeyFile(key_file, directory, "operator.key", origin));
  }
  ASSIGN_OR_RETURN(session->operator_keys_, OpenOperatorKeyFiles(directory));
  ASSIGN_OR_RETURN(const crypto::VerifierKey verifier, session->operator_keys_.front().key.verifier());
  RETURN_IF_ERROR(crypto::WritePublicKeyFile(OperatorVkeyPath(directory), verifier));
  session->operator_signer_ = session->operator_keys_.front().key.signer;
  ASSIGN_OR_RETURN(session->journal_, store::CreateJournal(directory, origin, *session->operator_signer_, clock));
  half_made.IsWhole();
  return session;
}

Result<std::unique_ptr<LedgerSession>> LedgerSession::OpenForWriting(const std::string& directory, Clock& clock) {
  RETURN_IF_ERROR(CheckLedgerDirectory(directory));
  RETURN_IF_ERROR(CheckNewestCopy(directory));
  RETURN_IF_ERROR(CheckAccepted(directory));
  std::unique_ptr<LedgerSession> session(new LedgerSession);
  ASSIGN_OR_RETURN(session->operator_keys_, OpenOperatorKeyFiles(directory));
  session->directory_ = directory;
  session->clock_ = &clock;
  std::vector<const crypto::Signer*> signers;
  for (const OperatorKeyFile& file : session->operator_keys_) {
    session->lent_.push_back(file.key.signer);
    signers.push_back(file.key.signer.get());
  }
  ASSIGN_OR_RETURN(session->journal_,
                   store::OpenJournal(directory, journal::OperatorSigners(std::move(signers)), clock));
  RETURN_IF_ERROR(session->ArrangeOperatorKeys());
  return session;
}

Status LedgerSession::ArrangeOperatorKeys() {
  RETURN_IF_ERROR(ArrangeOperatorKeyFiles(directory_, *journal_, operator_keys_));
  for (const OperatorKeyFile& file : operator_keys_) {
    if (file.key.public_key() == journal_->operator_key()) operator_signer_ = file.key.signer;
  }
  return Status::Ok();
}

void LedgerSession::AddOperatorKey(OperatorKeyFile key) {
  lent_.push_back(key.key.signer);
  journal_->AddOperatorSigner(*key.key.signer);
  operator_keys_.push_back(std::move(key));
}

Result<std::unique_ptr<LedgerSession>> LedgerSession::OpenForReading(const std::string& directory) {
  RETURN_IF_ERROR(CheckLedgerDirectory(directory));
  std::unique_ptr<LedgerSession> session(new LedgerSession);
  session->directory_ = directory;
  ASSIGN_OR_RETURN(session->journal_, store::OpenJournalReadOnly(directory));
  return session;
}

Result<const royalty::LedgerFold*> LedgerSession::Fold() {
  RETURN_IF_ERROR(audit::FoldJournal(*journal_, fold_));
  return &fold_;
}

Result<const rights::RightsState*> LedgerSession::Rights() {
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, Fold());
  return &fold->rights();
}

Result<journal::Committed> LedgerSession::Submit(const v1::Payload& payload, std::string idempotency_key,
                                                 std::vector<std::string> blobs, const crypto::Signer* signer) {
  if (idempotency_key.empty()) {
    ASSIGN_OR_RETURN(idempotency_key, NewIdempotencyKey());
  }
  journal::SubmissionRequest request;
  ASSIGN_OR_RETURN(request.submission,
                   journal::SignSubmission(journal_->origin(), idempotency_key, payload.SerializeAsString(),
                                           signer != nullptr ? *signer : *operator_signer_));
  request.blobs = std::move(blobs);
  return journal_->Submit(std::move(request));
}

Result<journal::Committed> LedgerSession::Record(const v1::Payload& payload, std::string idempotency_key,
                                                 std::vector<std::string> blobs, const crypto::Signer* signer) {
  ASSIGN_OR_RETURN(const journal::Committed committed,
                   Submit(payload, std::move(idempotency_key), std::move(blobs), signer));
  RETURN_IF_ERROR(SignCheckpoint());
  return committed;
}

Status LedgerSession::SignCheckpoint() {
  ASSIGN_OR_RETURN(const std::optional<crypto::WitnessPolicy> policy, ReadLedgerPolicy(directory_));
  if (!policy) return journal_->SignCheckpoint().status();
  ASSIGN_OR_RETURN(const CosigningOutcome outcome, SignAndCosign(*journal_, *policy));
  const Status status = QuorumStatus(outcome, *policy);
  if (status.ok()) Warn(outcome.problems);
  return status;
}

Result<std::string> LedgerSession::NewIdempotencyKey() { return crypto::RandomBytes(random_, 16); }

}  // namespace ledgerline::tool
