// ledgerline rate: what a listener thought of a recording. Recorded from the start, since what is not recorded cannot
// be learnt from later.
#include <nlohmann/json.hpp>

#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/requester.h"

namespace ledgerline::tool {
namespace {

struct RateFlags {
  std::string directory;
  std::string recording;
  int score = 0;
  std::string requester;
};

Status RunRate(Context& context, const RateFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const RecordingId recording, Named("--recording", RecordingId::Parse(flags.recording)));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  const rights::RecordingView view = rights->Recording(recording, rights->size());
  if (view.original == nullptr && view.cover == nullptr) return NoSuchRecording(flags.directory, flags.recording);
  ASSIGN_OR_RETURN(const std::string requester, ParseRequester(flags.requester, session->random()));
  v1::Payload payload;
  v1::Rating& rating = *payload.mutable_rating();
  rating.set_recording_id(recording.text());
  rating.set_score(static_cast<uint32_t>(flags.score));
  rating.set_requester(requester);
  rating.set_rated_at_us(context.clock.Now().us);
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload));
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": " + recording.text() + " was rated " +
                      std::to_string(flags.score) + " of 5");
  context.console.PrintJson(nlohmann::ordered_json{{"index", committed.index.value}});
  return Status::Ok();
}

}  // namespace

void AddRate(CLI::App& app, Action& action) {
  auto flags = std::make_shared<RateFlags>();
  CLI::App* command = app.add_subcommand("rate", "Record a listener's rating of a recording");
  AddDirectory(*command, flags->directory);
  command->add_option("--recording", flags->recording, "The cover or original")->required();
  command->add_option("--score", flags->score, "1 (worst) to 5 (best)")->required()->check(CLI::Range(1, 5));
  command->add_option("--requester", flags->requester,
                      "The listener's pseudonym, 32 hex digits (default: a new random one)");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunRate(context, *flags); }; });
}

}  // namespace ledgerline::tool
