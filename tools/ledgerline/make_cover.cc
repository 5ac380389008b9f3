#include "tools/ledgerline/make_cover.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/sha256.h"
#include "inference/covers/cover_engine.h"
#include "inference/music/musicxml.h"
#include "inference/music/smf.h"
#include "inference/preference/taste.h"
#include "ledger/audit/make_receipt.h"
#include "ledger/rights/verdict.h"
#include "tools/ledgerline/adapter_leave.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/requester.h"
#include "tools/ledgerline/tune_check.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr size_t kSongBytesMax = size_t{16} << 20;
constexpr int64_t kPermitLifetimeUs = int64_t{15} * 60 * 1'000'000;

// What is known of one source before anything is made, and what the event needs of it.
struct Source {
  rights::ConsentQuestion question;
  rights::ConsentAnswer answer;
  std::vector<std::string> work_ids;
  std::string song;  // bytes of a MIDI or MusicXML file
};

struct Request {
  std::vector<Source> sources;
  std::string requester;  // 16 bytes
  NamedAdapter adapter;
  std::string taste;  // bytes of a file; empty: none

  // Of all sources and of the adapter, each once.
  std::vector<v1::ConsentReference> ConsentReferences() const {
    std::map<std::pair<uint64_t, std::string>, v1::ConsentReference> all;
    for (const Source& source : sources) {
      for (const v1::ConsentReference& one : source.answer.ConsentReferences()) {
        all[{one.entry_index(), one.party_id()}] = one;
      }
    }
    for (const v1::ConsentReference& one : adapter.consents) all[{one.entry_index(), one.party_id()}] = one;
    std::vector<v1::ConsentReference> list;
    for (const auto& [key, one] : all) list.push_back(one);
    return list;
  }
};

std::string UseWord(v1::Use use) { return v1::Use_Name(use).substr(4); }  // "COVER" of USE_COVER

Result<Source> AskForLeave(Context& context, const MakeFlags& flags, const SourceFlags& wanted,
                           LedgerSession& session) {
  Source source;
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session.Rights());
  ASSIGN_OR_RETURN(source.question.recording, Named(wanted.recording_flag, RecordingId::Parse(wanted.recording)));
  RETURN_IF_ERROR(CheckTerritoryCode("--territory", flags.territory));
  RETURN_IF_ERROR(exchange::CheckTier(flags.tier).WithContext("--tier"));
  source.question.use = flags.use;
  source.question.territory = flags.territory;
  source.question.tier = flags.tier;
  source.question.at = context.clock.Now();
  source.question.as_of = rights->size();
  const rights::RecordingView view = rights->Recording(source.question.recording, rights->size());
  if (view.original == nullptr && view.cover == nullptr) return NoSuchRecording(flags.directory, wanted.recording);
  if (view.original != nullptr) {
    for (const exchange::WorkPart& part : view.original->row.works) source.work_ids.push_back(part.work.text());
  }
  ASSIGN_OR_RETURN(source.song, Named(wanted.song_flag, ReadFile(wanted.song, kSongBytesMax)));
  source.answer = rights->CheckConsent(source.question);
  if (!source.answer.allowed) {
    std::string missing = "no leave for a " + UseWord(flags.use) + " of " + wanted.recording + " in " +
                          flags.territory + ", tier " + flags.tier + "; nothing was made. Missing:";
    for (const rights::ConsentProblem& problem : source.answer.missing) missing += "\n  - " + problem.ToString();
    missing += "\nA party gives it with `ledgerline consent grant " + flags.directory +
               " --party PARTY --key FILE --use " + UseWord(flags.use) + "`; `ledgerline consent list " +
               flags.directory + "` shows what was given";
    return PermissionDenied(missing);
  }
  const Status tune = CheckTune(session, *rights, source.question.recording, source.song);
  if (!tune.ok()) return tune.code() == StatusCode::kPermissionDenied ? tune : tune.WithContext(wanted.song);
  return source;
}

Result<Request> AskForLeave(Context& context, const MakeFlags& flags, LedgerSession& session) {
  Request request;
  for (const SourceFlags& wanted : flags.sources) {
    ASSIGN_OR_RETURN(Source source, AskForLeave(context, flags, wanted, session));
    for (const Source& other : request.sources) {
      if (other.question.recording == source.question.recording) {
        return InvalidArgument(wanted.recording_flag + " '" + wanted.recording + "' is the first source already");
      }
    }
    request.sources.push_back(std::move(source));
  }
  if (!flags.adapter.empty()) {
    ASSIGN_OR_RETURN(const rights::RightsState* rights, session.Rights());
    ASSIGN_OR_RETURN(request.adapter,
                     AskForAdapter(flags.adapter, *rights, flags.territory, flags.tier, context.clock.Now()));
  }
  if (!flags.taste.empty()) {
    ASSIGN_OR_RETURN(request.taste, Named("--taste", ReadFile(flags.taste, preference::kMaxTasteBytes)));
    const auto taste = preference::ParseTaste(request.taste);
    if (!taste.ok()) return taste.status().WithContext("--taste " + flags.taste);
  }
  ASSIGN_OR_RETURN(request.requester, ParseRequester(flags.requester, session.random()));
  return request;
}

Result<EntryIndex> SubmitPermit(Context& context, const MakeFlags& flags, const Request& request,
                                LedgerSession& session) {
  v1::Payload payload;
  v1::Permit& permit = *payload.mutable_permit();
  permit.set_recording_id(request.sources[0].question.recording.text());
  permit.set_use(flags.use);
  permit.set_territory(flags.territory);
  permit.set_tier(flags.tier);
  permit.set_style(flags.style);
  permit.set_requester(request.requester);
  permit.set_valid_until_us(context.clock.Now().us + kPermitLifetimeUs);
  for (const v1::ConsentReference& reference : request.ConsentReferences()) *permit.add_consents() = reference;
  ASSIGN_OR_RETURN(const journal::Committed committed, session.Submit(payload));
  return committed.index;
}

// Written whether or not a cover came of it: what is not recorded cannot be learnt from.
Status SubmitRejected(const std::vector<covers::RejectedCandidate>& turned_down, EntryIndex permit,
                      const Hash256& model_hash, uint64_t seed, LedgerSession& session) {
  if (turned_down.empty()) return Status::Ok();
  v1::Payload payload;
  v1::RejectedCandidates& rejected = *payload.mutable_rejected_candidates();
  rejected.set_permit_index(permit.value);
  rejected.set_model_sha256(model_hash.ToBytes());
  rejected.set_seed(seed);
  for (const covers::RejectedCandidate& candidate : turned_down) {
    v1::RejectedCandidate& one = *rejected.add_candidates();
    one.set_candidate(static_cast<uint32_t>(candidate.candidate));
    one.set_reason(candidate.reason);
  }
  return session.Submit(payload).status();
}

v1::Payload GenerationPayload(const MakeFlags& flags, const Request& request, EntryIndex permit,
                              const std::string& cover_id, Instant generated_at, const covers::CoverResult& cover,
                              const covers::RenderResult& sound) {
  v1::Payload payload;
  v1::Generation& event = *payload.mutable_generation();
  event.set_cover_recording_id(cover_id);
  event.set_permit_index(permit.value);
  event.set_use(flags.use);
  std::set<std::string> share_sets;
  for (size_t i = 0; i < request.sources.size(); ++i) {
    const Source& used = request.sources[i];
    v1::SourceUse& source = *event.add_sources();
    source.set_recording_id(used.question.recording.text());
    for (const std::string& work : used.work_ids) source.add_work_ids(work);
    const bool counted = i < cover.sources.size();  // a plain cover is its one source's
    source.set_weight_ppm(counted ? static_cast<uint32_t>(cover.sources[i].weight_ppm) : kWholePpm);
    source.set_bars_used(static_cast<uint32_t>(counted ? cover.sources[i].bars_used : cover.bars));
    source.set_notes_used(static_cast<uint32_t>(counted ? cover.sources[i].notes_used : cover.melody_notes));
    for (const v1::ShareSetReference& reference : used.answer.ShareSetReferences()) {
      if (share_sets.insert(reference.SerializeAsString()).second) *event.add_share_sets() = reference;
    }
  }
  for (const v1::ConsentReference& reference : request.ConsentReferences()) *event.add_consents() = reference;
  event.set_model_sha256(cover.model_hash.ToBytes());
  if (!cover.adapter_hash.IsZero()) event.set_adapter_sha256(cover.adapter_hash.ToBytes());
  event.set_engine_id(cover.engine_id);
  event.set_kernel_version(cover.kernel_version);
  event.set_style(flags.style);
  event.set_seed(flags.seed);
  for (const auto& [name, value] : cover.parameters) {  // a std::map: sorted by name
    v1::Parameter& parameter = *event.add_parameters();
    parameter.set_name(name);
    parameter.set_value(value);
  }
  event.set_conditioning_sha256(cover.conditioning_hash.ToBytes());
  v1::Fingerprints& prints = *event.mutable_fingerprints();
  prints.set_midi_sha256(cover.midi_hash.ToBytes());
  prints.set_pcm_sha256(sound.pcm_hash.ToBytes());
  prints.set_melodic_sha256(crypto::Sha256(cover.melodic_fingerprint).ToBytes());
  prints.set_source_midi_sha256(cover.source_hash.ToBytes());
  event.set_renderer(sound.renderer);
  event.set_soundfont_sha256(sound.soundfont_hash.ToBytes());
  event.set_requester(request.requester);
  event.set_territory(flags.territory);
  event.set_tier(flags.tier);
  event.set_generated_at_us(generated_at.us);
  return payload;
}

// Files of one cover. Until the cover is recorded they have another name, and are removed again: no cover without its
// record, not even where the program is killed.
class OutputFiles {
 public:
  explicit OutputFiles(std::string directory) : directory_(std::move(directory)) {}
  ~OutputFiles() {
    std::error_code error;
    for (const char* name : {"cover.mid", "cover.wav"}) fs::remove(Unrecorded(name), error);
    if (made_directory_) fs::remove(directory_, error);  // only if it is empty
  }
  Status Prepare() {
    std::error_code error;
    for (const char* name : {"cover.mid", "cover.wav", "cover.json"}) {
      if (Exists(Path(name)))
        return AlreadyExists("--out '" + directory_ + "' has a " + name + " already: choose another directory");
      fs::remove(Unrecorded(name), error);  // of a run that was killed
    }
    made_directory_ = fs::create_directories(directory_, error);
    if (error) return InvalidArgument("--out '" + directory_ + "' cannot be made: " + error.message());
    return Status::Ok();
  }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::string Unrecorded(const std::string& name) const { return Path(name) + ".unrecorded"; }
  Status Recorded() {
    for (const char* name : {"cover.mid", "cover.wav"}) {
      std::error_code error;
      fs::rename(Unrecorded(name), Path(name), error);
      if (error) return Unavailable("cannot give '" + Unrecorded(name) + "' its name: " + error.message());
    }
    return Status::Ok();
  }

 private:
  std::string directory_;
  bool made_directory_ = false;
};

Json SummaryJson(const MakeFlags& flags, const Request& request, const std::string& cover_id,
                 const covers::CoverResult& cover, const covers::RenderResult& sound) {
  Json consents = Json::array();
  std::vector<std::string> works;
  Json sources = Json::array();
  for (size_t i = 0; i < request.sources.size(); ++i) {
    const Source& source = request.sources[i];
    for (const rights::ConsentRelied& relied : source.answer.relied) {
      consents.push_back({{"party_id", relied.party.text()},
                          {"entry", relied.grant.value},
                          {"asset", relied.asset.ToString()},
                          {"attested_by", AttestationName(relied.attested_by)}});
    }
    works.insert(works.end(), source.work_ids.begin(), source.work_ids.end());
    if (i >= cover.sources.size()) continue;
    const covers::SourceShare& share = cover.sources[i];
    sources.push_back({{"recording", source.question.recording.text()},
                       {"bars_used", share.bars_used},
                       {"notes_used", share.notes_used},
                       {"bars_ppm", share.bars_ppm},
                       {"notes_ppm", share.notes_ppm},
                       {"weight_ppm", share.weight_ppm}});
  }
  Json measures = Json::object();
  for (const auto& [name, value] : cover.measures) measures[name] = value;
  Json plan = Json::object();
  for (const auto& [name, value] : cover.parameters) {
    if (name.starts_with("plan.")) plan[name.substr(5)] = value;
  }
  Json summary = {
      {"cover", cover_id},
      {"source", flags.sources[0].recording},
      {"works", works},
      {"style", flags.style},
      {"seed", flags.seed},
      {"territory", flags.territory},
      {"tier", flags.tier},
      {"bars", cover.bars},
      {"notes", cover.notes},
      {"melody_notes", cover.melody_notes},
      {"seconds", sound.sample_rate_hz > 0 ? static_cast<double>(sound.frames) / sound.sample_rate_hz : 0.0},
      {"model_sha256", cover.model_hash.ToHex()},
      {"midi_sha256", cover.midi_hash.ToHex()},
      {"pcm_sha256", sound.pcm_hash.ToHex()},
      {"consents", consents},
      {"measures", measures},
      {"rejected_candidates", cover.rejected.size()},
      {"plan", plan}};
  if (!cover.adapter_hash.IsZero()) summary["adapter_sha256"] = cover.adapter_hash.ToHex();
  if (!request.taste.empty()) summary["taste_sha256"] = cover.parameters.at("taste_sha256");
  if (!cover.sources.empty()) summary["sources"] = sources;
  return summary;
}

// Files and receipt of a cover that is recorded: whatever goes wrong from here on, the entry stands.
Status Deliver(const MakeFlags& flags, LedgerSession& session, EntryIndex entry, OutputFiles& files,
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

Status ComposeAndRecord(Context& context, const MakeFlags& flags, const Request& request, EntryIndex permit,
                        covers::CoverEngine& engine, LedgerSession& session, OutputFiles& files) {
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
    for (const Source& source : request.sources) wish.source_midis.push_back(source.song);
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
  ASSIGN_OR_RETURN(const Request request, AskForLeave(context, flags, *session));
  if (!flags.musicxml.empty() && Exists(flags.musicxml))
    return AlreadyExists("--musicxml '" + flags.musicxml + "' exists already: choose another name");
  OutputFiles files(flags.output);
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
