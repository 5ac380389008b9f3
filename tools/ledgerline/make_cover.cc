#include "tools/ledgerline/make_cover.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/covers/cover_engine.h"
#include "inference/music/musicxml.h"
#include "inference/music/smf.h"
#include "ledger/audit/make_receipt.h"
#include "ledger/rights/verdict.h"
#include "tools/ledgerline/allowed_request.h"
#include "tools/ledgerline/cover_summary.h"
#include "tools/ledgerline/generation_entries.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/unrecorded_files.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

// Files and receipt of a cover that is recorded: whatever goes wrong from here on, the entry stands.
Status Deliver(const MakeFlags& flags, LedgerSession& session, EntryIndex entry, UnrecordedFiles& files,
               const covers::CoverResult& cover, const covers::RenderResult& sound, const Json& summary) {
  RETURN_IF_ERROR(files.Recorded());
  RETURN_IF_ERROR(session.SignCheckpoint());
  ASSIGN_OR_RETURN(audit::Receipt receipt, audit::MakeReceipt(session.journal(), entry));
  receipt.files = {{"cover.mid", cover.midi_hash.ToHex()}, {"cover.wav", sound.wav_hash.ToHex()}};
  ASSIGN_OR_RETURN(const std::string text, audit::FormatReceipt(receipt, summary.dump()));
  return WriteNewFile(files.Path("cover.json"), text)
      .WithContext("the cover is entry " + std::to_string(entry.value) +
                   ", but its receipt is not written; `ledgerline receipt " + flags.directory + " " +
                   std::to_string(entry.value) + " -o FILE` writes it");
}

// The score as people read it; no part of the record, as it follows from cover.mid.
Status WriteScoreToRead(const MakeFlags& flags, const std::string& midi) {
  if (flags.musicxml.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(midi));
  ASSIGN_OR_RETURN(const std::string document, music::WriteMusicXml(score));
  return WriteNewFile(flags.musicxml, document)
      .WithContext("the cover is recorded and its files are in " + flags.output + ", but --musicxml is not written");
}

Status ComposeAndRecord(Context& context, const MakeFlags& flags, const AllowedRequest& request, EntryIndex permit,
                        covers::CoverEngine& engine, LedgerSession& session, UnrecordedFiles& files) {
  const auto progress = [&](std::string_view stage, int done, int total) {
    context.console.Progress(stage, static_cast<uint64_t>(done), static_cast<uint64_t>(total));
  };
  std::vector<covers::RejectedCandidate> turned_down;
  const auto on_rejected = [&](const covers::RejectedCandidate& candidate) { turned_down.push_back(candidate); };
  Result<covers::CoverResult> cover = [&] {
    if (flags.plan.empty()) {
      return engine.MakeCover({request.sources[0].song, flags.style, flags.seed, flags.candidates,
                               request.adapter.bytes, request.taste, progress, on_rejected});
    }
    covers::RemixRequest wish;
    for (const AllowedSource& source : request.sources) wish.source_midis.push_back(source.song);
    wish.plan = flags.plan;
    wish.style = flags.style;
    wish.seed = flags.seed;
    wish.candidates = flags.candidates;
    wish.adapter = request.adapter.bytes;
    wish.taste = request.taste;
    wish.progress = progress;
    wish.on_rejected = on_rejected;
    return engine.MakeRemix(wish);
  }();
  context.console.EndProgress();
  RETURN_IF_ERROR(SubmitRejected(turned_down, permit, engine.ModelHash(), flags.seed, session));
  if (!cover.ok()) return cover.status().WithContext(flags.sources[0].song);
  RETURN_IF_ERROR(WriteNewFile(files.Unrecorded("cover.mid"), cover->midi));
  ASSIGN_OR_RETURN(const covers::RenderResult sound, engine.Render(cover->midi, files.Unrecorded("cover.wav"), ""));

  ASSIGN_OR_RETURN(const std::string key, session.NewIdempotencyKey());
  const std::string cover_id =
      "cover-" +
      crypto::Sha256("ledgerline/cover-id/v1\n" + session.journal().origin() + "\n" + key).ToHex().substr(0, 20);
  const v1::Payload payload = GenerationPayload(flags, request, permit, cover_id, context.clock.Now(), *cover, sound);
  ASSIGN_OR_RETURN(const journal::Committed committed,
                   session.Submit(payload, key, {cover->melodic_fingerprint, cover->conditioning}));
  Json summary = SummaryJson(flags, request, cover_id, *cover, sound);
  summary["entry"] = committed.index.value;
  RETURN_IF_ERROR(Deliver(flags, session, committed.index, files, *cover, sound, summary));
  RETURN_IF_ERROR(WriteScoreToRead(flags, cover->midi));

  ASSIGN_OR_RETURN(const rights::RightsState* rights, session.Rights());
  const rights::GenerationRecord* record = rights->Generation(committed.index);
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f", static_cast<double>(sound.frames) / sound.sample_rate_hz);
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": " + cover_id + ", " + flags.style + ", " +
                      std::to_string(cover->bars) + " bars, " + std::to_string(cover->notes) + " notes (" +
                      std::to_string(cover->melody_notes) + " of them the song's melody), " + seconds + " s; " +
                      (record != nullptr ? record->verdict.ToString() : std::string("no verdict")) +
                      (cover->rejected.empty()
                           ? ""
                           : "; " + Counted(cover->rejected.size(), "candidate", "candidates") + " turned down") +
                      "\n  " + files.Path("cover.mid") + ", cover.wav, and the receipt cover.json");
  context.console.PrintJson(summary);
  return Status::Ok();
}

}  // namespace

Status MakeAndRecord(Context& context, const MakeFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  // Leave first: without it not even the generator is loaded.
  ASSIGN_OR_RETURN(const AllowedRequest request, AskForLeave(context, flags, *session));
  if (!flags.musicxml.empty() && Exists(flags.musicxml))
    return AlreadyExists("--musicxml '" + flags.musicxml + "' exists already: choose another name");
  UnrecordedFiles files(flags.output);
  RETURN_IF_ERROR(files.Prepare());
  ASSIGN_OR_RETURN(const auto engine, covers::LoadCoverEngine("", ""));
  for (const std::string& warning : engine->Warnings()) context.console.Warn(warning);
  const std::vector<std::string> styles = engine->Styles();
  if (std::find(styles.begin(), styles.end(), flags.style) == styles.end()) {
    std::string known;
    for (const std::string& style : styles) known += (known.empty() ? "" : ", ") + style;
    return InvalidArgument("--style '" + flags.style + "' is not one of: " + known);
  }
  ASSIGN_OR_RETURN(const EntryIndex permit, SubmitPermit(context, flags, request, *session));
  context.console.Say("Entry " + std::to_string(permit.value) + ": a permit for 15 minutes, resting on " +
                      Counted(request.ConsentReferences().size(), "consent", "consents"));
  const Status made = ComposeAndRecord(context, flags, request, permit, *engine, *session, files);
  // A permit that nothing came of is covered by a checkpoint too.
  const Status covered = session->SignCheckpoint();
  return made.ok() ? covered : made;
}

void AddMakeFlags(CLI::App& command, MakeFlags& flags) {
  flags.sources.resize(1);
  AddDirectory(command, flags.directory);
  command
      .add_option("--song", flags.sources[0].song,
                  "The song: a Standard MIDI File, MusicXML or compressed MusicXML (.mxl)")
      ->required();
  command.add_option("--recording", flags.sources[0].recording, "Which recording of the catalogue it is")->required();
  command.add_option("--style", flags.style, "Such as hymn, mazurka or piano; a wrong one lists those that there are")
      ->required();
  command.add_option("--seed", flags.seed, "The same song, style, seed and model give the same notes")
      ->required()
      ->check(WholeNumber());
  command.add_option("--territory", flags.territory, "Where it is asked for, such as DE")->required();
  command.add_option("--out", flags.output, "The directory for the three files")->required();
  command.add_option("--adapter", flags.adapter,
                     "An adapter file, such as an artist's (`ledgerline styles` lists those that styles bring along)");
  command.add_option("--taste", flags.taste,
                     "Keep the candidate that a listener would like best: a file of `ledgerline taste fit`");
  command.add_option("--musicxml", flags.musicxml, "Also write the cover as a score to read, to this new file");
  command.add_option("--tier", flags.tier, "The subscription tier that asks")->capture_default_str();
  command.add_option("--requester", flags.requester,
                     "The listener's pseudonym, 32 hex digits (default: a new random one)");
  command.add_option("--candidates", flags.candidates, "How many to compose before the best is kept")
      ->capture_default_str()
      ->check(CLI::Range(1, 16));
}

}  // namespace ledgerline::tool
