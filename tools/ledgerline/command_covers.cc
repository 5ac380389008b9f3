// ledgerline covers health: has the generator begun to repeat itself? The last covers of each style are made anew from
// their records and held against what the style's real pieces show.
#include <map>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/covers/cover_engine.h"
#include "inference/covers/written_accompaniment.h"
#include "inference/evaluation/style_health.h"
#include "inference/music/smf.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/recorded_cover.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct HealthFlags {
  std::string directory, model, profiles = LEDGERLINE_STYLE_PROFILES;
  uint64_t last = evaluation::kHealthOutputs;
};

Result<tokens::Piece> MakeAnew(LedgerSession& session, covers::CoverEngine& engine, const v1::Generation& event) {
  ASSIGN_OR_RETURN(const covers::CoverRecord record, RecordOf(session, event));
  // Of the candidates, the one that was recorded: no taste that ranked them is asked for.
  ASSIGN_OR_RETURN(const covers::HeardCandidates made, engine.Candidates(record));
  const std::string* midi = nullptr;
  for (const covers::HeardCandidate& one : made.candidates) {
    if (crypto::Sha256(one.midi).ToBytes() == event.fingerprints().midi_sha256()) midi = &one.midi;
  }
  if (midi == nullptr) return DataLoss("other bytes than recorded");
  ASSIGN_OR_RETURN(const music::Score file, music::ReadSmf(*midi));
  ASSIGN_OR_RETURN(const tokens::Piece plan, covers::PlannedPiece(record.conditioning));
  return covers::WrittenAccompaniment(plan, file);
}

std::string Share(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

Status RunHealth(Context& context, const HealthFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const std::string text, Named("--profiles", ReadFile(flags.profiles, evaluation::kMaxProfileBytes)));
  ASSIGN_OR_RETURN(const evaluation::StyleProfiles profiles, Named("--profiles", evaluation::ParseProfiles(text)));
  ASSIGN_OR_RETURN(const auto engine, covers::LoadCoverEngine("", flags.model));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  std::map<std::string, std::vector<const v1::Generation*>> by_style;
  uint64_t others = 0, total = 0;
  for (const rights::GenerationRecord* cover : rights->Generations(rights->size())) {
    if (cover->event.model_sha256() == engine->ModelHash().ToBytes()) {
      by_style[cover->event.style()].push_back(&cover->event);
    } else {
      ++others;
    }
  }
  for (auto& [style, events] : by_style) {
    if (events.size() > flags.last)
      events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(flags.last));
    total += events.size();
  }
  uint64_t done = 0, failed = 0, alarms = 0;
  std::vector<std::vector<std::string>> table = {{"style", "covers", "measure", "covers'", "corpus's", "share", ""}};
  Json styles = Json::array();
  for (const auto& [style, events] : by_style) {
    std::vector<tokens::Piece> pieces;
    for (const v1::Generation* event : events) {
      context.console.Progress("making covers anew", done++, total);
      Result<tokens::Piece> piece = MakeAnew(*session, *engine, *event);
      if (piece.ok())
        pieces.push_back(std::move(*piece));
      else
        ++failed;
    }
    std::vector<const tokens::Piece*> outputs;
    for (const tokens::Piece& piece : pieces) outputs.push_back(&piece);
    const auto profile = profiles.find(style);
    std::vector<evaluation::HealthRow> rows;
    if (profile != profiles.end()) rows = evaluation::JudgeHealth(outputs, profile->second);
    Json measures = Json::array();
    for (const evaluation::HealthRow& row : rows) {
      alarms += row.alarm;
      table.push_back({style, std::to_string(outputs.size()), row.measure, Share(row.value), Share(row.corpus),
                       Share(static_cast<double>(row.permille) / 1000), row.alarm ? "ALARM" : ""});
      measures.push_back({{"measure", row.measure},
                          {"covers", row.value},
                          {"corpus", row.corpus},
                          {"permille", row.permille},
                          {"alarm", row.alarm}});
    }
    if (rows.empty()) {
      table.push_back({style, std::to_string(outputs.size()),
                       profile == profiles.end() ? "the profiles lack this style" : "too few to say", "", "", "", ""});
    }
    styles.push_back({{"style", style}, {"covers", outputs.size()}, {"measures", measures}});
  }
  context.console.EndProgress();
  context.console.Say(by_style.empty() ? "No cover of this model is recorded." : FormatTable(table, {1, 3, 4, 5}));
  if (others > 0) context.console.Say(Counted(others, "cover", "covers") + " of other models left out.");
  if (failed > 0) {
    context.console.Warn(Counted(failed, "cover", "covers") +
                         " could not be made anew and are left out; see ledgerline regenerate");
  }
  context.console.PrintJson(
      {{"styles", styles}, {"alarms", alarms}, {"of_other_models", others}, {"not_made_anew", failed}});
  if (alarms == 0) return Status::Ok();
  return FailedPrecondition(Counted(alarms, "measure is", "measures are") + " below 80 % of what the corpus shows: " +
                            "covers have become alike, or have moved away from their styles");
}

}  // namespace

void AddCovers(CLI::App& app, Action& action) {
  CLI::App* covers = app.add_subcommand("covers", "What was made, taken together");
  covers->require_subcommand(1);
  auto flags = std::make_shared<HealthFlags>();
  CLI::App* health = covers->add_subcommand(
      "health", "Are the last covers of each style still as varied as real music? Exit 1 if an alarm is raised");
  AddDirectory(*health, flags->directory);
  health->add_option("--last", flags->last, "How many covers of each style, at most 200")->check(CLI::Range(5, 200));
  health->add_option("--model", flags->model, "The model file of the records (default: the installed one)");
  health->add_option("--profiles", flags->profiles, "What the corpus shows (default: the installed styles.profile)");
  health->callback([flags, &action] { action = [flags](Context& context) { return RunHealth(context, *flags); }; });
}

}  // namespace ledgerline::tool
