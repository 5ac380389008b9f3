// ledgerline erase: a party's personal data is destroyed, and a tombstone says so. See docs/decisions/0013-erasure.md.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "ledger/audit/journal_fold.h"
#include "ledger/royalty/open_amounts.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/private_records.h"

namespace ledgerline::tool {
namespace {

struct EraseFlags {
  std::string directory;
  std::string party;
};

// Nothing may be owed to, or held for, somebody whom afterwards nobody could find.
Status CheckNothingOpen(LedgerSession& session, const royalty::LedgerFold& fold, const PartyId& party) {
  audit::JournalBlobs blobs(session.journal());
  ASSIGN_OR_RETURN(const std::vector<royalty::OpenAmount> open, royalty::OpenAmounts(fold, party, blobs));
  if (open.empty()) return Status::Ok();
  std::string text = party.text() + " is not erased, something is open:";
  for (const royalty::OpenAmount& each : open) text += "\n  - " + each.ToString();
  return FailedPrecondition(text + "\nSettle it first (docs/decisions/0013-erasure.md says how), then erase.");
}

Status RunErase(Context& context, const EraseFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const PartyId party, Named("PARTY", PartyId::Parse(flags.party)));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  const rights::RightsState& rights = fold->rights();
  if (rights.Party(party, rights.size()) == nullptr) return NoSuchParty(flags.directory, flags.party);
  ASSIGN_OR_RETURN(const PrivateTraces before, FindPrivateTraces(flags.directory, party));
  const rights::ErasureRecord* earlier = rights.Erasure(party, rights.size());
  // What was begun is finished, whatever has come in meanwhile: its data may be gone already.
  if (earlier == nullptr && !before.erasure_begun) RETURN_IF_ERROR(CheckNothingOpen(*session, *fold, party));

  RETURN_IF_ERROR(BeginErasure(flags.directory, party));
  RETURN_IF_ERROR(DestroyPrivateTraces(flags.directory, party));
  ASSIGN_OR_RETURN(const PrivateTraces left, FindPrivateTraces(flags.directory, party));
  if (left.any()) return Unavailable("something of " + party.text() + " is there again: is another command importing?");
  // Only now does the ledger say that it is gone.
  std::vector<std::string> commitments;
  for (const auto* version : rights.PartyVersions(party)) commitments.push_back(version->row.commitment.ToBytes());
  std::sort(commitments.begin(), commitments.end());
  commitments.erase(std::unique(commitments.begin(), commitments.end()), commitments.end());
  uint64_t index = earlier != nullptr ? earlier->entry.value : 0;
  if (earlier == nullptr) {
    v1::Payload payload;
    payload.mutable_erasure()->set_party_id(party.text());
    for (const std::string& commitment : commitments) payload.mutable_erasure()->add_commitments(commitment);
    ASSIGN_OR_RETURN(const journal::Committed committed,
                     session->Record(payload, crypto::Sha256("ledgerline/erasure/v1\n" + party.text()).ToBytes()));
    index = committed.index.value;
  }
  RETURN_IF_ERROR(FinishErasure(flags.directory, party));
  const uint64_t records = before.records.size();
  context.console.Say("Entry " + std::to_string(index) + ": " + party.text() + " is erased" +
                      (earlier != nullptr ? " already" : "") +
                      ". Destroyed now: " + Counted(records, "private record", "private records") + " and " +
                      (before.key ? "the key" : "no key") +
                      ".\nThe party's pseudonym and its commitments stay in the log, and every proof still verifies.\n"
                      "Copies of DIR/private that were made before must be destroyed as well.");
  context.console.PrintJson(nlohmann::ordered_json{{"index", index},
                                                   {"party_id", party.text()},
                                                   {"commitments", commitments.size()},
                                                   {"records_destroyed", records},
                                                   {"key_destroyed", before.key},
                                                   {"already_erased", earlier != nullptr}});
  return Status::Ok();
}

}  // namespace

void AddErase(CLI::App& app, Action& action) {
  auto flags = std::make_shared<EraseFlags>();
  CLI::App* command = app.add_subcommand(
      "erase", "Destroy a party's private records and their key, and log a tombstone; refused while anything is open");
  AddDirectory(*command, flags->directory);
  command->add_option("PARTY", flags->party, "The party's id")->required();
  command->callback([flags, &action] { action = [flags](Context& context) { return RunErase(context, *flags); }; });
}

}  // namespace ledgerline::tool
