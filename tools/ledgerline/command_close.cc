// ledgerline close: freeze, allocate, write statements, and record the close.
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "ledger/royalty/close.h"
#include "schemas/amount.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct CloseFlags {
  std::string directory;
  std::string period;
};

Json TotalsJson(const royalty::Totals& totals) {
  return {{"currency", totals.pool.currency().ToString()}, {"pool", totals.pool.ToDecimal()},
          {"allocated", totals.allocated.ToDecimal()},     {"held", totals.held.ToDecimal()},
          {"unmatched", totals.unmatched.ToDecimal()},     {"unclaimed", totals.unclaimed.ToDecimal()},
          {"platform", totals.platform.ToDecimal()}};
}

Period Next(Period period) {
  return period.month == 12 ? Period{period.year + 1, 1} : Period{period.year, period.month + 1};
}

Status RunClose(Context& context, const CloseFlags& flags) {
  ASSIGN_OR_RETURN(const Period period, Named("--period", Period::Parse(flags.period)));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  const Instant now = context.clock.Now();
  if (now < period.Span().from) return FailedPrecondition("--period " + flags.period + " has not begun yet");
  if (now < period.Span().to) {
    context.console.Warn("period " + flags.period +
                         " is not over: what is used until its end goes into the next close, as prior-period lines");
  }
  ASSIGN_OR_RETURN(const royalty::LedgerFold* fold, session->Fold());
  if (!fold->closes().empty() && fold->closes().back().period < period &&
      Next(fold->closes().back().period) != period) {
    context.console.Warn(
        "the period after " + fold->closes().back().period.ToString() +
        " was never closed, and cannot be after this: its usage goes into this close, as prior-period lines");
  }
  // The prefix is frozen by a checkpoint, so that everybody can see later what was closed.
  RETURN_IF_ERROR(session->SignCheckpoint());
  const journal::Journal::Head head = session->journal().head();
  if (head.size != fold->size()) return Unavailable("the ledger grew while it was read: try again");
  ASSIGN_OR_RETURN(const std::string random, crypto::RandomBytes(session->random(), Hash256::kSize));
  ASSIGN_OR_RETURN(const Hash256 secret, Hash256::FromBytes(random));
  ASSIGN_OR_RETURN(const royalty::CloseResult result,
                   royalty::ClosePeriod({period, head.size, head.root, *fold, secret}));
  for (const std::string& warning : result.warnings) context.console.Warn(warning);
  v1::Payload payload;
  *payload.mutable_period_close() = result.close;
  // One close of a period over one prefix, however often it is asked for.
  const std::string idempotency_key = crypto::Sha256("ledgerline/close/v1\n" + flags.period).ToBytes();
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, idempotency_key, {result.blob}));
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": period " + flags.period +
                      " is closed over entries 0 to " + std::to_string(head.size.value - 1) + ", by " +
                      std::string(royalty::kRulesVersion) + ", in " +
                      Counted(result.statements.lines.size(), "statement line", "statement lines") + ".\n\n" +
                      royalty::RenderTotals(result.statements));
  Json totals = Json::array();
  for (const royalty::Totals& each : result.statements.totals) totals.push_back(TotalsJson(each));
  Json balances = Json::array();
  for (const royalty::Balance& balance : result.statements.balances) {
    balances.push_back({{"party_id", balance.party},
                        {"currency", balance.closing.currency().ToString()},
                        {"opening", balance.opening.ToDecimal()},
                        {"allocated", balance.allocated.ToDecimal()},
                        {"closing", balance.closing.ToDecimal()}});
  }
  context.console.PrintJson(Json{{"index", committed.index.value},
                                 {"period", flags.period},
                                 {"prefix_size", head.size.value},
                                 {"rules_version", royalty::kRulesVersion},
                                 {"lines", result.statements.lines.size()},
                                 {"totals", totals},
                                 {"balances", balances},
                                 {"warnings", result.warnings}});
  return Status::Ok();
}

}  // namespace

void AddClose(CLI::App& app, Action& action) {
  auto flags = std::make_shared<CloseFlags>();
  CLI::App* command =
      app.add_subcommand("close", "Close a period: freeze, allocate, write statements, record the close");
  AddDirectory(*command, flags->directory);
  command->add_option("--period", flags->period, "The month, such as 2026-10")->required();
  command->callback([flags, &action] { action = [flags](Context& context) { return RunClose(context, *flags); }; });
}

}  // namespace ledgerline::tool
