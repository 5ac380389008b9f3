#include "tools/ledgerline/private_records.h"

#include <filesystem>

#include "crypto/private_file.h"
#include "crypto/sealed_record.h"
#include "crypto/sha256.h"
#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSealedBytesMax = size_t{1} << 20;

std::string KeyDirectory(const std::string& directory) { return directory + "/private/keys"; }
std::string RecordDirectory(const std::string& directory) { return directory + "/private/records"; }

// Key stores name subjects by letters, digits and hyphens; party ids have more, so the subject is the id's hash.
std::string SubjectOf(const PartyId& party) { return crypto::Sha256(party.text()).ToHex(); }

std::string RecordPath(const std::string& directory, const PartyId& party, const Hash256& commitment) {
  return RecordDirectory(directory) + "/" + party.text() + "." + commitment.ToHex().substr(0, 32);
}

std::string MarkPath(const std::string& directory, const PartyId& party) {
  return directory + "/private/erasing/" + party.text();
}

// Binds a sealed record to its party and its commitment: a record moved to another name does not open.
std::string Associated(const PartyId& party, const Hash256& commitment) {
  return "party " + party.text() + " " + commitment.ToHex();
}

}  // namespace

Status SealPartyRecords(const std::string& directory, const std::vector<exchange::PartyRecord>& records,
                        crypto::RandomSource& random) {
  std::error_code error;
  for (const std::string& made : {directory + "/private", KeyDirectory(directory), RecordDirectory(directory)}) {
    fs::create_directories(made, error);
    if (error) return Unavailable("cannot make '" + made + "': " + error.message());
    fs::permissions(made, fs::perms::owner_all, error);
    if (error) return Unavailable("cannot close '" + made + "' to others: " + error.message());
  }
  ASSIGN_OR_RETURN(crypto::SealKeyStore keys, crypto::SealKeyStore::Open(KeyDirectory(directory)));
  for (const exchange::PartyRecord& record : records) {
    const std::string subject = SubjectOf(record.id);
    auto key = keys.Read(subject);
    if (!key.ok() && key.status().code() == StatusCode::kNotFound) key = keys.Create(subject, random);
    if (!key.ok()) return key.status();
    const Hash256 commitment = record.Commitment();
    ASSIGN_OR_RETURN(const std::string sealed,
                     crypto::Seal(*key, Associated(record.id, commitment), record.Serialize(), random));
    RETURN_IF_ERROR(crypto::CreatePrivateFile(RecordPath(directory, record.id, commitment), sealed));
  }
  return Status::Ok();
}

Result<PrivateTraces> FindPrivateTraces(const std::string& directory, const PartyId& party) {
  PrivateTraces traces;
  traces.key = Exists(KeyDirectory(directory) + "/" + SubjectOf(party) + ".key");
  traces.erasure_begun = Exists(MarkPath(directory, party));
  std::error_code error;
  if (!fs::exists(RecordDirectory(directory), error)) return traces;
  const std::string prefix = party.text() + ".";
  for (fs::directory_iterator at(RecordDirectory(directory), error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    // Party ids may hold points: the rest must be the commitment's 32 digits and nothing more.
    if (name.size() == prefix.size() + 32 && name.starts_with(prefix) &&
        name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos)
      traces.records.push_back(at->path().string());
  }
  if (error) return Unavailable("cannot read '" + RecordDirectory(directory) + "': " + error.message());
  return traces;
}

Status BeginErasure(const std::string& directory, const PartyId& party) {
  std::error_code error;
  for (const std::string& made : {directory + "/private", directory + "/private/erasing"}) {
    fs::create_directories(made, error);
    if (!error) fs::permissions(made, fs::perms::owner_all, error);
    if (error) return Unavailable("cannot make '" + made + "': " + error.message());
  }
  const Status status = crypto::CreatePrivateFile(MarkPath(directory, party), "");
  return status.code() == StatusCode::kAlreadyExists ? Status::Ok() : status;
}

Status DestroyPrivateTraces(const std::string& directory, const PartyId& party) {
  ASSIGN_OR_RETURN(const PrivateTraces traces, FindPrivateTraces(directory, party));
  // The key first: from then on the records say nothing to anyone.
  if (traces.key) {
    ASSIGN_OR_RETURN(crypto::SealKeyStore keys, crypto::SealKeyStore::Open(KeyDirectory(directory)));
    RETURN_IF_ERROR(keys.Destroy(SubjectOf(party)));
  }
  for (const std::string& path : traces.records) RETURN_IF_ERROR(crypto::DestroyPrivateFile(path));
  return Status::Ok();
}

Status FinishErasure(const std::string& directory, const PartyId& party) {
  const Status status = crypto::DestroyPrivateFile(MarkPath(directory, party));
  return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
}

Result<exchange::PartyRecord> OpenPartyRecord(const std::string& directory, const exchange::PartyRow& row) {
  const std::string path = RecordPath(directory, row.id, row.commitment);
  ASSIGN_OR_RETURN(const std::string sealed, crypto::ReadPrivateFile(path, kSealedBytesMax));
  ASSIGN_OR_RETURN(const crypto::SealKeyStore keys, crypto::SealKeyStore::Open(KeyDirectory(directory)));
  ASSIGN_OR_RETURN(const crypto::SealKey key, keys.Read(SubjectOf(row.id)));
  ASSIGN_OR_RETURN(const std::string plain, crypto::Unseal(key, Associated(row.id, row.commitment), sealed));
  ASSIGN_OR_RETURN(exchange::PartyRecord record, exchange::PartyRecord::Parse(plain));
  if (record.Commitment() != row.commitment)
    return DataLoss("the private record of " + row.id.text() + " is not the one that the ledger commits to");
  return record;
}

}  // namespace ledgerline::tool
