// ledgerline key show, list, new, enrol: the operator's verifier key, who may speak, and how they come to.
#include <cctype>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "ledger/journal/submission.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

struct KeyFlags {
  std::string directory;
  bool vkey_only = false;
  std::string name;
  std::string file;
  std::string party;
  std::string role = "party";
  std::string from;
  std::string to;
  std::string token;
};

std::string StateOf(const rights::EnrolledKey& key, Instant now) {
  if (key.revoked_by) {
    return "revoked by entry " + std::to_string(key.revoked_by->value) + " (" +
           journal::KeyRevocationReasonName(key.reason) + ")";
  }
  if (key.rotated_by) return "rotated by entry " + std::to_string(key.rotated_by->value) + ", both valid";
  if (now < key.valid.from) return "not valid yet";
  return key.valid.Contains(now) ? "valid" : "expired";
}

std::string SpeaksFor(const rights::EnrolledKey& key) {
  if (key.role == v1::KEY_ROLE_OPERATOR) return "the operator";
  return key.role == v1::KEY_ROLE_PARTY ? key.party.text() : key.name;
}

Status RunShow(Context& context, const KeyFlags& flags, bool with_vkey) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  const std::string vkey = session->journal().checkpoint_key().ToString();
  if (flags.vkey_only) {
    context.console.Say(vkey);
    context.console.PrintJson(nlohmann::ordered_json{{"vkey", vkey}});
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  const journal::KeyRegistry registry = session->journal().keys();
  const Instant now = context.clock.Now();
  std::vector<std::vector<std::string>> rows{
      {"ENTRY", "ROLE", "SPEAKS FOR", "KEY ID", "VALID FROM", "VALID TO", "STATE", "PUBLIC KEY"}};
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  for (const rights::EnrolledKey* key : rights->keys().List(rights->size())) {
    const std::string to = key->valid.to == TimeSpan::kOpen ? "open" : key->valid.to.ToString();
    const std::string from = key->entry.value == 0 ? "the beginning" : key->valid.from.ToString();
    const std::string role = journal::KeyRoleName(key->role);
    rows.push_back({std::to_string(key->entry.value), role, SpeaksFor(*key), key->key_id.ToHex().substr(0, 12), from,
                    to, StateOf(*key, now), Base64Encode(key->public_key.ToBytes())});
    nlohmann::ordered_json json{{"entry", key->entry.value},
                                {"role", role},
                                {"speaks_for", SpeaksFor(*key)},
                                {"valid_from", from},
                                {"valid_to", to},
                                {"state", StateOf(*key, now)},
                                {"key_id", key->key_id.ToHex()},
                                {"public_key", key->public_key.ToHex()}};
    if (key->revoked_by) json["repudiated_from"] = key->repudiated_from.value;
    keys.push_back(std::move(json));
  }
  nlohmann::ordered_json signing = nlohmann::ordered_json::array();
  std::string in_force;
  for (const journal::OperatorKey& key : registry.operator_keys().chain()) {
    const std::string to = key.revocation ? "to " + std::to_string(key.revocation->value) : "on";
    in_force += "  sizes from " + std::to_string(key.from.value) + " " + to + "  " + key.key.ToString() + "\n";
    nlohmann::ordered_json json{{"vkey", key.key.ToString()}, {"from_size", key.from.value}};
    if (key.revocation) json["to_size"] = key.revocation->value;
    signing.push_back(std::move(json));
  }
  if (registry.operator_keys().chain().size() > 1)
    in_force = "checkpoints are signed by\n" + in_force + "\n";
  else
    in_force.clear();
  context.console.Say((with_vkey ? "verifier key  " + vkey + "\n\n" : "") + in_force + FormatTable(rows));
  context.console.PrintJson(nlohmann::ordered_json{{"vkey", vkey}, {"checkpoint_keys", signing}, {"keys", keys}});
  return Status::Ok();
}

// A key file that says where on a token the key is, instead of holding it.
Status RunNewOnToken(Context& context, const KeyFlags& flags) {
  ASSIGN_OR_RETURN(const crypto::Pkcs11Uri uri, Named("--pkcs11", crypto::Pkcs11Uri::Parse(flags.token)));
  const auto signer = crypto::Pkcs11Signer::Open(uri, crypto::Pkcs11Access::FromEnvironment(), std::nullopt);
  if (!signer.ok()) return InputError(signer.status()).WithContext("--pkcs11");
  const crypto::TokenKey key{flags.name, uri, (*signer)->public_key()};
  ASSIGN_OR_RETURN(const crypto::VerifierKey verifier, Named("--name", key.verifier()));
  RETURN_IF_ERROR(InputError(crypto::CreateTokenKeyFile(flags.file, key)));
  context.console.Say("The key stays on its token; " + flags.file + " says where.\n  verifier key  " +
                      verifier.ToString());
  context.console.PrintJson(nlohmann::ordered_json{{"file", flags.file}, {"vkey", verifier.ToString()}});
  return Status::Ok();
}

Status RunNew(Context& context, const KeyFlags& flags) {
  if (!flags.token.empty()) return RunNewOnToken(context, flags);
  crypto::SystemRandom random;
  ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(random));
  const crypto::NamedKey named{flags.name, key};
  ASSIGN_OR_RETURN(const crypto::VerifierKey verifier, named.verifier());
  RETURN_IF_ERROR(CreateKeyFile(flags.file, named));
  context.console.Say("A new private key in " + flags.file + " (mode 0600).\n  verifier key  " + verifier.ToString());
  context.console.PrintJson(nlohmann::ordered_json{{"file", flags.file}, {"vkey", verifier.ToString()}});
  return Status::Ok();
}

Result<v1::KeyRole> ParseRole(const std::string& text) {
  for (const v1::KeyRole role :
       {v1::KEY_ROLE_PARTY, v1::KEY_ROLE_SERVICE, v1::KEY_ROLE_WITNESS, v1::KEY_ROLE_AUDITOR}) {
    std::string name = journal::KeyRoleName(role);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (text == name) return role;
  }
  return InvalidArgument("--role '" + text + "' is none of party, service, witness and auditor");
}

Status RunEnrol(Context& context, const KeyFlags& flags) {
  ASSIGN_OR_RETURN(const v1::KeyRole role, ParseRole(flags.role));
  const bool is_party = role == v1::KEY_ROLE_PARTY;
  if (is_party != !flags.party.empty()) {
    return InvalidArgument(is_party ? std::string("--party is required: whom the key speaks for")
                                    : "--party: a " + flags.role + "'s key speaks for no party");
  }
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  if (is_party) {
    ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
    if (rights->Party(party, rights->size()) == nullptr) return NoSuchParty(flags.directory, flags.party);
    enrolment.set_party_id(party.text());
  }
  ASSIGN_OR_RETURN(const crypto::NamedSigner key, ReadKeyFile("--key", flags.file));
  if (!is_party) enrolment.set_name(key.name);
  enrolment.set_public_key(key.public_key().ToBytes());
  enrolment.set_role(role);
  ASSIGN_OR_RETURN(const TimeSpan valid, ParseSpan(flags.from, flags.to, context.clock.Now()));
  enrolment.set_valid_from_us(valid.from.us);
  if (valid.to != TimeSpan::kOpen) enrolment.set_valid_to_us(valid.to.us);
  const std::string possession = journal::EnrolmentText(session->journal().origin(), enrolment.party_id(), role,
                                                        key.public_key(), enrolment.name());
  ASSIGN_OR_RETURN(const crypto::Signature signature, key.signer->Sign(possession));
  enrolment.set_possession_signature(signature.ToBytes());
  if (const auto* known = rights->keys().Find(journal::KeyId(key.public_key()), rights->size())) {
    return AlreadyExists("this key is enrolled already, by entry " + std::to_string(known->entry.value) + ", for " +
                         SpeaksFor(*known));
  }
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload));
  const std::string speaker = is_party ? enrolment.party_id() : "the " + flags.role + " " + enrolment.name();
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": the key in " + flags.file + " speaks for " +
                      speaker + " " + SpanText(valid) + ".");
  nlohmann::ordered_json json{{"index", committed.index.value},
                              {"role", journal::KeyRoleName(role)},
                              {"key_id", journal::KeyId(key.public_key()).ToHex()},
                              {"public_key", key.public_key().ToHex()}};
  json[is_party ? "party" : "name"] = is_party ? enrolment.party_id() : enrolment.name();
  context.console.PrintJson(json);
  return Status::Ok();
}

}  // namespace

void AddKey(CLI::App& app, Action& action) {
  CLI::App* key = app.add_subcommand("key", "Keys: show, make, enrol, rotate, revoke");
  key->require_subcommand(1);
  key->fallthrough();

  auto show_flags = std::make_shared<KeyFlags>();
  CLI::App* show = key->add_subcommand("show", "The ledger's verifier key, and every key that may speak");
  AddDirectory(*show, show_flags->directory);
  show->add_flag("--vkey", show_flags->vkey_only, "Only the verifier key, on a line of its own");
  show->callback([show_flags, &action] {
    action = [show_flags](Context& context) { return RunShow(context, *show_flags, true); };
  });

  auto list_flags = std::make_shared<KeyFlags>();
  CLI::App* list = key->add_subcommand("list", "Who may speak: role, name, key, from when and until when");
  AddDirectory(*list, list_flags->directory);
  list->callback([list_flags, &action] {
    action = [list_flags](Context& context) { return RunShow(context, *list_flags, false); };
  });

  auto new_flags = std::make_shared<KeyFlags>();
  CLI::App* make = key->add_subcommand("new", "Make a private key");
  make->add_option("--name", new_flags->name, "The key's name: the party's id, or the name that notes use")->required();
  make->add_option("-o,--output", new_flags->file, "Where to put it; never replaces a file")->required();
  make->add_option("--pkcs11", new_flags->token,
                   "The key is on a token already: its PKCS#11 URI, such as pkcs11:token=T;object=K?module-path=/x.so");
  make->callback(
      [new_flags, &action] { action = [new_flags](Context& context) { return RunNew(context, *new_flags); }; });

  auto enrol_flags = std::make_shared<KeyFlags>();
  CLI::App* enrol = key->add_subcommand("enrol", "Let a key speak, from now on or for a time");
  AddDirectory(*enrol, enrol_flags->directory);
  enrol
      ->add_option("--role", enrol_flags->role,
                   "party (consents), service (permits, generations, usage), witness or auditor")
      ->capture_default_str();
  enrol->add_option("--party", enrol_flags->party, "The party, for --role party");
  enrol->add_option("--key", enrol_flags->file, "The private key: it signs that its owner has it")->required();
  enrol->add_option("--from", enrol_flags->from, "Valid from, such as 2026-10-01 (default: now)");
  enrol->add_option("--to", enrol_flags->to, "Valid until, exclusive (default: open)");
  enrol->callback(
      [enrol_flags, &action] { action = [enrol_flags](Context& context) { return RunEnrol(context, *enrol_flags); }; });
  AddKeyChanges(*key, action);
}

}  // namespace ledgerline::tool
