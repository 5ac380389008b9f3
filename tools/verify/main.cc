// ledgerline-verify: what an auditor or an artist runs who wants to depend on nothing of the operator's. Checks
// receipts, audit packs, promises and evidence of forks; a log's exported files, entry by entry; needs neither RocksDB
// nor LibTorch.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "ledger/audit/log_source.h"
#include "ledger/audit/replay_log.h"
#include "ledger/journal/entry.h"
#include "tools/ledgerline/console.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/report_printer.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/usage_errors.h"
#include "tools/ledgerline/verify_file.h"

namespace ledgerline::tool {
namespace {

struct Flags {
  std::vector<std::string> targets;
  std::string vkey, policy;
  std::vector<std::string> auditors;
  bool brief = false, json = false;
};

// Sound is compared by `ledgerline verify`: decoding it would bring in more libraries than all the rest.
void CheckNoDelivered(const audit::Receipt& receipt, const std::string&, audit::Report& report) {
  const auto entry = journal::ParseEntry(receipt.subject.bytes);
  if (entry.ok() && entry->type == v1::PAYLOAD_TYPE_GENERATION)
    report.Trust(
        "That the files beside the receipt are those that the event names: `ledgerline verify` compares them.");
}

// A log's files, as `ledgerline log export` wrote them.
Result<audit::Report> VerifyExport(Console& console, const std::string& directory,
                                   const std::optional<crypto::TrustAnchor>& anchor) {
  if (Exists(directory + "/db") && !Exists(directory + "/tile")) {
    return InvalidArgument("'" + directory +
                           "' is a ledger's own store: ask for an export of it ('ledgerline log export " + directory +
                           " OUT'), or check it with 'ledgerline verify'");
  }
  audit::ReplayOptions options;
  options.anchor = anchor;
  options.progress = [&](uint64_t done, uint64_t total) { console.Progress("replaying entries", done, total); };
  audit::DirectoryLogSource source(directory);
  audit::ReplayedLog log = audit::ReplayLog(source, options);
  console.EndProgress();
  return std::move(log.report);
}

Status Run(Console& console, const Flags& flags) {
  ASSIGN_OR_RETURN(const auto anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  FileChecks checks;
  ASSIGN_OR_RETURN(checks.auditors, ReadAuditors(flags.auditors));
  checks.delivered_files = CheckNoDelivered;
  ReportPrinter printer(console, flags.brief);
  for (const std::string& target : flags.targets) {
    printer.Print(target,
                  IsDirectory(target) ? VerifyExport(console, target, anchor) : VerifyFile(target, anchor, checks));
  }
  return printer.Finish();
}

}  // namespace
}  // namespace ledgerline::tool

int main(int argc, char** argv) {
  using namespace ledgerline::tool;
  CLI::App app(
      "Checks what a Ledgerline ledger gave out: receipts, audit packs, promises, evidence of forks. Trusts nothing "
      "but "
      "the key or policy that you give.\n"
      "Exit status: 0 fine, 1 a check failed, 2 wrong usage, 3 wrong input.",
      "ledgerline-verify");
  Flags flags;
  app.set_version_flag("--version", "ledgerline-verify 0.1.0");
  app.add_flag("--json", flags.json, "Print one JSON document instead of text");
  app.add_flag("--brief", flags.brief, "Only what failed, and a line for each target");
  app.add_option("TARGET", flags.targets,
                 "Files: receipts, tlog-proofs, audit packs, promises, evidence; or the directory of an exported log")
      ->required();
  CLI::Option* vkey = app.add_option("--vkey", flags.vkey,
                                     "The ledger's verifier key, or a file with it, from a source that you trust");
  app.add_option("--policy", flags.policy,
                 "A policy file (C2SP tlog-policy): the ledger's keys, and the witnesses it needs")
      ->excludes(vkey);
  app.add_option("--auditor", flags.auditors,
                 "The verifier key of an auditor whom you trust, or a file with it; may be repeated")
      ->allow_extra_args(false);
  FinishCommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::fprintf(stderr, "ledgerline-verify: %s\n", WrongOption(app, error).c_str());
    return kExitUsage;
  }
  Console console(flags.json);
  ledgerline::Status status;
  try {
    status = Run(console, flags);
    if (status.ok()) status = console.Finish();
  } catch (const std::exception& defect) {
    status = ledgerline::Internal(std::string("a defect of this program, please report it: ") + defect.what());
  }
  if (!status.ok()) console.Error(status);
  return ExitCodeOf(status);
}
