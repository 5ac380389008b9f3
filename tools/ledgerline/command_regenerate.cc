// ledgerline regenerate: makes a recorded cover anew from its record alone and compares the bytes.
#include <map>
#include <nlohmann/json.hpp>

#include "inference/covers/cover_engine.h"
#include "ledger/journal/entry.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kAdapterBytesMax = size_t{8} << 20;

struct RegenerateFlags {
  std::string directory;
  uint64_t index = 0;
  std::string model;
  std::string adapter;
  std::string output;
};

Result<v1::Generation> ReadGeneration(LedgerSession& session, EntryIndex index) {
  ASSIGN_OR_RETURN(const std::string bytes, session.journal().ReadEntry(index));
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
  if (entry.type != v1::PAYLOAD_TYPE_GENERATION) {
    return InvalidArgument("entry " + std::to_string(index.value) + " is a " +
                           std::string(journal::PayloadTypeName(entry.type)) +
                           ", not a generation; `ledgerline log DIR` lists the entries");
  }
  return entry.submission.payload.generation();
}

// What stands in the record and is not so here; empty when nothing is.
std::string Differences(const v1::Generation& event, const covers::CoverEngine& engine) {
  std::string text;
  if (event.model_sha256() != engine.ModelHash().ToBytes()) {
    text += "\n  - the model: recorded " + HexEncode(event.model_sha256()) + ", here " + engine.ModelHash().ToHex() +
            "; name the recorded one with --model FILE";
  }
  if (event.kernel_version() != engine.KernelVersion()) {
    text += "\n  - the kernel: recorded \"" + event.kernel_version() + "\", here \"" + engine.KernelVersion() + "\"";
  }
  if (event.engine_id() != engine.EngineId()) {
    text += "\n  - the engine: recorded \"" + event.engine_id() + "\", here \"" + engine.EngineId() +
            "\"; its rules are others, take the program of that version";
  }
  return text;
}

Status RunRegenerate(Context& context, const RegenerateFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const v1::Generation event, ReadGeneration(*session, EntryIndex(flags.index)));
  ASSIGN_OR_RETURN(const Hash256 conditioning_hash, Hash256::FromBytes(event.conditioning_sha256()));
  covers::CoverRecord record;
  ASSIGN_OR_RETURN(record.conditioning, session->journal().ReadBlob(conditioning_hash));
  record.style = event.style();
  record.seed = event.seed();
  if (!event.adapter_sha256().empty()) {
    ASSIGN_OR_RETURN(record.adapter_hash, Hash256::FromBytes(event.adapter_sha256()));
  }
  if (!flags.adapter.empty()) {
    ASSIGN_OR_RETURN(record.adapter, Named("--adapter", ReadFile(flags.adapter, kAdapterBytesMax)));
  }
  for (const v1::Parameter& parameter : event.parameters()) record.parameters[parameter.name()] = parameter.value();
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
                      "\n  kernel " + engine->KernelVersion());
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
  command->add_option("-o,--output", flags->output, "Where to put the MIDI file; never replaces a file");
  command->callback(
      [flags, &action] { action = [flags](Context& context) { return RunRegenerate(context, *flags); }; });
}

}  // namespace ledgerline::tool
