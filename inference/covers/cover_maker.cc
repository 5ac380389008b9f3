#include "inference/covers/cover_maker.h"

#include <algorithm>
#include <optional>

#include "crypto/sha256.h"
#include "inference/covers/composer.h"
#include "inference/covers/cover_score.h"
#include "inference/covers/measures.h"
#include "inference/covers/plan.h"
#include "inference/fingerprint/exact.h"
#include "inference/fingerprint/melodic.h"
#include "inference/model/model_file.h"
#include "inference/music/render.h"
#include "inference/music/smf.h"

namespace ledgerline::covers {
namespace {

struct Candidate {
  Composition composition;
  AccompanimentMeasures measures;
  std::optional<std::string> rejected;
  int64_t score_ppm = -1;
};

std::string StyleList() {
  std::string list;
  for (const StyleTraits& style : OfferedStyles()) list += (list.empty() ? "" : ", ") + std::string(style.name);
  return list;
}

int64_t Ppm(int64_t part, int64_t whole) { return whole == 0 ? 0 : part * 1'000'000 / whole; }

}  // namespace

Result<std::unique_ptr<CoverMaker>> CoverMaker::Load(std::string_view model_file_bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<model::Decoder> decoder, model::Decoder::Load(model_file_bytes));
  for (const StyleTraits& style : OfferedStyles()) {
    RETURN_IF_ERROR(TexturesFrom(decoder->metadata(), style.name).status());
    RETURN_IF_ERROR(MeanMelodyFrom(decoder->metadata(), style.name).status());
  }
  return std::unique_ptr<CoverMaker>(new CoverMaker(std::move(decoder), crypto::Sha256(model_file_bytes)));
}

std::vector<std::string> CoverMaker::Styles() const {
  std::vector<std::string> names;
  for (const StyleTraits& style : OfferedStyles()) names.emplace_back(style.name);
  return names;
}

std::vector<std::string> CoverMaker::Warnings() const {
  const std::string blas = model::BlasWarning();
  return blas.empty() ? std::vector<std::string>{} : std::vector<std::string>{blas};
}

Result<CoverResult> CoverMaker::MakeCover(const CoverRequest& request) {
  const StyleTraits* style = FindStyle(request.style);
  if (style == nullptr) {
    return InvalidArgument("style \"" + request.style.substr(0, 60) + "\" is not offered; choose one of " +
                           StyleList());
  }
  if (request.candidates < 1 || request.candidates > kMaxCandidates) {
    return InvalidArgument("candidates " + std::to_string(request.candidates) + " is outside 1 to " +
                           std::to_string(kMaxCandidates));
  }
  Result<music::Score> source = music::ReadSmf(request.source_midi);
  if (!source.ok()) return source.status().WithContext("song");
  auto report = [&](std::string_view stage, int done, int total) {
    if (request.progress) request.progress(stage, done, total);
  };
  report("planning", 0, 1);
  ASSIGN_OR_RETURN(const TextureCounts textures, TexturesFrom(decoder_->metadata(), style->name));
  ASSIGN_OR_RETURN(const int64_t melody_tenths, MeanMelodyFrom(decoder_->metadata(), style->name));
  ASSIGN_OR_RETURN(CoverPlan plan, PlanCover(*source, *style, textures, melody_tenths, request.seed));
  ASSIGN_OR_RETURN(std::string conditioning, tokens::SerialiseConditioning(plan.conditioning));
  report("planning", 1, 1);

  const ComposerSettings settings;
  const int bars = static_cast<int>(plan.conditioning.piece.bars.size());
  std::vector<Candidate> candidates(static_cast<size_t>(request.candidates));
  for (int c = 0; c < request.candidates; ++c) {
    Candidate& candidate = candidates[static_cast<size_t>(c)];
    ASSIGN_OR_RETURN(candidate.composition, Compose(decoder_.get(), plan.conditioning.piece, plan.rules, settings,
                                                    request.seed, static_cast<uint64_t>(c), [&](int bar) {
                                                      report("composing", c * bars + bar, request.candidates * bars);
                                                    }));
    candidate.measures = Measure(candidate.composition.piece);
    candidate.rejected = GuardVerdict(candidate.composition.piece, candidate.measures);
    if (!candidate.rejected) {
      candidate.score_ppm = RankingScorePpm(candidate.measures, candidate.composition.nats_per_note);
    }
  }
  CoverResult result;
  int best = -1;
  for (int c = 0; c < request.candidates; ++c) {  // ties go to the earlier candidate
    const Candidate& candidate = candidates[static_cast<size_t>(c)];
    result.candidate_scores_ppm.push_back(candidate.score_ppm);
    if (candidate.rejected) {
      result.rejected.push_back({c, *candidate.rejected});
      if (request.on_rejected) request.on_rejected(result.rejected.back());
    }
    if (candidate.score_ppm >= 0 &&
        (best < 0 || candidate.score_ppm > candidates[static_cast<size_t>(best)].score_ppm)) {
      best = c;
    }
    report("ranking", c + 1, request.candidates);
  }
  if (best < 0) {
    return FailedPrecondition("all " + std::to_string(request.candidates) +
                              " candidates were turned down, the last for " + *candidates.back().rejected +
                              "; try another seed or style, or more candidates");
  }
  const Candidate& chosen = candidates[static_cast<size_t>(best)];
  const std::string title = (source->title.empty() ? "Cover" : source->title) + " (" + request.style + ")";
  const music::Score score = ToScore(chosen.composition.piece, plan.conditioning.quarter_us, *style, title);
  ASSIGN_OR_RETURN(result.midi, music::WriteSmf(score));
  report("writing", 1, 1);

  const std::vector<music::Note> melody = MelodyOf(chosen.composition.piece);
  result.conditioning_hash = crypto::Sha256(conditioning);
  result.conditioning = std::move(conditioning);
  result.midi_hash = crypto::Sha256(result.midi);
  result.source_hash = crypto::Sha256(request.source_midi);
  result.model_hash = model_hash_;
  result.engine_id = "ledgerline-generator/0.1.0";
  result.kernel_version = model::KernelVersion();
  result.style = request.style;
  result.seed = request.seed;
  result.parameters = settings.ToParameters();
  result.parameters["candidates"] = std::to_string(request.candidates);
  for (const auto& [name, value] : plan.choices) result.parameters["plan." + name] = value;
  result.chosen_candidate = best;
  result.measures = chosen.measures.ToList();
  result.measures.emplace_back("nats_per_note", chosen.composition.nats_per_note);
  result.bars = bars;
  result.melody_notes = static_cast<int>(melody.size());
  result.notes = static_cast<int>(score.NoteCount());
  result.source_bars_ppm = Ppm(plan.used_bars, plan.source_bars);
  result.melody_share_ppm = Ppm(result.melody_notes, result.notes);
  result.melodic_fingerprint = fingerprint::FingerprintOfLine(melody).ToBytes();
  return result;
}

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
