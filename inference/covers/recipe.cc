#include "inference/covers/recipe.h"

#include <algorithm>
#include <charconv>

#include "inference/covers/form.h"
#include "inference/covers/perform.h"
#include "inference/covers/plan.h"
#include "inference/covers/seams.h"
#include "inference/covers/taste_ranking.h"
#include "inference/music/smf.h"

namespace ledgerline::covers {
namespace {

// The bars that were composed: what is kept from a source is not judged.
tokens::Piece Composed(const tokens::Piece& piece, const std::vector<bool>& kept) {
  tokens::Piece composed = piece;
  composed.bars.clear();
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    if (k >= kept.size() || !kept[k]) composed.bars.push_back(piece.bars[k]);
  }
  return composed;
}

}  // namespace

Result<const StyleTraits*> StyleOfRequest(const std::string& style, int candidates,
                                          const std::vector<std::string>& styles) {
  if (std::find(styles.begin(), styles.end(), style) == styles.end()) {
    std::string list;
    for (const std::string& name : styles) list += (list.empty() ? "" : ", ") + name;
    return InvalidArgument("style \"" + style.substr(0, 60) + "\" is not offered; choose one of " + list);
  }
  if (candidates < 1 || candidates > kMaxCandidates) {
    return InvalidArgument("candidates " + std::to_string(candidates) + " is outside 1 to " +
                           std::to_string(kMaxCandidates));
  }
  return FindStyle(style);
}

std::map<std::string, std::string> Recipe::ToParameters() const {
  std::map<std::string, std::string> parameters = settings.ToParameters();
  parameters["candidates"] = std::to_string(candidates);
  parameters["title"] = title;
  parameters["figures_sha256"] = figures_sha256;
  if (!taste_sha256.empty()) parameters["taste_sha256"] = taste_sha256;
  return parameters;
}

Result<Recipe> Recipe::FromRecord(const CoverRecord& record) {
  Recipe recipe;
  recipe.style = FindStyle(record.style);
  if (recipe.style == nullptr) {
    return InvalidArgument("style \"" + record.style.substr(0, 60) + "\" is not one of this version's styles");
  }
  if (IsRemixBlob(record.conditioning)) {
    ASSIGN_OR_RETURN(RemixBlob blob, ParseRemixBlob(record.conditioning));
    recipe.conditioning = std::move(blob.conditioning);
    recipe.directions = std::move(blob.directions);
  } else {
    ASSIGN_OR_RETURN(recipe.conditioning, tokens::ParseConditioning(record.conditioning));
  }
  const int style = tokens::StyleNumber(record.style);
  if (recipe.conditioning.piece.style != style) {
    return InvalidArgument("the conditioning is of style number " + std::to_string(recipe.conditioning.piece.style) +
                           ", the record of " + record.style + ", number " + std::to_string(style));
  }
  ASSIGN_OR_RETURN(recipe.settings, ComposerSettings::FromParameters(record.parameters));
  recipe.seed = record.seed;
  const auto text = [&](const char* name) {
    const auto found = record.parameters.find(name);
    return found == record.parameters.end() ? std::string() : found->second;
  };
  const std::string candidates = text("candidates");
  const auto [end, error] =
      std::from_chars(candidates.data(), candidates.data() + candidates.size(), recipe.candidates);
  if (error != std::errc() || end != candidates.data() + candidates.size() || recipe.candidates < 1 ||
      recipe.candidates > kMaxCandidates) {
    return OutOfRange("candidates \"" + candidates.substr(0, 40) + "\" is not a number from 1 to " +
                      std::to_string(kMaxCandidates));
  }
  recipe.title = text("title");
  recipe.figures_sha256 = text("figures_sha256");
  recipe.taste_sha256 = text("taste_sha256");
  return recipe;
}

Result<std::string> WriteCandidate(const Recipe& recipe, const Candidate& candidate) {
  ASSIGN_OR_RETURN(const music::Score score,
                   Perform(recipe.conditioning, candidate.composition.piece, recipe.directions, *recipe.style,
                           recipe.drums, recipe.seed, recipe.title));
  return music::WriteSmf(score);
}

Result<Made> Make(const Recipe& recipe, model::Decoder* decoder, const BorrowingGuard& borrowing,
                  const CoverProgress& report) {
  if (!recipe.taste && !recipe.taste_sha256.empty()) {
    return FailedPrecondition("taste_sha256: the recipe names the taste " + recipe.taste_sha256.substr(0, 64) +
                              ", which is not given");
  }
  const tokens::Piece& piece = recipe.conditioning.piece;
  const tokens::GrammarRules rules = RulesFor(*recipe.style, piece);
  const int bars = static_cast<int>(piece.bars.size());
  const std::vector<Return> returns =
      recipe.settings.returns ? ReturnsOf(piece, recipe.seed, recipe.directions.kept) : std::vector<Return>();
  Made made;
  made.candidates.resize(static_cast<size_t>(recipe.candidates));
  ASSIGN_OR_RETURN(std::vector<Composition> compositions,
                   ComposeAll(
                       decoder, piece, rules, recipe.settings, recipe.seed, recipe.candidates,
                       [&](int done) {
                         if (report) report("composing", done, recipe.candidates * bars);
                       },
                       recipe.directions.kept, returns));
  for (int c = 0; c < recipe.candidates; ++c) {
    Candidate& candidate = made.candidates[static_cast<size_t>(c)];
    candidate.composition = std::move(compositions[static_cast<size_t>(c)]);
    const tokens::Piece judged = Composed(candidate.composition.piece, recipe.directions.kept);
    candidate.measures = Measure(judged);
    candidate.rejected = GuardVerdict(judged, candidate.measures);
    if (!candidate.rejected) candidate.rejected = borrowing.Verdict(judged);
    if (!candidate.rejected) {
      const int64_t score =
          RankingScorePpm(candidate.measures, candidate.composition.nats_per_note, HabitsOf(recipe.style->name));
      candidate.score_ppm =
          std::max<int64_t>(0, score - SeamCostPpm(candidate.composition.piece, recipe.directions.kept));
    }
  }
  if (recipe.taste) RETURN_IF_ERROR(ScoreByTaste(*recipe.taste, &made.candidates));
  for (int c = 0; c < recipe.candidates; ++c) {  // ties go to the earlier candidate
    const int64_t score = made.candidates[static_cast<size_t>(c)].score_ppm;
    if (score >= 0 && (made.chosen < 0 || score > made.best().score_ppm)) made.chosen = c;
    if (report) report("ranking", c + 1, recipe.candidates);
  }
  if (made.chosen < 0) return made;
  ASSIGN_OR_RETURN(made.midi, WriteCandidate(recipe, made.best()));
  if (report) report("writing", 1, 1);
  return made;
}

}  // namespace ledgerline::covers
