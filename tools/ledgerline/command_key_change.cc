// ledgerline key rotate and key revoke: a key is replaced, and the overlap ends; a key is taken away.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/journal/submission.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ChangeFlags {
  std::string directory;
  std::string old_file;
  std::string new_file;
  std::string to;
  std::string key;
  std::string reason;
  std::string signed_by;
  std::optional<uint64_t> from_size;
};

std::string ShortName(const Hash256& key_id) { return "key " + key_id.ToHex().substr(0, 12); }

// The payload: what the old key says under its submission, and the new key's word that it agrees.
Result<v1::Payload> RotationPayload(const std::string& origin, const crypto::PublicKey& old_key,
                                    const crypto::Signer& new_key, const std::string& to) {
  v1::Payload payload;
  v1::KeyRotation& rotation = *payload.mutable_key_rotation();
  const Hash256 old_id = journal::KeyId(old_key);
  rotation.set_old_key_id(old_id.ToBytes());
  rotation.set_new_public_key(new_key.public_key().ToBytes());
  if (!to.empty()) {
    ASSIGN_OR_RETURN(const Instant end, Named("--to", Instant::Parse(to)));
    rotation.set_new_valid_to_us(end.us);
  }
  ASSIGN_OR_RETURN(const crypto::Signature agreed,
                   new_key.Sign(journal::RotationText(origin, old_id, new_key.public_key())));
  rotation.set_new_signature(agreed.ToBytes());
  return payload;
}

Status RunRotate(Context& context, const ChangeFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  const std::string origin = session->journal().origin();
  ASSIGN_OR_RETURN(const crypto::NamedSigner next, ReadKeyFile("--new", flags.new_file));
  std::shared_ptr<const crypto::Signer> old_signer;
  if (!flags.old_file.empty()) {
    ASSIGN_OR_RETURN(const crypto::NamedSigner old_key, ReadKeyFile("--old", flags.old_file));
    old_signer = old_key.signer;
  }
  const crypto::PublicKey old_key = old_signer ? old_signer->public_key() : session->operator_signer().public_key();
  const bool of_operator = session->journal().keys().operator_keys().Contains(old_key);
  if (of_operator) {
    // The new key is in its place before anyone is told of it: from the entry on it must sign too.
    const std::string name = SpareOperatorKeyName(next.public_key());
    RETURN_IF_ERROR(InputError(CopyOperatorKeyFile(flags.new_file, flags.directory, name, origin)));
    session->AddOperatorKey({flags.directory + "/keys/" + name, next});
  }
  ASSIGN_OR_RETURN(const v1::Payload payload, RotationPayload(origin, old_key, *next.signer, flags.to));
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, "", {}, old_signer.get()));
  if (of_operator) RETURN_IF_ERROR(session->ArrangeOperatorKeys());
  const std::string old_id = journal::KeyId(old_key).ToHex(), new_id = journal::KeyId(next.public_key()).ToHex();
  std::string text = "Entry " + std::to_string(committed.index.value) + ": " + ShortName(journal::KeyId(old_key)) +
                     " is followed by " + ShortName(journal::KeyId(next.public_key())) + "; both are accepted.";
  Json json{{"index", committed.index.value}, {"old_key_id", old_id}, {"new_key_id", new_id}};
  if (of_operator) {
    const std::string vkey = session->journal().checkpoint_key().ToString();
    text += "\nCheckpoints carry both signatures from now on. The ledger has a copy of " + flags.new_file + " in " +
            OperatorKeyPath(flags.directory) + ".\n  new verifier key  " + vkey +
            "\nGive it to everyone who checks this ledger; who has the old one reaches it by this entry.";
    json["vkey"] = vkey;
  }
  text += "\nEnd the overlap when everybody has the new one: ledgerline key revoke " + flags.directory + " --key " +
          old_id.substr(0, 12) + " --reason rotated";
  context.console.Say(text);
  context.console.PrintJson(json);
  return Status::Ok();
}

// A key id or the beginning of one (8 hex digits and more), a verifier key, or a file with one.
Result<Hash256> FindKeyId(const journal::KeyRegistry& keys, const std::string& text) {
  const bool hex =
      text.size() >= 8 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || Exists(text)) {
    ASSIGN_OR_RETURN(const crypto::VerifierKey vkey, ReadVerifierKey("--key", text));
    return journal::KeyId(vkey.public_key());
  }
  std::optional<Hash256> found;
  for (const auto& [id, key] : keys.keys()) {
    if (!id.ToHex().starts_with(text)) continue;
    if (found) return InvalidArgument("--key " + text + " begins more than one key id: give more digits");
    found = id;
  }
  if (!found) return NotFound("--key " + text + " is no key of this ledger: `ledgerline key list DIR` shows them");
  return *found;
}

Result<v1::KeyRevocationReason> ParseReason(const std::string& text) {
  if (text == "rotated") return v1::KEY_REVOCATION_REASON_ROTATED;
  if (text == "retired") return v1::KEY_REVOCATION_REASON_RETIRED;
  if (text == "lost") return v1::KEY_REVOCATION_REASON_LOST;
  if (text == "compromised") return v1::KEY_REVOCATION_REASON_COMPROMISED;
  return InvalidArgument("--reason '" + text + "' is none of rotated, retired, lost and compromised");
}

Status RunRevoke(Context& context, const ChangeFlags& flags) {
  ASSIGN_OR_RETURN(const v1::KeyRevocationReason reason, ParseReason(flags.reason));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  const journal::KeyRegistry keys = session->journal().keys();
  ASSIGN_OR_RETURN(const Hash256 id, FindKeyId(keys, flags.key));
  const journal::EnrolledKey* key = keys.FindOrNull(id);
  if (key == nullptr) return NotFound("--key " + flags.key + " is no key of this ledger");
  std::shared_ptr<const crypto::Signer> signer;
  if (!flags.signed_by.empty()) {
    ASSIGN_OR_RETURN(const crypto::NamedSigner own, ReadKeyFile("--signed-by", flags.signed_by));
    signer = own.signer;
  } else if (session->operator_signer().public_key() == key->key) {
    // Another of the operator's keys says it, where there is one: this may be the one that is in other hands.
    for (const OperatorKeyFile& file : session->operator_key_files()) {
      if (file.key.public_key() != key->key && keys.operator_keys().Contains(file.key.public_key()))
        signer = file.key.signer;
    }
  }
  const uint64_t size = session->journal().size().value;
  const uint64_t from = flags.from_size.value_or(size);
  if (from > size) {
    return OutOfRange("--from-size " + std::to_string(from) + " is above the ledger's size, " + std::to_string(size) +
                      ": what is to come cannot be repudiated");
  }
  v1::Payload payload;
  v1::KeyRevocation& revocation = *payload.mutable_key_revocation();
  revocation.set_key_id(id.ToBytes());
  revocation.set_effective_size(from);
  revocation.set_reason(reason);
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, "", {}, signer.get()));
  std::string text = "Entry " + std::to_string(committed.index.value) + ": " + ShortName(id) + " of " +
                     journal::SpeakerName(*key) + " is revoked; it may sign nothing from here on.";
  if (from < committed.index.value) {
    text += "\nWhat it signed from entry " + std::to_string(from) +
            " on is repudiated: it stays in the log, is named by `ledgerline verify`, and no new permit rests on it.";
  }
  if (keys.operator_keys().Contains(key->key)) {
    RETURN_IF_ERROR(session->ArrangeOperatorKeys());
    text += "\nIts file in " + flags.directory + "/keys is overwritten and removed. Checkpoints are signed by " +
            session->journal().checkpoint_key().ToString();
  }
  context.console.Say(text);
  context.console.PrintJson(Json{{"index", committed.index.value},
                                 {"key_id", id.ToHex()},
                                 {"reason", journal::KeyRevocationReasonName(reason)},
                                 {"effective_size", from}});
  return Status::Ok();
}

}  // namespace

void AddKeyChanges(CLI::App& key, Action& action) {
  auto rotate_flags = std::make_shared<ChangeFlags>();
  CLI::App* rotate = key.add_subcommand("rotate", "Replace a key by another; both are valid until the old is revoked");
  AddDirectory(*rotate, rotate_flags->directory);
  rotate->add_option("--old", rotate_flags->old_file, "The key file that is replaced (default: the operator's)");
  rotate->add_option("--new", rotate_flags->new_file, "The key file that follows (`ledgerline key new`)")->required();
  rotate->add_option("--to", rotate_flags->to, "The new key is valid until, exclusive (default: open)");
  rotate->callback([rotate_flags, &action] {
    action = [rotate_flags](Context& context) { return RunRotate(context, *rotate_flags); };
  });

  auto revoke_flags = std::make_shared<ChangeFlags>();
  CLI::App* revoke = key.add_subcommand("revoke", "Take a key away: the end of a rotation, or of a key that is lost");
  AddDirectory(*revoke, revoke_flags->directory);
  revoke->add_option("--key", revoke_flags->key, "Its id as `key list` shows it, its verifier key, or a file with that")
      ->required();
  revoke->add_option("--reason", revoke_flags->reason, "rotated, retired, lost or compromised")->required();
  revoke
      ->add_option("--from-size", revoke_flags->from_size,
                   "Repudiate what it signed from this index on (default: nothing that is recorded)")
      ->check(WholeNumber());
  revoke->add_option("--signed-by", revoke_flags->signed_by,
                     "The key file that revokes itself (default: the operator says it)");
  revoke->callback([revoke_flags, &action] {
    action = [revoke_flags](Context& context) { return RunRevoke(context, *revoke_flags); };
  });
}

}  // namespace ledgerline::tool
