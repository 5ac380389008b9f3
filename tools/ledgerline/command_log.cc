// ledgerline log and ledgerline show: what is recorded, a line each or one entry whole.
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"
#include "schemas/amount.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/entry_summary.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/message_json.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct LogFlags {
  std::string directory;
  bool follow = false;
  uint64_t from = 0;
  uint64_t index = 0;
};

// Prints entries [from, size) of the ledger as it is now; returns the size.
Result<uint64_t> PrintEntries(Context& context, const LogFlags& flags, uint64_t from, Json* list) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  const TreeSize size = session->journal().size();
  if (from > size.value)
    return OutOfRange("--from " + std::to_string(from) + ": the ledger has entries 0 to " +
                      std::to_string(size.value - 1));
  RETURN_IF_ERROR(session->journal().ForEachEntry(
      EntryIndex(from), size.NextIndex(), [&](EntryIndex index, std::string_view bytes) -> Status {
        ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
        const std::string time = Instant{entry.recorded_at_us}.ToString();
        const std::string type = journal::PayloadTypeName(entry.type);
        const std::string summary = SummaryOf(entry.submission.payload);
        std::string number = std::to_string(index.value);
        number.insert(0, number.size() < 6 ? 6 - number.size() : 0, ' ');
        context.console.Say(number + "  " + time.substr(0, 19) + "Z  " + type +
                            std::string(type.size() < 20 ? 20 - type.size() : 1, ' ') + "  " + summary);
        const Json row{{"index", index.value},
                       {"recorded_at", time},
                       {"type", type},
                       {"summary", summary},
                       {"leaf_hash", crypto::LeafHash(bytes).ToHex()}};
        if (list != nullptr)
          list->push_back(row);
        else
          context.console.PrintJson(row, -1);
        return Status::Ok();
      }));
  return size.value;
}

Status RunLog(Context& context, const LogFlags& flags) {
  if (!flags.follow) {
    Json list = Json::array();
    RETURN_IF_ERROR(PrintEntries(context, flags, flags.from, &list).status());
    context.console.PrintJson(list);
    return Status::Ok();
  }
  // With --follow and --json: one object a line, as they come.
  uint64_t next = flags.from;
  while (true) {
    ASSIGN_OR_RETURN(next, PrintEntries(context, flags, next, nullptr));
    RETURN_IF_ERROR(context.console.Finish());
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

Status RunShow(Context& context, const LogFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  const TreeSize size = session->journal().size();
  if (flags.index >= size.value) {
    return NotFound("INDEX " + std::to_string(flags.index) + ": the ledger has entries 0 to " +
                    std::to_string(size.value - 1));
  }
  ASSIGN_OR_RETURN(const std::string bytes, session->journal().ReadEntry(EntryIndex(flags.index)));
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
  Json shown{{"index", flags.index},
             {"type", journal::PayloadTypeName(entry.type)},
             {"summary", SummaryOf(entry.submission.payload)},
             {"recorded_at", Instant{entry.recorded_at_us}.ToString()},
             {"leaf_hash", crypto::LeafHash(bytes).ToHex()},
             {"previous_leaf_hash", entry.previous_leaf_hash.ToHex()},
             {"submitter_key_id", entry.submission.key_id.ToHex()},
             {"bytes", bytes.size()},
             {"payload", MessageToJson(entry.submission.payload)}};
  if (entry.is_item()) shown["batch_header"] = flags.index - entry.batch_offset;
  if (entry.type == v1::PAYLOAD_TYPE_GENERATION || entry.type == v1::PAYLOAD_TYPE_PERMIT) {
    ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
    if (const auto* generation = rights->Generation(EntryIndex(flags.index)))
      shown["verdict"] = generation->verdict.ToString();
  }
  context.console.Say(shown.dump(2));
  context.console.PrintJson(shown);
  return Status::Ok();
}

}  // namespace

void AddLog(CLI::App& app, Action& action) {
  auto log_flags = std::make_shared<LogFlags>();
  CLI::App* log = app.add_subcommand("log", "Every entry, a line each");
  AddDirectory(*log, log_flags->directory)->required(false);
  log->require_subcommand(0, 1);
  AddLogFiles(*log, action);
  log->add_flag("--follow", log_flags->follow, "Wait for new entries and print them as they come; stop with Ctrl-C");
  log->add_option("--from", log_flags->from, "Begin at this index")->capture_default_str()->check(WholeNumber());
  log->callback([log, log_flags, &action] {
    if (!log->get_subcommands().empty()) return;
    if (log_flags->directory.empty()) throw CLI::RequiredError("DIR");
    action = [log_flags](Context& context) { return RunLog(context, *log_flags); };
  });

  auto show_flags = std::make_shared<LogFlags>();
  CLI::App* show = app.add_subcommand("show", "One entry, whole");
  AddDirectory(*show, show_flags->directory);
  show->add_option("INDEX", show_flags->index, "The entry's index")->required()->check(WholeNumber());
  show->callback(
      [show_flags, &action] { action = [show_flags](Context& context) { return RunShow(context, *show_flags); }; });
}

}  // namespace ledgerline::tool
