#include "tools/ledgerline/operator_key_files.h"

#include <algorithm>
#include <filesystem>
#include <variant>

#include "crypto/key_file.h"
#include "crypto/private_file.h"
#include "ledger/journal/submission.h"
#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;

Status Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  return error ? Unavailable("cannot rename '" + from + "' to '" + to + "': " + error.message()) : Status::Ok();
}

}  // namespace

std::string OperatorKeyPath(const std::string& directory) { return directory + "/keys/operator.key"; }
std::string OperatorVkeyPath(const std::string& directory) { return directory + "/operator.vkey"; }

std::string SpareOperatorKeyName(const crypto::PublicKey& key) {
  return "operator-" + journal::KeyId(key).ToHex().substr(0, 8) + ".key";
}

Result<std::vector<OperatorKeyFile>> OpenOperatorKeyFiles(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory + "/keys", error)) {
    const std::string name = entry.path().filename().string();
    if (name == "operator.key" || (name.starts_with("operator-") && name.ends_with(".key")))
      paths.push_back(entry.path().string());
  }
  if (paths.empty()) paths.push_back(OperatorKeyPath(directory));  // the error names it
  std::sort(paths.begin(), paths.end());
  std::vector<OperatorKeyFile> files;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(crypto::NamedSigner key, ReadKeyFile("the operator's key is needed to write", path));
    files.push_back({path, std::move(key)});
  }
  return files;
}

Status CopyOperatorKeyFile(const std::string& from, const std::string& directory, const std::string& name,
                           const std::string& origin) {
  const std::string path = directory + "/keys/" + name;
  ASSIGN_OR_RETURN(auto key, crypto::ReadKeyFile(from));
  const auto public_key_of = [](const std::variant<crypto::NamedKey, crypto::TokenKey>& either) {
    const auto* held = std::get_if<crypto::NamedKey>(&either);
    return held != nullptr ? held->key.public_key() : std::get<crypto::TokenKey>(either).public_key;
  };
  if (Exists(path)) {
    ASSIGN_OR_RETURN(const auto there, crypto::ReadKeyFile(path));
    if (public_key_of(there) == public_key_of(key)) return Status::Ok();
  }
  if (auto* held = std::get_if<crypto::NamedKey>(&key)) {
    held->name = origin;
    return crypto::CreatePrivateKeyFile(path, *held);
  }
  auto& token = std::get<crypto::TokenKey>(key);
  token.name = origin;
  return crypto::CreateTokenKeyFile(path, token);
}

Status ArrangeOperatorKeyFiles(const std::string& directory, const journal::Journal& journal,
                               std::vector<OperatorKeyFile>& files) {
  const journal::KeyRegistry keys = journal.keys();
  for (auto file = files.begin(); file != files.end();) {
    const journal::EnrolledKey* known = keys.FindOrNull(journal::KeyId(file->key.public_key()));
    if (known == nullptr || !known->revoked) {
      ++file;
      continue;
    }
    RETURN_IF_ERROR(crypto::DestroyPrivateFile(file->path));
    file = files.erase(file);
  }
  const crypto::VerifierKey vkey = journal.checkpoint_key();
  const std::string main_path = OperatorKeyPath(directory);
  const auto in_force = std::find_if(files.begin(), files.end(), [&](const OperatorKeyFile& file) {
    return file.key.public_key() == vkey.public_key();
  });
  if (in_force != files.end() && in_force->path != main_path) {
    for (OperatorKeyFile& file : files) {
      if (file.path != main_path) continue;
      const std::string spare = directory + "/keys/" + SpareOperatorKeyName(file.key.public_key());
      RETURN_IF_ERROR(Rename(main_path, spare));
      file.path = spare;
    }
    RETURN_IF_ERROR(Rename(in_force->path, main_path));
    in_force->path = main_path;
  }
  const auto published = crypto::ReadPublicKeyFile(OperatorVkeyPath(directory));
  if (published.ok() && published->ToString() == vkey.ToString()) return Status::Ok();
  return crypto::WritePublicKeyFile(OperatorVkeyPath(directory), vkey);
}

}  // namespace ledgerline::tool
