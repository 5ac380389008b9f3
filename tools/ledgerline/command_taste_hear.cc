// ledgerline taste hear: two candidates of a recorded cover, made anew to be heard without knowing which is which.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/preference/comparison.h"
#include "ledger/rights/rights_state.h"
#include "tools/ledgerline/adapter_leave.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/recorded_cover.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;

struct HearFlags {
  std::string directory;
  uint64_t index = 0;
  std::string output, model, adapter;
  std::vector<int> candidates;
  bool silent = false;
};

// Whether the sources' controllers allow a use of every source, now. A cover that is heard again is asked about again.
Result<bool> Allowed(const rights::RightsState& rights, const v1::Generation& event, v1::Use use, Instant now,
                     std::string* missing) {
  bool allowed = event.sources_size() > 0;
  for (const v1::SourceUse& source : event.sources()) {
    rights::ConsentQuestion question;
    ASSIGN_OR_RETURN(question.recording, RecordingId::Parse(source.recording_id()));
    question.use = use;
    question.territory = event.territory();
    question.tier = event.tier();
    question.at = now;
    question.as_of = rights.size();
    const rights::ConsentAnswer answer = rights.CheckConsent(question);
    allowed = allowed && answer.allowed;
    for (const rights::ConsentProblem& problem : answer.missing) *missing += "\n  - " + problem.ToString();
  }
  return allowed;
}

// By number; those that were turned down have none.
std::vector<preference::Figures> FiguresOf(const covers::HeardCandidates& made) {
  std::vector<preference::Figures> figures;
  for (const covers::HeardCandidate& one : made.candidates) {
    figures.push_back(one.rejected.empty() ? one.figures : preference::Figures());
  }
  return figures;
}

Result<std::pair<int, int>> ChosenTwo(const HearFlags& flags, const covers::HeardCandidates& made) {
  if (flags.candidates.empty()) {
    // A judgement tells most about these two: the one that the generator would keep, and the one most unlike it.
    const int other = made.chosen < 0 ? -1 : preference::MostUnlike(FiguresOf(made), static_cast<size_t>(made.chosen));
    if (other >= 0) return std::pair(made.chosen, other);
    return FailedPrecondition("entry " + std::to_string(flags.index) + " has no two candidates that no guard turned " +
                              "down: make a cover with more --candidates, or with another --seed");
  }
  const auto count = static_cast<int>(made.candidates.size());
  for (const int candidate : flags.candidates) {
    if (candidate < 0 || candidate >= count) {
      return OutOfRange("--candidates " + std::to_string(candidate) + " is outside 0 to " + std::to_string(count - 1));
    }
    const std::string& rejected = made.candidates[static_cast<size_t>(candidate)].rejected;
    if (!rejected.empty()) {
      return FailedPrecondition("--candidates " + std::to_string(candidate) + " was turned down: " + rejected);
    }
  }
  if (flags.candidates[0] == flags.candidates[1]) return InvalidArgument("--candidates names the same one twice");
  return std::pair(flags.candidates[0], flags.candidates[1]);
}

preference::Comparison ComparisonOf(const v1::Generation& event, const covers::CoverRecord& record,
                                    const covers::HeardCandidates& made, std::pair<int, int> two) {
  preference::Comparison comparison;
  comparison.adapter = record.adapter_hash;
  comparison.engine = event.engine_id();
  comparison.kernel = event.kernel_version();
  comparison.style = record.style;
  comparison.seed = record.seed;
  comparison.conditioning = record.conditioning;
  for (const auto& [name, value] : record.parameters) {
    // What a plan came from and how it was ranked is not needed to compose it.
    if (!name.starts_with("plan.") && !name.starts_with("source.") && name != "taste_sha256") {
      comparison.parameters[name] = value;
    }
  }
  // Which is a is decided by what nobody hears, but the same every time.
  if (two.first > two.second) std::swap(two.first, two.second);
  const Hash256 coin = crypto::Sha256(record.conditioning + std::to_string(record.seed) + ":" +
                                      std::to_string(two.first) + ":" + std::to_string(two.second));
  if ((coin.bytes[0] & 1) != 0) std::swap(two.first, two.second);
  comparison.a = {two.first, made.candidates[static_cast<size_t>(two.first)].figures};
  comparison.b = {two.second, made.candidates[static_cast<size_t>(two.second)].figures};
  std::vector<preference::Figures> heard = FiguresOf(made);
  std::erase_if(heard, [](const preference::Figures& figures) { return figures.empty(); });
  comparison.typical = preference::TypicalDifferences(heard);
  return comparison;
}

Status RunHear(Context& context, const HearFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const v1::Generation event, ReadGeneration(*session, EntryIndex(flags.index)));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  const Instant now = context.clock.Now();
  std::string missing;
  ASSIGN_OR_RETURN(const bool allowed, Allowed(*rights, event, event.use(), now, &missing));
  if (!allowed) {
    return PermissionDenied("the leave that entry " + std::to_string(flags.index) +
                            " rests on is no longer in force; nothing was made. Missing:" + missing);
  }
  ASSIGN_OR_RETURN(const bool train_leave, Allowed(*rights, event, v1::USE_TRAIN, now, &missing));
  ASSIGN_OR_RETURN(covers::CoverRecord record, RecordOf(*session, event));
  if (!flags.adapter.empty()) {
    ASSIGN_OR_RETURN(NamedAdapter adapter, AskForAdapter(flags.adapter, *rights, event.territory(), event.tier(), now));
    record.adapter = std::move(adapter.bytes);
  }
  for (const char* name : {"a.mid", "a.wav", "b.mid", "b.wav", "comparison.json"}) {
    if (Exists(flags.output + "/" + name)) {
      return AlreadyExists("--out '" + flags.output + "' has a " + name + " already: choose another directory");
    }
  }
  ASSIGN_OR_RETURN(const auto engine, covers::LoadCoverEngine("", flags.model));
  if (const std::string differences = Differences(event, *engine); !differences.empty()) {
    return FailedPrecondition("this cover's candidates cannot be made anew here:" + differences);
  }
  record.progress = [&](std::string_view stage, int done, int total) {
    context.console.Progress(stage, static_cast<uint64_t>(done), static_cast<uint64_t>(total));
  };
  const Result<covers::HeardCandidates> made = engine->Candidates(record);
  context.console.EndProgress();
  if (!made.ok()) return made.status().WithContext("entry " + std::to_string(flags.index));
  bool recorded = false;
  for (const covers::HeardCandidate& one : made->candidates) {
    recorded = recorded || crypto::Sha256(one.midi).ToBytes() == event.fingerprints().midi_sha256();
  }
  if (!recorded) {
    return DataLoss("none of the candidates made anew from entry " + std::to_string(flags.index) +
                    " has the recorded bytes; see `ledgerline regenerate`");
  }
  ASSIGN_OR_RETURN(const auto two, ChosenTwo(flags, *made));
  preference::Comparison comparison = ComparisonOf(event, record, *made, two);
  comparison.origin = session->journal().origin();
  comparison.entry = flags.index;
  comparison.model = engine->ModelHash();
  comparison.train_leave = train_leave;
  std::error_code error;
  fs::create_directories(flags.output, error);
  if (error) return InvalidArgument("--out '" + flags.output + "' cannot be made: " + error.message());
  for (const auto& [name, heard] : {std::pair("/a", &comparison.a), std::pair("/b", &comparison.b)}) {
    const std::string& midi = made->candidates[static_cast<size_t>(heard->candidate)].midi;
    RETURN_IF_ERROR(WriteNewFile(flags.output + name + ".mid", midi));
    if (!flags.silent) RETURN_IF_ERROR(engine->Render(midi, flags.output + name + ".wav", "").status());
  }
  RETURN_IF_ERROR(WriteNewFile(flags.output + "/comparison.json", preference::FormatComparison(comparison)));
  context.console.Say("Two candidates of entry " + std::to_string(flags.index) + ", " + event.cover_recording_id() +
                      ", " + event.style() + ":\n  " + flags.output + "/a" + (flags.silent ? ".mid" : ".wav") + "\n  " +
                      flags.output + "/b" + (flags.silent ? ".mid" : ".wav") +
                      "\nListen to both, then: ledgerline taste judge " + flags.output +
                      " --prefers a --pairs FILE   (or b, or same)" +
                      (train_leave ? ""
                                   : "\nNot everybody whom TRAIN needs has consented: the judgement ranks, and is not "
                                     "trained on."));
  context.console.PrintJson({{"entry", flags.index},
                             {"cover", event.cover_recording_id()},
                             {"directory", flags.output},
                             {"candidates", made->candidates.size()},
                             {"train_leave", train_leave}});
  return Status::Ok();
}

}  // namespace

void AddTasteHear(CLI::App& taste, Action& action) {
  auto flags = std::make_shared<HearFlags>();
  CLI::App* command = taste.add_subcommand(
      "hear",
      "Make two candidates of a recorded cover anew, to be compared by ear: a and b, in an order that says "
      "nothing");
  AddDirectory(*command, flags->directory);
  command->add_option("INDEX", flags->index, "The index of the cover's entry")->required()->check(WholeNumber());
  command->add_option("--out", flags->output, "The directory for a.mid, a.wav, b.mid, b.wav and comparison.json")
      ->required();
  command
      ->add_option("--candidates", flags->candidates,
                   "Which two, such as 0,3 (default: the best ranked, and the one most unlike it)")
      ->delimiter(',')
      ->expected(2);
  command->add_flag("--midi-only", flags->silent, "No sound files");
  command->add_option("--model", flags->model, "The model file of the record (default: the installed one)");
  command->add_option("--adapter", flags->adapter, "The record's adapter, where it is not beside the model");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunHear(context, *flags); }; });
}

}  // namespace ledgerline::tool
