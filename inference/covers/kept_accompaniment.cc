#include "inference/covers/kept_accompaniment.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "inference/music/melody.h"
#include "inference/tokens/arranger.h"

namespace ledgerline::covers {
namespace {

using music::Note;
using tokens::Event;
using tokens::Piece;

// All pitched notes that are not the melody's, by hand.
std::vector<std::vector<Event>> ByHand(const tokens::Framed& framed) {
  const music::Melody melody = music::FindMelody(framed.score);
  std::set<std::pair<int64_t, int>> sung;
  for (const Note& note : melody.notes) sung.insert({note.onset, note.pitch});
  std::vector<std::vector<Event>> bars(framed.bars.size());
  for (const music::Part& part : framed.score.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      if (sung.contains({note.onset, note.pitch})) continue;
      const auto next = std::upper_bound(framed.starts.begin(), framed.starts.end(), note.onset);
      const auto k = static_cast<size_t>(next - framed.starts.begin()) - 1;
      const int role = note.pitch < 60 ? tokens::kKeysLow : tokens::kKeysHigh;
      bars[k].push_back(
          {static_cast<int>(note.onset - framed.starts[k]), role, note.pitch, tokens::DurationSymbol(note.duration)});
    }
  }
  return bars;
}

// In order, in range, no more at once than the part can play.
void MakePlayable(std::vector<Event>* events) {
  for (Event& event : *events) {
    const tokens::RoleTraits& traits = tokens::TraitsOf(event.role);
    while (event.pitch < traits.lowest) event.pitch += 12;
    while (event.pitch > traits.highest) event.pitch -= 12;
  }
  std::sort(events->begin(), events->end());
  std::vector<Event> kept;
  for (const Event& event : *events) {
    int together = 0;
    for (const Event& other : kept) together += other.onset == event.onset && other.role == event.role;
    const bool again = !kept.empty() && std::tie(kept.back().onset, kept.back().role, kept.back().pitch) ==
                                            std::tie(event.onset, event.role, event.pitch);
    if (!again && together < tokens::TraitsOf(event.role).voices) kept.push_back(event);
  }
  *events = std::move(kept);
}

}  // namespace

Result<Piece> KeepAccompaniment(const music::Score& source, const CoverPlan& plan, const StyleTraits& style) {
  ASSIGN_OR_RETURN(const tokens::Framed framed, tokens::FrameScore(source));
  Piece piece = plan.conditioning.piece;
  const auto first = static_cast<size_t>(plan.first_bar);
  if (plan.choices.at("metre") != "as the source" || first + piece.bars.size() > framed.bars.size()) {
    return FailedPrecondition("the accompaniment of a song that is told in another metre cannot be kept");
  }
  std::vector<std::vector<Event>> bars;
  const Result<Piece> arranged = tokens::ArrangeForTraining(source, style.name);
  if (arranged.ok() && (arranged->roles & ~style.roles) == 0 && arranged->bars.size() == framed.bars.size()) {
    for (const tokens::PieceBar& bar : arranged->bars) bars.push_back(bar.events);
  } else if (style.roles >> tokens::kKeysLow & 1) {
    bars = ByHand(framed);
  } else {
    return FailedPrecondition("the song's accompaniment is not " + std::string(style.name) +
                              "'s, so its bars cannot be kept; a style with a pianist, such as art-song, can");
  }
  size_t events = 0;
  for (size_t k = 0; k < piece.bars.size(); ++k) {
    piece.bars[k].events = bars[first + k];
    MakePlayable(&piece.bars[k].events);
    events += piece.bars[k].events.size();
  }
  if (events == 0) {
    return FailedPrecondition("the song has no accompaniment to keep; without --infill or --continue all is composed");
  }
  return piece;
}

}  // namespace ledgerline::covers
