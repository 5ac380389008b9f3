#include "inference/covers/cover_score.h"

#include <algorithm>
#include <map>

#include "inference/music/key.h"

namespace ledgerline::covers {
namespace {

using music::Note;
using music::Part;
using tokens::Piece;
using tokens::PieceBar;

constexpr int kLeadVelocity = 94, kAccompanimentVelocity = 66, kBassVelocity = 72;

// A metre that spells `ticks`: the nominal one, or quarters, eighths, sixteenths, ... of a short bar.
music::Metre MetreOf(const PieceBar& bar, int64_t at) {
  if (bar.numerator * 4 * music::kGridTicks == bar.length * bar.denominator)
    return {at, bar.numerator, bar.denominator};
  for (const int denominator : {4, 8, 16, 32}) {
    const int unit = 4 * music::kGridTicks / denominator;
    if (bar.length % unit == 0) return {at, bar.length / unit, denominator};
  }
  return {at, std::max(1, bar.length / 3), 32};
}

// Ends each note of a single line, or each restruck pitch of a chordal part, where the next begins.
void CutOverlaps(std::vector<Note>* notes, bool single_line) {
  std::sort(notes->begin(), notes->end(),
            [](const Note& x, const Note& y) { return std::pair(x.onset, x.pitch) < std::pair(y.onset, y.pitch); });
  for (size_t i = 0; i < notes->size(); ++i) {
    Note& note = (*notes)[i];
    for (size_t j = i + 1; j < notes->size() && (*notes)[j].onset < note.onset + note.duration; ++j) {
      const Note& next = (*notes)[j];
      if (next.onset > note.onset && (single_line || next.pitch == note.pitch)) {
        note.duration = next.onset - note.onset;
        break;
      }
    }
  }
}

// Strings that accompany hold a note until they have the next one, up to a beat, or to the bar's end while its chord
// goes on: what stops in the middle of nowhere is a bar that hangs. Where the melody rests they rest with it. `notes`
// are one part's, cut already.
void HoldStrings(const Piece& piece, const std::vector<Note>& melody, std::vector<Note>* notes) {
  size_t k = 0;
  int64_t start = 0;
  for (size_t i = 0; i < notes->size(); ++i) {
    Note& note = (*notes)[i];
    while (k + 1 < piece.bars.size() && start + piece.bars[k].length <= note.onset) start += piece.bars[k++].length;
    const PieceBar& bar = piece.bars[k];
    const int64_t bar_end = start + bar.length;
    int64_t end = note.onset + note.duration;
    if (note.duration < music::kGridTicks / 2 || end >= bar_end) continue;
    const int64_t next = std::min(bar_end, i + 1 < notes->size() ? (*notes)[i + 1].onset : bar_end);
    const int chord = bar.ChordAt(static_cast<int>(note.onset - start));
    while (end < next) {
      const bool near = next - end <= music::kGridTicks && next < bar_end;
      const bool goes_on = bar.ChordAt(static_cast<int>(end - start)) == chord;
      const bool sung = std::any_of(melody.begin(), melody.end(), [end](const Note& sounding) {
        return sounding.onset <= end && end < sounding.onset + sounding.duration;
      });
      if ((!near && !goes_on) || !sung) break;
      const int64_t beat_end = start + (end - start) / bar.beat * bar.beat + bar.beat;
      end = std::min(next, beat_end);
    }
    note.duration = end - note.onset;
  }
}

}  // namespace

std::vector<Note> MelodyOf(const Piece& piece) {
  std::vector<Note> melody;
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const tokens::MelodyNote& note : bar.melody) {
      const int64_t onset = start + note.onset;
      if (note.tied && !melody.empty() && melody.back().pitch == note.pitch &&
          melody.back().onset + melody.back().duration == onset) {
        melody.back().duration += note.duration;
      } else {
        melody.push_back({onset, note.duration, note.pitch, kLeadVelocity});
      }
    }
    start += bar.length;
  }
  return melody;
}

std::vector<Note> TextureOf(const Piece& piece) {
  std::vector<Note> notes = MelodyOf(piece);
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const tokens::Event& event : bar.events) {
      notes.push_back({start + event.onset, tokens::kDurationTicks[static_cast<size_t>(event.duration)], event.pitch,
                       kLeadVelocity});
    }
    start += bar.length;
  }
  return notes;
}

music::Score ToScore(const Piece& piece, int64_t quarter_us, const StyleTraits& style, const std::string& title) {
  music::Score score;
  score.title = title;
  score.tempos = {{0, quarter_us}};
  const int fifths = (piece.tonic * 7) % 12;
  score.keys = {{0, fifths > 6 ? fifths - 12 : fifths, false}};
  std::map<int, std::vector<Note>> by_role;
  int64_t start = 0, end = 0;
  for (const PieceBar& bar : piece.bars) {
    const music::Metre metre = MetreOf(bar, start);
    if (score.metres.empty() || score.metres.back().numerator != metre.numerator ||
        score.metres.back().denominator != metre.denominator) {
      score.metres.push_back(metre);
    }
    for (const tokens::Event& event : bar.events) {
      const bool bass =
          event.role == tokens::kBassVoice || event.role == tokens::kCello || event.role == tokens::kKeysLow;
      const int velocity = bass ? kBassVelocity : kAccompanimentVelocity;
      by_role[event.role].push_back(
          {start + event.onset, tokens::kDurationTicks[static_cast<size_t>(event.duration)], event.pitch, velocity});
    }
    start += bar.length;
  }
  end = start;
  const int64_t last_bar = piece.bars.empty() ? 0 : end - piece.bars.back().length;
  std::vector<Note> melody = MelodyOf(piece);
  int64_t melody_end = 0;
  for (const Note& note : melody) melody_end = std::max(melody_end, note.onset + note.duration);
  for (auto& [role, notes] : by_role) {
    // The close: the last attack in the last bar sounds as long as the melody does.
    int64_t last = -1;
    for (const Note& note : notes) last = std::max(last, note.onset);
    for (Note& note : notes) {
      if (note.onset == last && last >= last_bar && melody_end > last) note.duration = melody_end - last;
    }
    CutOverlaps(&notes, tokens::TraitsOf(role).voices == 1);
    const bool string = role == tokens::kCello || role == tokens::kViola || role == tokens::kSecondViolin;
    if (string) HoldStrings(piece, melody, &notes);
  }
  Part lead;
  lead.name = std::string(style.lead);
  lead.program = style.lead_program;
  lead.notes = melody;
  if (style.lead_role >= 0) {
    // One pair of hands: an accompaniment note gives way to the same pitch in the melody.
    for (const Note& note : by_role[style.lead_role]) {
      Note kept = note;
      bool doubled = false;
      for (const Note& sung : melody) {
        if (sung.pitch != note.pitch) continue;
        if (sung.onset <= note.onset && note.onset < sung.onset + sung.duration) doubled = true;
        if (sung.onset > note.onset) kept.duration = std::min(kept.duration, sung.onset - note.onset);
      }
      if (!doubled) lead.notes.push_back(kept);
    }
    std::sort(lead.notes.begin(), lead.notes.end(),
              [](const Note& x, const Note& y) { return std::pair(x.onset, x.pitch) < std::pair(y.onset, y.pitch); });
    by_role.erase(style.lead_role);
  }
  score.parts.push_back(std::move(lead));
  // Top staff first: roles run from low to high.
  for (auto role = by_role.rbegin(); role != by_role.rend(); ++role) {
    Part part;
    part.name = PartName(style, role->first);
    part.program = PartProgram(style, role->first);
    part.notes = std::move(role->second);
    score.parts.push_back(std::move(part));
  }
  // The mode is for who reads: A minor has a D sharp where C major has an E flat.
  const music::KeyEstimate key = music::EstimateKey(score);
  score.keys[0].minor = key.minor && music::KeyFifths(key) == score.keys[0].fifths;
  return score;
}

}  // namespace ledgerline::covers
