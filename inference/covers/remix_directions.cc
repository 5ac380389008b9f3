#include "inference/covers/remix_directions.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "inference/covers/perform.h"
#include "inference/music/general_midi.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

// Whether a section of the source begins at a bar, four bars or more after the one before.
bool SectionBegins(const Origin& origin, const std::vector<RemixSource>& sources) {
  const music::Form& form = sources[static_cast<size_t>(origin.source)].form;
  const music::Section* section = form.At(origin.bar);
  return section != nullptr && section->first_bar == origin.bar && section->end_bar - section->first_bar >= 4;
}

}  // namespace

Status ChooseInstruments(const RemixPlan& plan, const StyleTraits& style, Piece* piece, Directions* directions) {
  for (const auto& [part, program] : plan.instruments) {
    if (part == "lead") {
      directions->lead_program = program;
      const music::PitchRange range = music::RangeOfProgram(program);
      // The melody as a whole must lie in the instrument's range, an octave or two off if need be.
      std::optional<int> fits;
      for (const int octave : {0, 12, -12, 24, -24}) {
        bool inside = true;
        for (const PieceBar& bar : piece->bars) {
          for (const MelodyNote& note : bar.melody) {
            inside &= note.pitch + octave >= range.lowest && note.pitch + octave <= range.highest;
          }
        }
        if (inside) {
          fits = octave;
          break;
        }
      }
      if (!fits) {
        return FailedPrecondition("instruments: the melody does not fit " + std::string(music::ProgramName(program)) +
                                  ", MIDI pitches " + std::to_string(range.lowest) + " to " +
                                  std::to_string(range.highest) + ", in any octave");
      }
      for (PieceBar& bar : piece->bars) {
        for (MelodyNote& note : bar.melody) note.pitch += *fits;
      }
      continue;
    }
    bool found = false;
    for (int role = 0; role < tokens::kRoles; ++role) {
      if (PlanPartName(role) != part || !(style.roles >> role & 1)) continue;
      directions->programs[static_cast<size_t>(role)] = program;
      found = true;
    }
    if (!found) {
      std::string parts = "lead";
      for (int role = 0; role < tokens::kRoles; ++role) {
        if (style.roles >> role & 1) parts += ", " + std::string(PlanPartName(role));
      }
      return InvalidArgument("instruments: " + std::string(style.name) + " has no part " + part + "; it has " + parts);
    }
  }
  return Status::Ok();
}

int64_t ChooseTempo(const RemixPlan& plan, const std::vector<FormItem>& items, const std::vector<Origin>& origins,
                    int64_t own_bpm, std::vector<TempoMark>* marks) {
  int64_t bpm = plan.tempo_bpm ? *plan.tempo_bpm : own_bpm;
  if (!plan.tempo_bpm) {
    const int per_cent = plan.mood == Mood::kCalm     ? 85
                         : plan.mood == Mood::kLively ? 115
                         : plan.mood == Mood::kDark   ? 90
                         : plan.mood == Mood::kBright ? 105
                                                      : 100;
    bpm = std::clamp<int64_t>(bpm * per_cent / 100, 20, 300);
  }
  int64_t first_bpm = bpm;
  const auto bars = static_cast<int64_t>(origins.size());
  int64_t last = 0;
  for (int64_t k = 0; k < bars; ++k) {
    int64_t now = bpm;
    if (plan.tempo_end_bpm && bars > 1) now = bpm + (*plan.tempo_end_bpm - bpm) * k / (bars - 1);
    const FormItem& item = items[origins[static_cast<size_t>(k)].item];
    if (item.tempo_bpm) now = *item.tempo_bpm;
    if (k == 0) first_bpm = now;
    if (now != last && k > 0) marks->push_back({static_cast<int>(k), 60'000'000 / now});
    last = now;
  }
  return first_bpm;
}

void ChooseDrums(const RemixPlan& plan, const std::vector<FormItem>& items, const std::vector<Origin>& origins,
                 const std::vector<RemixSource>& sources, const Hash256& drum_model, Directions* directions) {
  bool any = false;
  std::vector<DrumDirection> drums;
  const size_t bars = origins.size();
  int phrase = 0;
  for (size_t k = 0; k < bars; ++k) {
    const FormItem& item = items[origins[k].item];
    const bool begins = k == 0 || origins[k].item != origins[k - 1].item || origins[k].bar <= origins[k - 1].bar ||
                        SectionBegins(origins[k], sources);
    phrase = begins ? 0 : phrase + 1;
    DrumDirection drum;
    const std::optional<DrumWish>& wish = item.drums ? item.drums : plan.drums;
    if (wish && wish->style >= 0) {
      drum.style = wish->style;
      drum.level = wish->level;
      any = true;
    }
    drum.phrase = phrase % 256;
    drums.push_back(drum);
    if (begins && k > 0) drums[k - 1].fill = drums[k - 1].style != kNoDrums;
  }
  if (!any) return;
  drums.back().fill = false;
  drums.back().ending = true;
  directions->drums = std::move(drums);
  directions->drum_model = drum_model;
}

std::vector<SourceUsage> CountUsage(const Piece& piece, const std::vector<Origin>& origins,
                                    const std::vector<RemixSource>& sources) {
  const size_t count = sources.size();
  std::vector<SourceUsage> used(count);
  std::vector<std::set<size_t>> different(count);
  std::vector<int64_t> halves(count, 0);
  int64_t notes = 0;
  for (size_t k = 0; k < origins.size(); ++k) {
    const auto melody = static_cast<size_t>(origins[k].source), chords = static_cast<size_t>(origins[k].chord_source);
    different[melody].insert(origins[k].bar);
    different[chords].insert(origins[k].chord_bar);
    ++halves[melody];
    ++halves[chords];
    ++used[melody].result_bars;
    if (chords != melody) ++used[chords].result_bars;
    for (const MelodyNote& note : piece.bars[k].melody) {
      used[melody].notes_used += !note.tied;
      notes += !note.tied;
    }
  }
  int64_t left = 1'000'000;
  for (size_t s = 0; s < count; ++s) {
    SourceUsage& usage = used[s];
    usage.song_bars = static_cast<int>(sources[s].piece.bars.size()) + sources[s].plan.first_bar;
    usage.bars_used = static_cast<int>(different[s].size());
    usage.bars_ppm = halves[s] * 1'000'000 / static_cast<int64_t>(2 * origins.size());
    usage.notes_ppm = notes == 0 ? 0 : usage.notes_used * int64_t{1'000'000} / notes;
    // Half by bars, half by notes; what rounding leaves goes to the first source.
    usage.weight_ppm = (halves[s] * 500'000 / static_cast<int64_t>(2 * origins.size())) +
                       (notes == 0 ? 0 : usage.notes_used * int64_t{500'000} / notes);
    left -= usage.weight_ppm;
  }
  used[0].weight_ppm += left;
  return used;
}

}  // namespace ledgerline::covers
