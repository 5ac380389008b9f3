// ledgerline consent: leave to use, its end, and what is in force.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "ledger/journal/submission.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ConsentFlags {
  std::string directory;
  std::string party;
  std::string key_file;
  std::string asset = "*";
  std::vector<std::string> uses;
  std::string territories = "WW";
  std::vector<std::string> tiers;
  std::string from;
  std::string to;
  uint64_t entry = 0;
  std::string at;
};

// Who signs: the party, with its key, or else the operator, who then attests.
Result<std::shared_ptr<const crypto::Signer>> SignerOf(const ConsentFlags& flags) {
  if (flags.key_file.empty()) return std::shared_ptr<const crypto::Signer>();
  ASSIGN_OR_RETURN(crypto::NamedSigner named, ReadKeyFile("--key", flags.key_file));
  return std::move(named.signer);
}

// The key must be enrolled for this very party: the journal would take the entry, but it would count for nothing.
Status CheckSpeaker(const rights::RightsState& rights, const ConsentFlags& flags, const PartyId& party,
                    const crypto::Signer* signer, Instant now) {
  if (rights.Party(party, rights.size()) == nullptr) return NoSuchParty(flags.directory, party.text());
  if (signer == nullptr) return Status::Ok();
  const auto* key = rights.keys().Find(journal::KeyId(signer->public_key()), rights.size());
  if (key == nullptr) {
    return PermissionDenied("--key " + flags.key_file + " is not enrolled: `ledgerline key enrol " + flags.directory +
                            " --party " + party.text() + " --key " + flags.key_file + "`");
  }
  if (key->party != party) {
    return PermissionDenied("--key " + flags.key_file + " speaks for " +
                            (key->party.empty() ? std::string("the operator") : key->party.text()) + ", not for " +
                            party.text());
  }
  if (key->RevokedAsOf(rights.size())) {
    return PermissionDenied("--key " + flags.key_file + " was revoked by entry " +
                            std::to_string(key->revoked_by->value) +
                            ": sign with the key that is in force (`ledgerline key list " + flags.directory + "`)");
  }
  if (key->valid.Contains(now)) return Status::Ok();
  return PermissionDenied("--key " + flags.key_file + " is valid only " + SpanText(key->valid) +
                          ": enrol another (`ledgerline key new`, `ledgerline key enrol`)");
}

void SaySubmitted(Context& context, const journal::Committed& committed, const std::string& what, bool attested) {
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": " + what);
  if (attested)
    context.console.Warn(
        "no --key was given: the operator attests this, and every audit lists it under \"taken on trust\"");
  context.console.PrintJson(Json{{"index", committed.index.value}, {"attested_by", attested ? "OPERATOR" : "PARTY"}});
}

Status RunGrant(Context& context, const ConsentFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
  ASSIGN_OR_RETURN(const auto signer, SignerOf(flags));
  const Instant now = context.clock.Now();
  RETURN_IF_ERROR(CheckSpeaker(*rights, flags, party, signer.get(), now));
  v1::Payload payload;
  v1::ConsentGrant& grant = *payload.mutable_consent_grant();
  grant.set_party_id(party.text());
  if (flags.asset != "*") {
    ASSIGN_OR_RETURN(const exchange::Asset asset, Named("--asset", exchange::Asset::Parse(flags.asset)));
    const bool known = asset.kind == exchange::Asset::Kind::kWork
                           ? rights->Work(*WorkId::Parse(asset.id), rights->size()) != nullptr
                           : rights->Recording(*RecordingId::Parse(asset.id), rights->size()).original != nullptr ||
                                 rights->Recording(*RecordingId::Parse(asset.id), rights->size()).cover != nullptr;
    if (!known) return NotFound("--asset '" + flags.asset + "' is not in the catalogue");
  }
  grant.set_asset(flags.asset);
  std::string uses;
  for (const std::string& text : flags.uses) {
    ASSIGN_OR_RETURN(const v1::Use use, Named("--use", exchange::ParseUse(text)));
    if (std::find(grant.uses().begin(), grant.uses().end(), use) != grant.uses().end()) continue;  // said twice
    grant.add_uses(use);
    uses += (uses.empty() ? "" : ", ") + text;
  }
  RETURN_IF_ERROR(TerritorySet::Parse(flags.territories).status().WithContext("--territory"));
  grant.set_territories(flags.territories);
  for (const std::string& tier : flags.tiers) {
    RETURN_IF_ERROR(exchange::CheckTier(tier).WithContext("--tier"));
    grant.add_tiers(tier);
  }
  ASSIGN_OR_RETURN(const TimeSpan valid, ParseSpan(flags.from, flags.to, now));
  grant.set_valid_from_us(valid.from.us);
  if (valid.to != TimeSpan::kOpen) grant.set_valid_to_us(valid.to.us);
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, "", {}, signer.get()));
  SaySubmitted(context, committed,
               party.text() + " allows " + uses + " of " +
                   (flags.asset == "*" ? "everything that it controls" : flags.asset) + " in " + flags.territories +
                   ", " + SpanText(valid),
               signer == nullptr);
  return Status::Ok();
}

Status RunRevoke(Context& context, const ConsentFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
  ASSIGN_OR_RETURN(const auto signer, SignerOf(flags));
  RETURN_IF_ERROR(CheckSpeaker(*rights, flags, party, signer.get(), context.clock.Now()));
  const rights::ConsentRecord* grant = rights->consents().Grant(EntryIndex(flags.entry));
  if (grant == nullptr)
    return NotFound("--entry " + std::to_string(flags.entry) + " is no consent: `ledgerline consent list " +
                    flags.directory + "` shows them");
  if (grant->party != party)
    return PermissionDenied("--entry " + std::to_string(flags.entry) + " is a consent of " + grant->party.text() +
                            ", not of " + party.text());
  if (grant->revoked_by)
    return AlreadyExists("--entry " + std::to_string(flags.entry) + " was revoked already, by entry " +
                         std::to_string(grant->revoked_by->value));
  v1::Payload payload;
  payload.mutable_consent_revocation()->set_party_id(party.text());
  payload.mutable_consent_revocation()->set_grant_index(flags.entry);
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, "", {}, signer.get()));
  SaySubmitted(
      context, committed,
      party.text() + " revokes its consent of entry " + std::to_string(flags.entry) + "; no new permit will rest on it",
      signer == nullptr);
  return Status::Ok();
}

Status RunList(Context& context, const ConsentFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  Instant at = context.clock.Now();
  if (!flags.at.empty()) {
    ASSIGN_OR_RETURN(at, Named("--at", Instant::Parse(flags.at)));
  }
  if (!flags.party.empty()) {
    ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
    if (rights->Party(party, rights->size()) == nullptr) return NoSuchParty(flags.directory, flags.party);
  }
  std::vector<std::vector<std::string>> rows{
      {"ENTRY", "PARTY", "ASSET", "USES", "TERRITORIES", "TIERS", "FROM", "TO", "SIGNED BY", "STATUS"}};
  Json list = Json::array();
  for (const rights::ConsentRecord* consent : rights->consents().List(rights->size())) {
    if (!flags.party.empty() && consent->party.text() != flags.party) continue;
    std::string uses, tiers;
    Json uses_json = Json::array();
    for (const v1::Use use : consent->uses) {
      uses += (uses.empty() ? "" : ",") + std::string(exchange::UseName(use));
      uses_json.push_back(exchange::UseName(use));
    }
    for (const std::string& tier : consent->tiers) tiers += (tiers.empty() ? "" : ",") + tier;
    const std::string status(ConsentStatusName(StatusOf(*consent, at, rights->size())));
    const std::string signed_by = consent->attested_by == rights::Attestation::kParty ? "the party" : "operator";
    const std::string to = consent->valid.to == TimeSpan::kOpen ? "open" : consent->valid.to.ToString();
    rows.push_back({std::to_string(consent->entry.value), consent->party.text(), consent->AssetText(), uses,
                    consent->territories.ToString(), tiers.empty() ? "all" : tiers,
                    consent->valid.from.ToString().substr(0, 10), to.substr(0, 10), signed_by, status});
    list.push_back({{"entry", consent->entry.value},
                    {"party_id", consent->party.text()},
                    {"asset", consent->AssetText()},
                    {"uses", uses_json},
                    {"territories", consent->territories.ToString()},
                    {"tiers", consent->tiers},
                    {"valid_from", consent->valid.from.ToString()},
                    {"valid_to", to},
                    {"attested_by", AttestationName(consent->attested_by)},
                    {"status", status}});
  }
  context.console.Say(rows.size() > 1 ? FormatTable(rows)
                                      : "No consent" + (flags.party.empty() ? "" : " of " + flags.party) +
                                            ". Without one, nothing may be made.");
  context.console.PrintJson(list);
  return Status::Ok();
}

}  // namespace

void AddConsent(CLI::App& app, Action& action) {
  CLI::App* consent = app.add_subcommand("consent", "Leave to use, party by party: grant, revoke, list");
  consent->require_subcommand(1);
  consent->fallthrough();

  auto grant_flags = std::make_shared<ConsentFlags>();
  CLI::App* grant = consent->add_subcommand("grant", "Record a party's consent, signed with its key");
  AddDirectory(*grant, grant_flags->directory);
  grant->add_option("--party", grant_flags->party, "Who consents")->required();
  grant->add_option("--key", grant_flags->key_file, "The party's private key (without it the operator attests)");
  grant->add_option("--asset", grant_flags->asset, "recording:ID, work:ID, or * for everything that the party controls")
      ->capture_default_str();
  grant->add_option("--use", grant_flags->uses, "COVER, REMIX, MASHUP, STYLE or TRAIN; may be repeated")
      ->required()
      ->allow_extra_args(false);
  grant->add_option("--territory", grant_flags->territories, "Such as WW, \"DE AT\" or \"EU -FR\"")
      ->capture_default_str();
  grant->add_option("--tier", grant_flags->tiers, "Only for this tier; may be repeated (default: all tiers)")
      ->allow_extra_args(false);
  grant->add_option("--from", grant_flags->from, "Valid from (default: now)");
  grant->add_option("--to", grant_flags->to, "Valid until, exclusive (default: open)");
  grant->callback(
      [grant_flags, &action] { action = [grant_flags](Context& context) { return RunGrant(context, *grant_flags); }; });

  auto revoke_flags = std::make_shared<ConsentFlags>();
  CLI::App* revoke = consent->add_subcommand("revoke", "End a consent for all permits to come");
  AddDirectory(*revoke, revoke_flags->directory);
  revoke->add_option("--party", revoke_flags->party, "Whose consent it is")->required();
  revoke->add_option("--key", revoke_flags->key_file, "The party's private key (without it the operator attests)");
  revoke->add_option("--entry", revoke_flags->entry, "The entry of the consent")->required()->check(WholeNumber());
  revoke->callback([revoke_flags, &action] {
    action = [revoke_flags](Context& context) { return RunRevoke(context, *revoke_flags); };
  });

  auto list_flags = std::make_shared<ConsentFlags>();
  CLI::App* list = consent->add_subcommand("list", "Every consent and whether it is in force");
  AddDirectory(*list, list_flags->directory);
  list->add_option("--party", list_flags->party, "Only of this party");
  list->add_option("--at", list_flags->at, "In force at this time (default: now)");
  list->callback(
      [list_flags, &action] { action = [list_flags](Context& context) { return RunList(context, *list_flags); }; });
}

}  // namespace ledgerline::tool
