// ledgerline audit-pack: everything of one period that concerns one party, in one file that is checked offline.
#include <nlohmann/json.hpp>

#include "ledger/audit/make_audit_pack.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

struct PackFlags {
  std::string directory;
  std::string party;
  std::string period;
  std::string output;
};

Status RunAuditPack(Context& context, const PackFlags& flags) {
  ASSIGN_OR_RETURN(const PartyId party, Named("--party", PartyId::Parse(flags.party)));
  ASSIGN_OR_RETURN(const Period period, Named("--period", Period::Parse(flags.period)));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  ASSIGN_OR_RETURN(const audit::AuditPack pack,
                   Named("--period", audit::MakeAuditPack(session->journal(), *fold, party, period)));
  const std::string text = audit::FormatPack(pack);
  if (text.size() > audit::kPackBytesMax) {
    return OutOfRange("the pack would have " + std::to_string(text.size()) + " bytes, " +
                      std::to_string(audit::kPackBytesMax) + " are allowed");
  }
  if (!pack.index.presence && fold->rights().Party(party, fold->size()) == nullptr) {
    context.console.Warn("party " + flags.party + " is in no parties file: the pack shows that nothing concerns it");
  }
  RETURN_IF_ERROR(WriteNewFile(flags.output, text));
  size_t rows = 0;
  for (const audit::PackFile& file : pack.files) rows += file.rows.size();
  context.console.Say((pack.index.presence
                           ? "What concerns " + flags.party + " in " + flags.period + " is in " + flags.output + ": " +
                                 Counted(pack.concerned.size(), "entry", "entries") + ", " +
                                 Counted(rows, "row", "rows") + ", " +
                                 Counted(pack.lines.size(), "statement line", "statement lines") + "."
                           : "The proof that nothing concerns " + flags.party + " in " + flags.period + " is in " +
                                 flags.output + ".") +
                      "\nCheck it anywhere: ledgerline verify " + flags.output + " --vkey '" +
                      session->journal().checkpoint_key().ToString() + "'");
  context.console.PrintJson(nlohmann::ordered_json{{"file", flags.output},
                                                   {"party_id", flags.party},
                                                   {"period", flags.period},
                                                   {"present", pack.index.presence.has_value()},
                                                   {"entries", pack.concerned.size()},
                                                   {"rows", rows},
                                                   {"lines", pack.lines.size()},
                                                   {"bytes", text.size()}});
  return Status::Ok();
}

}  // namespace

void AddAuditPack(CLI::App& app, Action& action) {
  auto flags = std::make_shared<PackFlags>();
  CLI::App* command = app.add_subcommand(
      "audit-pack", "Write what concerns a party in a closed period, with proofs that nothing is missing or wrong");
  AddDirectory(*command, flags->directory);
  command->add_option("--party", flags->party, "The party")->required();
  command->add_option("--period", flags->period, "A closed month, such as 2026-10")->required();
  command->add_option("-o,--output", flags->output, "Where to put it; never replaces a file")->required();
  command->callback([flags, &action] { action = [flags](Context& context) { return RunAuditPack(context, *flags); }; });
}

}  // namespace ledgerline::tool
