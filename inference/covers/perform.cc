#include "inference/covers/perform.h"

#include <algorithm>
#include <map>

#include "inference/covers/cover_score.h"
#include "inference/drums/groove.h"
#include "inference/music/expression.h"
#include "inference/music/general_midi.h"

namespace ledgerline::covers {
namespace {

using music::Note;

constexpr int kRefinement = drums::kFineTicks / music::kGridTicks;

void GiveInstrument(int program, music::Part* part) {
  part->program = program;
  part->name = std::string(music::ProgramName(program));
  const music::PitchRange range = music::RangeOfProgram(program);
  for (Note& note : part->notes) {
    while (note.pitch < range.lowest) note.pitch += 12;
    while (note.pitch > range.highest && note.pitch - 12 >= range.lowest) note.pitch -= 12;
  }
  // Two notes of a chord may have become one.
  std::sort(part->notes.begin(), part->notes.end(),
            [](const Note& a, const Note& b) { return std::pair(a.onset, a.pitch) < std::pair(b.onset, b.pitch); });
  part->notes.erase(std::unique(part->notes.begin(), part->notes.end(),
                                [](const Note& a, const Note& b) { return a.onset == b.onset && a.pitch == b.pitch; }),
                    part->notes.end());
}

void GiveInstruments(const Directions& directions, const StyleTraits& style, music::Score* score) {
  for (size_t p = 0; p < score->parts.size(); ++p) {
    music::Part& part = score->parts[p];
    if (p == 0) {
      if (directions.lead_program != kOwnProgram) GiveInstrument(directions.lead_program, &part);
      continue;
    }
    for (int role = 0; role < tokens::kRoles; ++role) {
      const int program = directions.programs[static_cast<size_t>(role)];
      if ((style.roles >> role & 1) != 0 && part.name == PartName(style, role) && program != kOwnProgram) {
        GiveInstrument(program, &part);
        break;
      }
    }
  }
}

void Refine(music::Score* score) {
  score->ticks_per_quarter *= kRefinement;
  for (music::Part& part : score->parts) {
    for (Note& note : part.notes) note.onset *= kRefinement, note.duration *= kRefinement;
  }
  for (music::Metre& metre : score->metres) metre.at *= kRefinement;
  for (music::Tempo& tempo : score->tempos) tempo.at *= kRefinement;
  for (music::Key& key : score->keys) key.at *= kRefinement;
  for (music::Marker& marker : score->markers) marker.at *= kRefinement;
}

// Drums of bars [first, last), which have one style and one kind of beat.
Status DrawRun(const drums::GrooveModel& model, const std::vector<tokens::PieceBar>& bars,
               const std::vector<DrumDirection>& directions, const std::vector<int64_t>& starts, size_t first,
               size_t last, uint64_t seed, std::vector<Note>* notes) {
  std::vector<drums::GrooveBar> plan;
  const int beat = bars[first].beat;
  for (size_t k = first; k < last; ++k) {
    drums::GrooveBar wish;
    wish.beats = std::clamp(bars[k].length / beat, 1, 16);
    wish.phrase = directions[k].phrase;
    wish.fill = directions[k].fill;
    wish.intensity = directions[k].level;
    wish.silent =
        bars[k].length % beat != 0 || bars[k].length * bars[k].denominator != bars[k].numerator * 4 * music::kGridTicks;
    if (beat != music::kGridTicks) wish.feel = drums::Feel::kTriplet;
    plan.push_back(wish);
  }
  ASSIGN_OR_RETURN(std::vector<drums::DrumBar> groove, DrawGroove(model, directions[first].style, plan, {}, seed));
  for (size_t k = first; k < last; ++k) {
    if (!directions[k].ending) continue;
    drums::DrumBar& bar = groove[k - first];
    for (size_t b = 0; b < bar.beats.size(); ++b) {
      for (size_t s = 0; s < drums::kStepsPerBeatMax; ++s) {
        if (b > 0 || s > 0) bar.beats[b].steps[s].mask = 0;
      }
    }
  }
  const std::vector<int64_t> own(starts.begin() + static_cast<std::ptrdiff_t>(first),
                                 starts.begin() + static_cast<std::ptrdiff_t>(last));
  const std::vector<Note> drawn = drums::ToNotes(groove, own, beat * kRefinement);
  notes->insert(notes->end(), drawn.begin(), drawn.end());
  return Status::Ok();
}

}  // namespace

std::string_view PlanPartName(int role) {
  static constexpr std::array<std::string_view, tokens::kRoles> kNames = {
      "bass", "tenor", "alto", "cello", "viola", "violin-ii", "left-hand", "right-hand", "guitar"};
  return kNames[static_cast<size_t>(role)];
}

Result<music::Score> Perform(const tokens::Conditioning& conditioning, const tokens::Piece& composed,
                             const Directions& directions, const StyleTraits& style, const drums::GrooveModel* drums,
                             uint64_t seed, const std::string& title) {
  music::Score score = ToScore(composed, conditioning.quarter_us, style, title);
  GiveInstruments(directions, style, &score);
  music::AddDynamics(MelodyOf(composed), seed, &score);
  const std::vector<tokens::PieceBar>& bars = composed.bars;
  std::vector<int64_t> starts;
  int64_t at = 0;
  for (const tokens::PieceBar& bar : bars) {
    starts.push_back(at);
    at += bar.length;
  }
  if (!directions.tempos.empty()) {
    std::map<int64_t, int64_t> tempos;
    if (directions.tempos[0].bar != 0) tempos[0] = conditioning.quarter_us;
    for (const TempoMark& mark : directions.tempos) {
      if (static_cast<size_t>(mark.bar) < starts.size())
        tempos[starts[static_cast<size_t>(mark.bar)]] = mark.quarter_us;
    }
    score.tempos.clear();
    for (const auto& [tick, quarter_us] : tempos) score.tempos.push_back({tick, quarter_us});
  }
  const bool drummed = std::any_of(directions.drums.begin(), directions.drums.end(),
                                   [](const DrumDirection& drum) { return drum.style != kNoDrums; });
  if (!drummed || directions.drums.size() != bars.size()) return score;
  if (drums == nullptr) return FailedPrecondition("the piece has drums, but no groove model is at hand");
  Refine(&score);
  for (int64_t& start : starts) start *= kRefinement;
  music::Part part;
  part.name = "Drums";
  part.drums = true;
  for (size_t first = 0; first < bars.size();) {
    size_t last = first + 1;
    while (last < bars.size() && directions.drums[last].style == directions.drums[first].style &&
           bars[last].beat == bars[first].beat) {
      ++last;
    }
    if (directions.drums[first].style != kNoDrums) {
      RETURN_IF_ERROR(DrawRun(*drums, bars, directions.drums, starts, first, last, seed, &part.notes));
    }
    first = last;
  }
  std::sort(part.notes.begin(), part.notes.end());
  score.parts.push_back(std::move(part));
  return score;
}

}  // namespace ledgerline::covers
