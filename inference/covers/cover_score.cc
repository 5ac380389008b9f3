#include "inference/covers/cover_score.h"

#include <algorithm>
#include <map>

#include "inference/covers/held_notes.h"
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
    CutOverlaps(&notes, role);
    CloseShortRests(piece, role == style.lead_role ? melody : std::vector<Note>(), &notes);
    const bool string = role == tokens::kCello || role == tokens::kViola || role == tokens::kSecondViolin;
    if (string || style.voices == Voices::kPolyphonic) HoldLine(piece, melody, string, &notes);
  }
  // A dance may leave its third beat empty.
  if (!by_role.empty() && tokens::TraitsOf(by_role.begin()->first).voices > 1 && !style.triple)
    HoldHands(piece, melody, &by_role);
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
