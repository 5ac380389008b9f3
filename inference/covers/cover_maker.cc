#include "inference/covers/cover_maker.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "inference/covers/cover_score.h"
#include "inference/covers/plan.h"
#include "inference/covers/recipe.h"
#include "inference/covers/taste_ranking.h"
#include "inference/fingerprint/exact.h"
#include "inference/fingerprint/melodic.h"
#include "inference/model/model_file.h"
#include "inference/music/render.h"
#include "inference/music/score_file.h"
#include "inference/music/smf.h"

namespace ledgerline::covers {
namespace {

int64_t Ppm(int64_t part, int64_t whole) { return whole == 0 ? 0 : part * 1'000'000 / whole; }

}  // namespace

CoverMaker::CoverMaker(std::string_view model_file_bytes, std::unique_ptr<model::Decoder> decoder,
                       BorrowingGuard borrowing)
    : decoder_(std::move(decoder)),
      model_hash_(crypto::Sha256(model_file_bytes)),
      adapters_(model_file_bytes, model_hash_),
      borrowing_(std::move(borrowing)) {}

Result<std::unique_ptr<CoverMaker>> CoverMaker::Load(std::string_view model_file_bytes,
                                                     std::string_view figure_index_bytes,
                                                     std::string_view groove_model_bytes) {
  BorrowingGuard borrowing;
  if (!figure_index_bytes.empty()) {
    ASSIGN_OR_RETURN(borrowing, BorrowingGuard::Load(figure_index_bytes));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<model::Decoder> decoder, model::Decoder::Load(model_file_bytes));
  for (const StyleTraits& style : OfferedStyles()) {
    if (!HasStyle(decoder->metadata(), style.name)) continue;
    RETURN_IF_ERROR(TexturesFrom(decoder->metadata(), style.name).status());
    RETURN_IF_ERROR(MeanMelodyFrom(decoder->metadata(), style.name).status());
  }
  std::unique_ptr<CoverMaker> maker(new CoverMaker(model_file_bytes, std::move(decoder), std::move(borrowing)));
  if (!groove_model_bytes.empty()) {
    ASSIGN_OR_RETURN(maker->drums_, drums::ParseGrooveModel(groove_model_bytes));
    maker->drums_hash_ = crypto::Sha256(groove_model_bytes);
  }
  return maker;
}

std::vector<std::string> CoverMaker::Styles() const {
  std::vector<std::string> names;
  for (const StyleTraits& style : OfferedStyles()) {
    if (HasStyle(decoder_->metadata(), style.name)) names.emplace_back(style.name);
  }
  const std::vector<AdapterInfo> adapters = adapters_.List();
  for (const StyleTraits& style : AdapterStyles()) {
    const bool adapted = std::any_of(adapters.begin(), adapters.end(),
                                     [&](const AdapterInfo& adapter) { return adapter.style == style.name; });
    if (adapted || HasStyle(decoder_->metadata(), style.name)) names.emplace_back(style.name);
  }
  return names;
}

std::vector<std::string> CoverMaker::Warnings() const {
  std::vector<std::string> warnings = warnings_;
  if (!borrowing_.knows_pieces()) {
    warnings.emplace_back(
        "there is no ledgerline.figures beside the model file: borrowing from training pieces is not judged");
  }
  return warnings;
}

Result<CoverResult> CoverMaker::MakeCover(const CoverRequest& request) {
  ASSIGN_OR_RETURN(const StyleTraits* const style, StyleOfRequest(request.style, request.candidates, Styles()));
  Result<music::Score> source = music::ReadScore(request.source_midi);
  if (!source.ok()) return source.status().WithContext("song");
  auto report = [&](std::string_view stage, int done, int total) {
    if (request.progress) request.progress(stage, done, total);
  };
  report("planning", 0, 1);
  ASSIGN_OR_RETURN(const AdapterShelf::Reader reader,
                   adapters_.ReaderFor(request.style, request.adapter, decoder_.get()));
  ASSIGN_OR_RETURN(const TextureCounts textures, TexturesFrom(reader.decoder->metadata(), style->name));
  ASSIGN_OR_RETURN(const int64_t melody_tenths, MeanMelodyFrom(reader.decoder->metadata(), style->name));
  ASSIGN_OR_RETURN(CoverPlan plan, PlanCover(*source, *style, textures, melody_tenths, request.seed));
  ASSIGN_OR_RETURN(std::string conditioning, tokens::SerialiseConditioning(plan.conditioning));
  report("planning", 1, 1);

  Recipe recipe;
  recipe.conditioning = plan.conditioning;
  recipe.style = style;
  recipe.seed = request.seed;
  recipe.candidates = request.candidates;
  recipe.title = (source->title.empty() ? "Cover" : source->title) + " (" + request.style + ")";
  recipe.figures_sha256 = FiguresHash();
  if (!request.taste.empty()) RETURN_IF_ERROR(UseTaste(request.taste, &recipe));
  ASSIGN_OR_RETURN(CoverResult result,
                   Compose(recipe, reader, std::move(conditioning), request.progress, request.on_rejected));
  result.source_hash = crypto::Sha256(request.source_midi);
  for (const auto& [name, value] : plan.choices) result.parameters["plan." + name] = value;
  result.source_bars_ppm = Ppm(plan.used_bars, plan.source_bars);
  return result;
}

Result<CoverResult> CoverMaker::Compose(const Recipe& recipe, const AdapterShelf::Reader& reader,
                                        std::string conditioning, const CoverProgress& progress,
                                        const std::function<void(const RejectedCandidate&)>& on_rejected) {
  ASSIGN_OR_RETURN(Made made, Make(recipe, reader.decoder, borrowing_, progress));
  CoverResult result;
  for (size_t c = 0; c < made.candidates.size(); ++c) {
    result.candidate_scores_ppm.push_back(made.candidates[c].score_ppm);
    if (!made.candidates[c].rejected) continue;
    result.rejected.push_back({static_cast<int>(c), *made.candidates[c].rejected});
    if (on_rejected) on_rejected(result.rejected.back());
  }
  if (made.chosen < 0) {
    return FailedPrecondition("all " + std::to_string(recipe.candidates) +
                              " candidates were turned down, the last for " + *made.candidates.back().rejected +
                              "; try another seed or style, or more candidates");
  }
  const Candidate& chosen = made.best();
  const std::vector<music::Note> melody = MelodyOf(chosen.composition.piece);
  result.midi = std::move(made.midi);
  ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(result.midi));
  result.conditioning_hash = crypto::Sha256(conditioning);
  result.conditioning = std::move(conditioning);
  result.midi_hash = crypto::Sha256(result.midi);
  result.model_hash = model_hash_;
  result.adapter_hash = reader.adapter_hash;
  result.engine_id = EngineId();
  result.kernel_version = model::KernelVersion();
  result.style = std::string(recipe.style->name);
  result.seed = recipe.seed;
  result.parameters = recipe.ToParameters();
  result.chosen_candidate = made.chosen;
  result.measures = chosen.measures.ToList();
  result.measures.emplace_back("nats_per_note", chosen.composition.nats_per_note);
  result.bars = static_cast<int>(recipe.conditioning.piece.bars.size());
  result.melody_notes = static_cast<int>(melody.size());
  result.notes = static_cast<int>(score.NoteCount());
  result.melody_share_ppm = Ppm(result.melody_notes, result.notes);
  result.melodic_fingerprint = fingerprint::FingerprintOfLine(melody).ToBytes();
  return result;
}

Result<Recipe> CoverMaker::RecipeOf(const CoverRecord& record) const {
  ASSIGN_OR_RETURN(Recipe recipe, Recipe::FromRecord(record));
  if (!recipe.directions.drums.empty() && recipe.directions.drum_model != drums_hash_) {
    return FailedPrecondition("drums: the record's groove model is " + recipe.directions.drum_model.ToHex() +
                              ", here it is " + (drums_ ? drums_hash_.ToHex() : "none"));
  }
  if (drums_) recipe.drums = &*drums_;
  if (recipe.figures_sha256 != FiguresHash()) {
    return FailedPrecondition("figures_sha256: the record's borrowing guard had index \"" + recipe.figures_sha256 +
                              "\", here it is \"" + FiguresHash() + "\"");
  }
  return recipe;
}

Result<Regenerated> CoverMaker::Regenerate(const CoverRecord& record) {
  ASSIGN_OR_RETURN(Recipe recipe, RecipeOf(record));
  RETURN_IF_ERROR(UseRecordedTaste(record.taste, &recipe));
  ASSIGN_OR_RETURN(const AdapterShelf::Reader reader, adapters_.ReaderOf(record, decoder_.get()));
  ASSIGN_OR_RETURN(Made made, Make(recipe, reader.decoder, borrowing_, record.progress));
  if (made.chosen < 0) return FailedPrecondition("every candidate is turned down by a guard: this made no cover");
  Regenerated result;
  result.midi = std::move(made.midi);
  result.midi_hash = crypto::Sha256(result.midi);
  result.chosen_candidate = made.chosen;
  for (const Candidate& candidate : made.candidates) result.candidate_scores_ppm.push_back(candidate.score_ppm);
  return result;
}

Result<HeardCandidates> CoverMaker::Candidates(const CoverRecord& record) {
  ASSIGN_OR_RETURN(Recipe recipe, RecipeOf(record));
  recipe.taste_sha256.clear();  // what is heard does not depend on how it was ranked
  ASSIGN_OR_RETURN(const AdapterShelf::Reader reader, adapters_.ReaderOf(record, decoder_.get()));
  ASSIGN_OR_RETURN(const Made made, Make(recipe, reader.decoder, borrowing_, record.progress));
  HeardCandidates heard;
  heard.chosen = made.chosen;
  for (const Candidate& candidate : made.candidates) {
    HeardCandidate one;
    one.figures = FiguresOf(candidate.measures, candidate.composition.nats_per_note);
    one.rejected = candidate.rejected.value_or("");
    if (!candidate.rejected) {
      ASSIGN_OR_RETURN(one.midi, WriteCandidate(recipe, candidate));
    }
    heard.candidates.push_back(std::move(one));
  }
  return heard;
}

std::string CoverMaker::KernelVersion() const { return model::KernelVersion(); }

// Counts with every change of plans, grammar, guards or ranking that gives some request other bytes.
std::string CoverMaker::EngineId() const { return "ledgerline-generator/7"; }

Result<RenderResult> CoverMaker::Render(std::string_view midi, const std::string& wav_path,
                                        const std::string& soundfont_path) {
  ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(midi));
  music::RenderOptions options;
  if (!soundfont_path.empty()) options.soundfont = soundfont_path;
  options.expression.melody_part = 0;  // covers are written with the lead first
  ASSIGN_OR_RETURN(const music::PcmAudio audio, music::RenderScore(score, options));
  ASSIGN_OR_RETURN(const music::RendererIdentity identity, music::IdentifyRenderer(options.soundfont));
  RETURN_IF_ERROR(music::WriteWav(wav_path, audio));
  RenderResult result;
  ASSIGN_OR_RETURN(result.pcm_hash,
                   fingerprint::PcmFingerprint(audio.samples, audio.channels, audio.frames_per_second));
  ASSIGN_OR_RETURN(const std::string wav, model::ReadFileBytes(wav_path));
  result.wav_hash = crypto::Sha256(wav);
  result.sample_rate_hz = audio.frames_per_second;
  result.channels = audio.channels;
  result.frames = static_cast<int64_t>(audio.Frames());
  result.renderer = identity.name + "-" + identity.version;
  result.soundfont_hash = identity.soundfont;
  return result;
}

}  // namespace ledgerline::covers
