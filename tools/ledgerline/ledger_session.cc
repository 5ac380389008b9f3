#include "tools/ledgerline/ledger_session.h"

#include <filesystem>
#include <fstream>

#include "ledger/journal/entry.h"
#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;

Status CheckThatALedgerIsThere(const std::string& directory) {
  if (fs::exists(directory + "/db")) return Status::Ok();
  return NotFound("there is no ledger in '" + directory + "': make one with `ledgerline init " + directory +
                  " --origin NAME`");
}

}  // namespace

std::string OperatorKeyPath(const std::string& directory) { return directory + "/keys/operator.key"; }
std::string OperatorVkeyPath(const std::string& directory) { return directory + "/operator.vkey"; }

Result<std::unique_ptr<LedgerSession>> LedgerSession::Create(const std::string& directory, const std::string& origin,
                                                             Clock& clock) {
  RETURN_IF_ERROR(crypto::CheckKeyName(origin).WithContext("--origin"));
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    return AlreadyExists("'" + directory + "' is not empty: a ledger is made in a new or an empty directory");
  }
  fs::create_directories(directory + "/keys", error);
  if (error) return InvalidArgument("cannot make '" + directory + "/keys': " + error.message());
  fs::permissions(directory + "/keys", fs::perms::owner_all, error);

  std::unique_ptr<LedgerSession> session(new LedgerSession);
  session->directory_ = directory;
  session->clock_ = &clock;
  ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(session->random_));
  const crypto::NamedKey named{origin, key};
  RETURN_IF_ERROR(crypto::CreatePrivateKeyFile(OperatorKeyPath(directory), named));
  ASSIGN_OR_RETURN(const crypto::VerifierKey verifier, named.verifier());
  RETURN_IF_ERROR(crypto::WritePublicKeyFile(OperatorVkeyPath(directory), verifier));
  session->operator_signer_ = std::make_unique<crypto::KeySigner>(std::move(key));
  ASSIGN_OR_RETURN(session->journal_, store::CreateJournal(directory, origin, *session->operator_signer_, clock));
  return session;
}

Result<std::unique_ptr<LedgerSession>> LedgerSession::OpenForWriting(const std::string& directory, Clock& clock) {
  RETURN_IF_ERROR(CheckThatALedgerIsThere(directory));
  auto named = crypto::ReadPrivateKeyFile(OperatorKeyPath(directory));
  if (!named.ok()) return named.status().WithContext("the operator's key is needed to write");
  std::unique_ptr<LedgerSession> session(new LedgerSession);
  session->directory_ = directory;
  session->clock_ = &clock;
  session->operator_signer_ = std::make_unique<crypto::KeySigner>(named->key);
  ASSIGN_OR_RETURN(session->journal_, store::OpenJournal(directory, *session->operator_signer_, clock));
  return session;
}

Result<std::unique_ptr<LedgerSession>> LedgerSession::OpenForReading(const std::string& directory) {
  RETURN_IF_ERROR(CheckThatALedgerIsThere(directory));
  std::unique_ptr<LedgerSession> session(new LedgerSession);
  session->directory_ = directory;
  ASSIGN_OR_RETURN(session->journal_, store::OpenJournalReadOnly(directory));
  return session;
}

Result<const royalty::LedgerFold*> LedgerSession::Fold() {
  JournalBlobs blobs(*journal_);
  const TreeSize size = journal_->size();
  RETURN_IF_ERROR(journal_->ForEachEntry(
      EntryIndex(fold_.size().value), size.NextIndex(), [&](EntryIndex index, std::string_view bytes) -> Status {
        v1::Entry entry;
        v1::Submission submission;
        v1::Payload payload;
        if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
            !submission.ParseFromString(entry.submission()) || !payload.ParseFromString(submission.payload())) {
          return DataLoss("entry " + std::to_string(index.value) + " cannot be read; run `ledgerline verify`");
        }
        return fold_.Apply(index, entry, payload, blobs);
      }));
  return &fold_;
}

Result<const rights::RightsState*> LedgerSession::Rights() {
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, Fold());
  return &fold->rights();
}

Result<journal::Committed> LedgerSession::Submit(const v1::Payload& payload, const std::string& idempotency_key,
                                                 std::vector<std::string> blobs, const crypto::Signer* signer) {
  journal::SubmissionRequest request;
  ASSIGN_OR_RETURN(request.submission,
                   journal::SignSubmission(journal_->origin(), idempotency_key, payload.SerializeAsString(),
                                           signer != nullptr ? *signer : *operator_signer_));
  request.blobs = std::move(blobs);
  return journal_->Submit(std::move(request));
}

Result<std::string> LedgerSession::NewIdempotencyKey() { return crypto::RandomBytes(random_, 16); }

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  std::error_code error;
  if (!fs::exists(path, error)) return NotFound("there is no file '" + path + "'");
  if (!fs::is_regular_file(path, error)) return InvalidArgument("'" + path + "' is not a file");
  const auto size = fs::file_size(path, error);
  if (error) return Unavailable("cannot read '" + path + "': " + error.message());
  if (size > bytes_max) {
    return OutOfRange("'" + path + "' has " + std::to_string(size) + " bytes: " + std::to_string(bytes_max) +
                      " are allowed");
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes(static_cast<size_t>(size), '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return Unavailable("cannot read '" + path + "'");
  return bytes;
}

Status WriteNewFile(const std::string& path, std::string_view bytes) {
  std::error_code error;
  if (fs::exists(path, error)) return AlreadyExists("'" + path + "' exists: choose another name, or remove it first");
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Unavailable("cannot write '" + path + "'");
  return Status::Ok();
}

}  // namespace ledgerline::tool
