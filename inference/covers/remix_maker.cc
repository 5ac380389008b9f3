// The remixing half of CoverMaker: a plan and its sources, built, composed and accounted for.
#include "crypto/sha256.h"
#include "inference/covers/cover_maker.h"
#include "inference/covers/melody_continuation.h"
#include "inference/covers/melody_recomposition.h"
#include "inference/covers/plan.h"
#include "inference/covers/remix_builder.h"
#include "inference/covers/taste_ranking.h"
#include "inference/music/score_file.h"

namespace ledgerline::covers {
namespace {

std::string TitleOf(const std::vector<music::Score>& sources, const RemixPlan& plan, const std::string& style) {
  std::string title = sources[0].title.empty() ? "Remix" : sources[0].title;
  if (sources.size() > 1 && !sources[1].title.empty()) title += " + " + sources[1].title;
  const bool drums = plan.drums && plan.drums->style >= 0;
  return title + " (" + style + (drums ? ", " + std::string(drums::GrooveStyleName(plan.drums->style)) : "") + ")";
}

}  // namespace

Result<CoverResult> CoverMaker::MakeRemix(const RemixRequest& request) {
  ASSIGN_OR_RETURN(const StyleTraits* const style, StyleOfRequest(request.style, request.candidates, Styles()));
  ASSIGN_OR_RETURN(const RemixPlan plan, ParseRemixPlan(request.plan));
  std::vector<music::Score> sources;
  for (const std::string& bytes : request.source_midis) {
    Result<music::Score> score = music::ReadScore(bytes);
    if (!score.ok()) return score.status().WithContext("source " + std::to_string(sources.size() + 1));
    sources.push_back(std::move(score).value());
  }
  if (request.progress) request.progress("planning", 0, 1);
  ASSIGN_OR_RETURN(const AdapterShelf::Reader reader,
                   adapters_.ReaderFor(request.style, request.adapter, decoder_.get()));
  ASSIGN_OR_RETURN(const TextureCounts textures, TexturesFrom(reader.decoder->metadata(), style->name));
  ASSIGN_OR_RETURN(const int64_t melody_tenths, MeanMelodyFrom(reader.decoder->metadata(), style->name));
  int told_anew = 0;
  ASSIGN_OR_RETURN(BuiltRemix built,
                   BuildRemix(plan, sources, *style, textures, melody_tenths, drums_hash_, request.seed,
                              VaryByModel(decoder_.get(), *style, request.seed, &told_anew)));
  if (told_anew > 0) built.choices["melody"] = std::to_string(told_anew) + " bars told anew by the model";
  if (!built.blob.directions.drums.empty() && !drums_) {
    return FailedPrecondition("drums: there is no drums.groove beside the model file");
  }
  // With two songs each bar's share is one of theirs, so their own bars go on.
  if (built.continued_from > 0 && sources.size() == 1 && ComposesMelodies(*decoder_)) {
    tokens::Piece& piece = built.blob.conditioning.piece;
    const auto first = static_cast<size_t>(built.continued_from);
    const Result<MelodyShape> shape =
        ContinueMelody(decoder_.get(), RulesFor(*style, piece), request.seed, first, &piece);
    if (shape.ok()) {
      built.choices["continuation"] = "melody composed by the model";
      built.choices["continuation.steps_permille"] = std::to_string(shape->steps_permille);
      built.choices["continuation.leaps_permille"] = std::to_string(shape->leaps_permille);
      built.choices["continuation.rests_permille"] = std::to_string(shape->rests_permille);
      built.choices["continuation.chord_permille"] = std::to_string(shape->chord_permille);
      built.choices["continuation.range"] = std::to_string(shape->lowest) + " to " + std::to_string(shape->highest);
    } else if (shape.status().code() != StatusCode::kFailedPrecondition) {
      return shape.status();
    }
  }
  if (built.continued_from > 0 && !built.choices.contains("continuation")) {
    built.choices["continuation"] = "the song's first bars, varied";
  }
  ASSIGN_OR_RETURN(std::string blob, SerialiseRemixBlob(built.blob));
  if (request.progress) request.progress("planning", 1, 1);
  Recipe recipe;
  recipe.conditioning = std::move(built.blob.conditioning);
  recipe.directions = std::move(built.blob.directions);
  recipe.style = style;
  recipe.seed = request.seed;
  recipe.candidates = request.candidates;
  recipe.title = TitleOf(sources, plan, request.style);
  recipe.figures_sha256 = FiguresHash();
  if (!request.taste.empty()) RETURN_IF_ERROR(UseTaste(request.taste, &recipe));
  if (drums_) recipe.drums = &*drums_;
  ASSIGN_OR_RETURN(CoverResult result, Compose(recipe, reader, std::move(blob), request.progress, request.on_rejected));
  for (const auto& [name, value] : built.choices) result.parameters["plan." + name] = value;
  result.parameters["plan.melody_accuracy_permille"] = std::to_string(built.melody_accuracy_permille);
  if (!recipe.directions.drums.empty()) result.parameters["drums_sha256"] = drums_hash_.ToHex();
  result.measures.emplace_back("melody_accuracy", static_cast<double>(built.melody_accuracy_permille) / 1000);
  for (size_t s = 0; s < built.usage.size(); ++s) {
    const SourceUsage& usage = built.usage[s];
    const std::string prefix = "source." + std::to_string(s + 1) + ".";
    result.parameters[prefix + "bars_ppm"] = std::to_string(usage.bars_ppm);
    result.parameters[prefix + "notes_ppm"] = std::to_string(usage.notes_ppm);
    result.parameters[prefix + "midi_sha256"] = crypto::Sha256(request.source_midis[s]).ToHex();
    result.sources.push_back({crypto::Sha256(request.source_midis[s]), usage.bars_used, usage.notes_used,
                              usage.bars_ppm, usage.notes_ppm, usage.weight_ppm});
  }
  result.source_hash = result.sources[0].midi_hash;
  const SourceUsage& first = built.usage[0];
  result.source_bars_ppm = first.song_bars == 0 ? 0 : int64_t{first.bars_used} * 1'000'000 / first.song_bars;
  return result;
}

}  // namespace ledgerline::covers
