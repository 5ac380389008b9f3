// ledgerline key: the operator's verifier key, keys for parties, and their enrolment.
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
  std::string from;
  std::string to;
};

Status RunShow(Context& context, const KeyFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  const std::string vkey = session->journal().checkpoint_key().ToString();
  if (flags.vkey_only) {
    context.console.Say(vkey);
    context.console.PrintJson(nlohmann::ordered_json{{"vkey", vkey}});
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  std::vector<std::vector<std::string>> rows{{"ENTRY", "SPEAKS FOR", "VALID FROM", "VALID TO", "PUBLIC KEY"}};
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  const auto add = [&](const rights::EnrolledKey& key, const std::string& speaks_for) {
    const std::string to = key.valid.to == TimeSpan::kOpen ? "open" : key.valid.to.ToString();
    rows.push_back({std::to_string(key.entry.value), speaks_for, key.valid.from.ToString(), to,
                    Base64Encode(key.public_key.ToBytes())});
    keys.push_back({{"entry", key.entry.value},
                    {"speaks_for", speaks_for},
                    {"valid_from", key.valid.from.ToString()},
                    {"valid_to", to},
                    {"key_id", key.key_id.ToHex()},
                    {"public_key", key.public_key.ToHex()}});
  };
  if (const auto* key = rights->keys().Find(journal::KeyId(session->journal().operator_key()), rights->size()))
    add(*key, "the operator");
  for (const auto* party : rights->Parties(rights->size())) {
    for (const auto* key : rights->keys().KeysOf(party->row.id, rights->size())) add(*key, party->row.id.text());
  }
  context.console.Say("verifier key  " + vkey + "\n\n" + FormatTable(rows));
  context.console.PrintJson(nlohmann::ordered_json{{"vkey", vkey}, {"keys", keys}});
  return Status::Ok();
}

Status RunNew(Context& context, const KeyFlags& flags) {
  crypto::SystemRandom random;
  ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(random));
  const crypto::NamedKey named{flags.name, key};
  ASSIGN_OR_RETURN(const crypto::VerifierKey verifier, named.verifier());
  RETURN_IF_ERROR(CreateKeyFile(flags.file, named));
  context.console.Say("A new private key in " + flags.file + " (mode 0600).\n  verifier key  " + verifier.ToString());
  context.console.PrintJson(nlohmann::ordered_json{{"file", flags.file}, {"vkey", verifier.ToString()}});
  return Status::Ok();
}

Status RunEnrol(Context& context, const KeyFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  if (rights->Party(party, rights->size()) == nullptr) return NoSuchParty(flags.directory, flags.party);
  ASSIGN_OR_RETURN(const crypto::NamedKey named, ReadKeyFile("--key", flags.file));
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  enrolment.set_public_key(named.key.public_key().ToBytes());
  enrolment.set_role(v1::KEY_ROLE_PARTY);
  enrolment.set_party_id(party.text());
  ASSIGN_OR_RETURN(const TimeSpan valid, ParseSpan(flags.from, flags.to, context.clock.Now()));
  enrolment.set_valid_from_us(valid.from.us);
  if (valid.to != TimeSpan::kOpen) enrolment.set_valid_to_us(valid.to.us);
  const std::string possession =
      journal::EnrolmentText(session->journal().origin(), party.text(), v1::KEY_ROLE_PARTY, named.key.public_key());
  ASSIGN_OR_RETURN(const crypto::Signature signature, named.key.Sign(possession));
  enrolment.set_possession_signature(signature.ToBytes());
  if (const auto* known = rights->keys().Find(journal::KeyId(named.key.public_key()), rights->size())) {
    return AlreadyExists("this key is enrolled already, by entry " + std::to_string(known->entry.value) +
                         (known->party.empty() ? "" : ", for " + known->party.text()));
  }
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload));
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": the key in " + flags.file + " speaks for " +
                      party.text() + " " + SpanText(valid) + ".");
  context.console.PrintJson(nlohmann::ordered_json{
      {"index", committed.index.value}, {"party", party.text()}, {"public_key", named.key.public_key().ToHex()}});
  return Status::Ok();
}

}  // namespace

void AddKey(CLI::App& app, Action& action) {
  CLI::App* key = app.add_subcommand("key", "Keys: show, make, enrol");
  key->require_subcommand(1);
  key->fallthrough();

  auto show_flags = std::make_shared<KeyFlags>();
  CLI::App* show = key->add_subcommand("show", "The ledger's verifier key, and every key that may speak");
  AddDirectory(*show, show_flags->directory);
  show->add_flag("--vkey", show_flags->vkey_only, "Only the verifier key, on a line of its own");
  show->callback(
      [show_flags, &action] { action = [show_flags](Context& context) { return RunShow(context, *show_flags); }; });

  auto new_flags = std::make_shared<KeyFlags>();
  CLI::App* make = key->add_subcommand("new", "Make a private key for a party");
  make->add_option("--name", new_flags->name, "The key's name, such as the party's id")->required();
  make->add_option("-o,--output", new_flags->file, "Where to put it; never replaces a file")->required();
  make->callback(
      [new_flags, &action] { action = [new_flags](Context& context) { return RunNew(context, *new_flags); }; });

  auto enrol_flags = std::make_shared<KeyFlags>();
  CLI::App* enrol = key->add_subcommand("enrol", "Let a party's key speak for it, from now on or for a time");
  AddDirectory(*enrol, enrol_flags->directory);
  enrol->add_option("--party", enrol_flags->party, "The party")->required();
  enrol->add_option("--key", enrol_flags->file, "The party's private key: it signs that it has it")->required();
  enrol->add_option("--from", enrol_flags->from, "Valid from, such as 2026-10-01 (default: now)");
  enrol->add_option("--to", enrol_flags->to, "Valid until, exclusive (default: open)");
  enrol->callback(
      [enrol_flags, &action] { action = [enrol_flags](Context& context) { return RunEnrol(context, *enrol_flags); }; });
}

}  // namespace ledgerline::tool
