// ledgerline regenerate: makes a recorded cover anew from its record alone and compares the bytes.
#include <nlohmann/json.hpp>

#include "inference/covers/cover_engine.h"
#include "inference/preference/taste.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/recorded_cover.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kAdapterBytesMax = size_t{8} << 20;

struct RegenerateFlags {
  std::string directory;
  uint64_t index = 0;
  std::string model;
  std::string adapter, taste;
  std::string output;
};

Status RunRegenerate(Context& context, const RegenerateFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const v1::Generation event, ReadGeneration(*session, EntryIndex(flags.index)));
  ASSIGN_OR_RETURN(covers::CoverRecord record, RecordOf(*session, event));
  if (!flags.adapter.empty()) {
    ASSIGN_OR_RETURN(record.adapter, Named("--adapter", ReadFile(flags.adapter, kAdapterBytesMax)));
  }
  if (!flags.taste.empty()) {
    ASSIGN_OR_RETURN(record.taste, Named("--taste", ReadFile(flags.taste, preference::kMaxTasteBytes)));
  }
  record.progress = [&](std::string_view stage, int done, int total) {
    context.console.Progress(stage, static_cast<uint64_t>(done), static_cast<uint64_t>(total));
  };
  ASSIGN_OR_RETURN(const auto engine, covers::LoadCoverEngine("", flags.model));
  const std::string differences = Differences(event, *engine);
  if (event.model_sha256() != engine->ModelHash().ToBytes()) {
    return FailedPrecondition("this cover cannot be made anew here:" + differences);
  }
  const Result<covers::Regenerated> made = engine->Regenerate(record);
  context.console.EndProgress();
  if (!made.ok()) return made.status().WithContext("entry " + std::to_string(flags.index));
  if (!flags.output.empty()) RETURN_IF_ERROR(WriteNewFile(flags.output, made->midi));
  const std::string& recorded = event.fingerprints().midi_sha256();
  const bool same = recorded == made->midi_hash.ToBytes();
  context.console.PrintJson(nlohmann::ordered_json{{"index", flags.index},
                                                   {"cover", event.cover_recording_id()},
                                                   {"same", same},
                                                   {"recorded_midi_sha256", HexEncode(recorded)},
                                                   {"midi_sha256", made->midi_hash.ToHex()},
                                                   {"recorded_kernel", event.kernel_version()},
                                                   {"kernel", engine->KernelVersion()}});
  if (!same) {
    return DataLoss("the cover made anew from entry " + std::to_string(flags.index) + " has other bytes: SHA-256 " +
                    made->midi_hash.ToHex() + ", recorded is " + HexEncode(recorded) +
                    (differences.empty() ? "" : ". What differs here:" + differences));
  }
  context.console.Say("Entry " + std::to_string(flags.index) + ": " + event.cover_recording_id() + ", " +
                      event.style() + ", seed " + std::to_string(event.seed()) + ": made anew from the record, " +
                      Counted(made->candidate_scores_ppm.size(), "candidate", "candidates") +
                      "; the same bytes.\n  MIDI SHA-256 " + made->midi_hash.ToHex() + "\n  model " +
                      engine->ModelHash().ToHex() +
                      (event.adapter_sha256().empty() ? "" : "\n  adapter " + HexEncode(event.adapter_sha256())) +
                      (flags.taste.empty() ? "" : "\n  taste " + record.parameters.at("taste_sha256")) + "\n  kernel " +
                      engine->KernelVersion());
  return Status::Ok();
}

}  // namespace

void AddRegenerate(CLI::App& app, Action& action) {
  auto flags = std::make_shared<RegenerateFlags>();
  CLI::App* command = app.add_subcommand(
      "regenerate", "Make a recorded cover anew, from its record alone, and compare: exit 1 if a byte differs");
  AddDirectory(*command, flags->directory);
  command->add_option("INDEX", flags->index, "The index of the cover's entry")->required()->check(WholeNumber());
  command->add_option("--model", flags->model, "The model file of the record (default: the installed one)");
  command->add_option("--adapter", flags->adapter, "The record's adapter, where it is not beside the model");
  command->add_option("--taste", flags->taste, "The record's taste file, where candidates were ranked by one");
  command->add_option("-o,--output", flags->output, "Where to put the MIDI file; never replaces a file");
  command->callback(
      [flags, &action] { action = [flags](Context& context) { return RunRegenerate(context, *flags); }; });
}

}  // namespace ledgerline::tool
