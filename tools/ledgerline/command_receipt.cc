// ledgerline receipt: the proof that an entry is in the log, as a file for those who do not have the log.
#include <nlohmann/json.hpp>

#include "ledger/audit/make_receipt.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/tlog_proof.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/entry_summary.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

struct ReceiptFlags {
  std::string directory;
  uint64_t index = 0;
  std::string output;
  std::string format = "json";
};

Status RunReceipt(Context& context, const ReceiptFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  const EntryIndex index(flags.index);
  std::string text;
  size_t supporting = 0;
  if (flags.format == "tlog-proof") {
    ASSIGN_OR_RETURN(const journal::TlogProof proof, journal::MakeReceipt(session->journal(), index));
    text = proof.Serialize();
  } else {
    ASSIGN_OR_RETURN(const audit::Receipt receipt, audit::MakeReceipt(session->journal(), index));
    ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(receipt.subject.bytes));
    const nlohmann::ordered_json summary{{"type", journal::PayloadTypeName(entry.type)},
                                         {"says", SummaryOf(entry.submission.payload)}};
    ASSIGN_OR_RETURN(text, audit::FormatReceipt(receipt, summary.dump()));
    supporting = receipt.supporting.size();
  }
  RETURN_IF_ERROR(WriteNewFile(flags.output, text));
  context.console.Say(
      "The receipt of entry " + std::to_string(flags.index) + " is in " + flags.output +
      (supporting > 0 ? ", with what it rests on (" + Counted(supporting, "entry", "entries") + ")" : "") +
      ".\nCheck it anywhere: ledgerline verify " + flags.output + " --vkey '" +
      session->journal().checkpoint_key().ToString() + "'");
  context.console.PrintJson(
      nlohmann::ordered_json{{"file", flags.output}, {"index", flags.index}, {"supporting", supporting}});
  return Status::Ok();
}

}  // namespace

void AddReceipt(CLI::App& app, Action& action) {
  auto flags = std::make_shared<ReceiptFlags>();
  CLI::App* command =
      app.add_subcommand("receipt", "Write the receipt of an entry: proof that it is in the log, checked offline");
  AddDirectory(*command, flags->directory);
  command->add_option("INDEX", flags->index, "The entry's index")->required()->check(WholeNumber());
  command->add_option("-o,--output", flags->output, "Where to put it; never replaces a file")->required();
  command
      ->add_option("--format", flags->format,
                   "json (with the entries that it rests on) or tlog-proof (C2SP, the entry alone)")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "tlog-proof"}));
  command->callback([flags, &action] { action = [flags](Context& context) { return RunReceipt(context, *flags); }; });
}

}  // namespace ledgerline::tool
