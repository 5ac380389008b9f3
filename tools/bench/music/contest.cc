#include "tools/bench/music/contest.h"

#include <algorithm>

#include "inference/covers/cover_score.h"
#include "inference/covers/melody_recomposition.h"
#include "inference/covers/plan.h"
#include "inference/covers/recipe.h"
#include "inference/covers/remix_builder.h"
#include "inference/evaluation/floors.h"
#include "inference/evaluation/melody_match.h"
#include "inference/evaluation/note_grams.h"
#include "inference/learning/ngram_decoder.h"
#include "inference/model/counter_random.h"
#include "inference/music/melody.h"
#include "inference/music/smf.h"
#include "inference/tokens/arranger.h"
#include "tools/bench/music/parallel.h"

namespace ledgerline::bench {
namespace {

using covers::Recipe;
using music::Note;
using tokens::Piece;

constexpr uint64_t kOtherStream = 0x6f74686572ull;  // "other"

struct Planned {
  Recipe recipe;
  size_t first_bar = 0;
  bool keeps_metre = true;
  int shift = 0;
};

// As CoverMaker plans: the free mode is a remix's plan that asks for nothing else.
Result<Planned> Plan(const Song& song, const covers::StyleTraits& style, model::Decoder* decoder,
                     const ContestSettings& settings, uint64_t seed) {
  const model::Decoder& model = *decoder;
  ASSIGN_OR_RETURN(const covers::TextureCounts textures, covers::TexturesFrom(model.metadata(), style.name));
  ASSIGN_OR_RETURN(const int64_t height, covers::MeanMelodyFrom(model.metadata(), style.name));
  Planned planned;
  planned.recipe.style = &style;
  planned.recipe.seed = seed;
  planned.recipe.candidates = settings.candidates;
  ASSIGN_OR_RETURN(covers::CoverPlan plan, covers::PlanCover(song.score, style, textures, height, seed));
  planned.first_bar = static_cast<size_t>(plan.first_bar);
  planned.keeps_metre = plan.choices["metre"] == "as the source";
  planned.shift = std::atoi(plan.choices["melody_shift_semitones"].c_str());
  planned.recipe.conditioning = std::move(plan.conditioning);
  if (!settings.free) return planned;
  covers::RemixPlan wish;
  wish.freedom = 100;
  int told_anew = 0;
  ASSIGN_OR_RETURN(covers::BuiltRemix built,
                   covers::BuildRemix(wish, {song.score}, style, textures, height, Hash256(), seed,
                                      covers::VaryByModel(decoder, style, seed, &told_anew)));
  planned.recipe.conditioning = std::move(built.blob.conditioning);
  planned.recipe.directions = std::move(built.blob.directions);
  return planned;
}

// The melody that stands in the written file: the lead's notes, less what the accompaniment has in the same part.
Result<std::vector<Note>> WrittenMelody(const covers::Made& made, const covers::StyleTraits& style) {
  ASSIGN_OR_RETURN(const music::Score file, music::ReadSmf(made.midi));
  std::vector<Note> lead = file.Quantised().parts.at(0).notes;
  if (style.lead_role < 0) return lead;
  int64_t start = 0;
  for (const tokens::PieceBar& bar : made.best().composition.piece.bars) {
    for (const tokens::Event& event : bar.events) {
      if (event.role != style.lead_role) continue;
      const auto at = std::find_if(lead.begin(), lead.end(), [&](const Note& note) {
        return note.onset == start + event.onset && note.pitch == event.pitch;
      });
      if (at != lead.end()) lead.erase(at);
    }
    start += bar.length;
  }
  return lead;
}

// Against the song's own melody; where the song was re-metred, against the melody as the plan has it.
Result<double> MelodyAccuracy(const Song& song, const Planned& planned, const covers::Made& made) {
  ASSIGN_OR_RETURN(const std::vector<Note> sung, WrittenMelody(made, *planned.recipe.style));
  if (!planned.keeps_metre) {
    return evaluation::MelodyF1(sung, covers::MelodyOf(planned.recipe.conditioning.piece), 0, 0);
  }
  ASSIGN_OR_RETURN(const tokens::Framed framed, tokens::FrameScore(song.score));
  const music::Melody melody = music::FindMelody(framed.score);
  return evaluation::MelodyF1(sung, melody.notes, planned.shift, -framed.starts[planned.first_bar]);
}

Result<std::optional<Piece>> Ngrams(const Recipe& recipe, const learning::Ngram* ngram,
                                    const covers::BorrowingGuard& borrowing) {
  learning::NgramDecoder decoder(ngram);
  ASSIGN_OR_RETURN(covers::Made made, covers::Make(recipe, &decoder, borrowing, nullptr));
  if (made.chosen < 0) return std::optional<Piece>();
  return std::optional<Piece>(made.best().composition.piece);
}

// Another piece whose bars are as long as most of the plan's; any other when there is none.
const Piece* Another(const Piece& plan, const Song& song, const std::vector<OtherPiece>& others,
                     model::CounterRandom random) {
  const auto length = [](const Piece& piece) { return piece.bars[piece.bars.size() / 2].length; };
  std::vector<const Piece*> fitting;
  for (const bool alike : {true, false}) {
    for (const OtherPiece& other : others) {
      if (other.id != song.id && (!alike || length(*other.piece) == length(plan))) fitting.push_back(other.piece);
    }
    if (!fitting.empty()) break;
  }
  if (fitting.empty()) return nullptr;
  return fitting[random.Below(static_cast<uint32_t>(fitting.size()))];
}

Status Play(const std::vector<Song>& songs, const std::vector<OtherPiece>& others, model::Decoder* model,
            const learning::Ngram* ngram, const covers::BorrowingGuard& borrowing, const ContestSettings& settings,
            size_t index, Round* round) {
  const std::vector<const covers::StyleTraits*> styles = StylesOf(*model);
  round->song = index % songs.size();
  round->style = styles[(index + index / songs.size()) % styles.size()];
  const Song& song = songs[round->song];
  const Result<Planned> planned = Plan(song, *round->style, model, settings, settings.seed + index);
  if (!planned.ok()) {
    round->refusal = planned.status().message();
    return Status::Ok();
  }
  const Recipe& recipe = planned->recipe;
  const Piece& plan = recipe.conditioning.piece;
  round->keeps_metre = planned->keeps_metre;
  round->own = song.own;
  std::vector<tokens::PieceBar>& bars = round->own.bars;
  bars.erase(bars.begin(), bars.begin() + static_cast<std::ptrdiff_t>(std::min(planned->first_bar, bars.size())));
  if (bars.size() > plan.bars.size()) bars.resize(plan.bars.size());
  ASSIGN_OR_RETURN(covers::Made made, covers::Make(recipe, model, borrowing, nullptr));
  round->candidates = static_cast<int>(made.candidates.size());
  std::vector<const Piece*> candidates;
  for (const covers::Candidate& candidate : made.candidates) {
    round->candidates_rejected += candidate.rejected.has_value();
    candidates.push_back(&candidate.composition.piece);
  }
  round->candidates_distinct = static_cast<int>(candidates.size() - evaluation::CountDuplicates(candidates));
  if (made.chosen < 0) {
    round->failure = *made.candidates.back().rejected;
  } else {
    ASSIGN_OR_RETURN(round->melody_f1, MelodyAccuracy(song, *planned, made));
    round->entries[kCover] = made.best().composition.piece;
  }
  if (settings.free) return Status::Ok();
  round->entries[kMelody] = evaluation::MelodyAgain(plan);
  round->entries[kBlocks] = evaluation::BlockChords(plan);
  ASSIGN_OR_RETURN(round->entries[kNgram], Ngrams(recipe, ngram, borrowing));
  const Piece* other = Another(plan, song, others, model::CounterRandom(settings.seed + index, kOtherStream));
  if (other == nullptr) return FailedPrecondition("there is no piece but the song itself: " + song.id);
  round->entries[kRandom] = evaluation::AnotherAccompaniment(plan, *other);
  return Status::Ok();
}

}  // namespace

std::vector<const covers::StyleTraits*> StylesOf(const model::Decoder& model) {
  std::vector<const covers::StyleTraits*> styles;
  for (const covers::StyleTraits& style : covers::OfferedStyles()) {
    if (covers::HasStyle(model.metadata(), style.name)) styles.push_back(&style);
  }
  return styles;
}

Result<std::vector<Round>> HoldContest(const std::vector<Song>& songs, const std::vector<OtherPiece>& others,
                                       model::Decoder* model, const learning::Ngram* ngram,
                                       const covers::BorrowingGuard& borrowing, const ContestSettings& settings) {
  if (songs.empty()) return FailedPrecondition("the corpus has no songs of 8 to 128 bars to cover");
  if (StylesOf(*model).empty())
    return FailedPrecondition("the model file has no style's textures; see ledgerline-train pack");
  if (others.empty()) return FailedPrecondition("the corpus has no other pieces");
  std::vector<Round> rounds(settings.covers);
  RETURN_IF_ERROR(InParallel(settings.covers, settings.jobs, [&](size_t index) {
    const std::unique_ptr<model::Decoder> decoder = model->Another();
    return Play(songs, others, decoder.get(), ngram, borrowing, settings, index, &rounds[index]);
  }));
  return rounds;
}

}  // namespace ledgerline::bench
