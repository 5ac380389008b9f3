#include "inference/evaluation/voice_leading.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <vector>

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

struct Attack {
  int64_t onset = 0;
  std::vector<int> pitches;  // rising
};
using Line = std::map<int64_t, int>;  // onset -> pitch

bool PlaysChords(int role) { return role < tokens::kRoles && tokens::TraitsOf(role).voices > 1; }

struct Parts {
  std::map<int, std::vector<Attack>> attacks;  // by role
  Line melody;
};

Parts PartsOf(const Piece& piece) {
  Parts parts;
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const tokens::MelodyNote& note : bar.melody) {
      if (!note.tied) parts.melody[start + note.onset] = note.pitch;
    }
    for (const Event& event : bar.events) {
      std::vector<Attack>& attacks = parts.attacks[event.role];
      if (attacks.empty() || attacks.back().onset != start + event.onset) attacks.push_back({start + event.onset, {}});
      attacks.back().pitches.push_back(event.pitch);
    }
    start += bar.length;
  }
  return parts;
}

struct Moves {
  double all = 0, steps = 0, leaps = 0;
  void Add(int from, int to) {
    const int by = std::abs(to - from);
    if (by == 0) return;
    all += 1;
    steps += by <= 2;
    leaps += by > kWidestLeap;
  }
};

// Neighbouring attacks of a part, voices matched from the top; `bass` takes the lowest voice's moves.
void AddMoves(const std::vector<Attack>& attacks, bool has_bass, Moves* bass, Moves* inner) {
  for (size_t i = 1; i < attacks.size(); ++i) {
    const std::vector<int>&a = attacks[i - 1].pitches, &b = attacks[i].pitches;
    if (has_bass) bass->Add(a.front(), b.front());
    const size_t skip = has_bass ? 1 : 0;
    const size_t matched = std::min(a.size(), b.size()) - std::min(std::min(a.size(), b.size()), skip);
    for (size_t v = 1; v <= matched; ++v) inner->Add(a[a.size() - v], b[b.size() - v]);
  }
}

double Ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// Moments when both lines move, and how many of these are parallel.
void CountParallels(const Line& one, const Line& other, double* both, double* parallel) {
  for (auto a = one.begin(); a != one.end(); ++a) {
    const auto b = other.find(a->first);
    if (b == other.end() || a == one.begin() || b == other.begin()) continue;
    const int a_from = std::prev(a)->second, b_from = std::prev(b)->second;
    const int a_by = a->second - a_from, b_by = b->second - b_from;
    if (a_by == 0 || b_by == 0) continue;
    *both += 1;
    const int before = std::abs(a_from - b_from) % 12, after = std::abs(a->second - b->second) % 12;
    *parallel += a_by * b_by > 0 && before == after && (after == 0 || after == 7);
  }
}

double CrossingShare(const Piece& piece) {
  double notes = 0, crossed = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const Event& event : bar.events) {
      notes += 1;
      crossed += std::any_of(bar.events.begin(), bar.events.end(), [&event](const Event& other) {
        return other.role < event.role && other.pitch > event.pitch && other.onset <= event.onset &&
               event.onset < other.onset + tokens::kDurationTicks[static_cast<size_t>(other.duration)];
      });
    }
  }
  return Ratio(crossed, notes);
}

}  // namespace

VoiceLeading MeasureVoiceLeading(const Piece& piece) {
  const Parts parts = PartsOf(piece);
  VoiceLeading result;
  if (parts.attacks.empty()) return result;
  const int lowest = parts.attacks.begin()->first;
  Moves bass, inner;
  double chords = 0, wide = 0, both = 0, parallel = 0;
  std::vector<Line> lines;
  if (!parts.melody.empty()) lines.push_back(parts.melody);
  for (const auto& [role, attacks] : parts.attacks) {
    AddMoves(attacks, role == lowest, &bass, &inner);
    if (role == lowest || !PlaysChords(role)) {
      Line line;
      for (const Attack& attack : attacks) line[attack.onset] = attack.pitches.front();
      lines.push_back(std::move(line));
    }
    if (role != tokens::kKeysLow && role != tokens::kKeysHigh) continue;  // a guitar's open strings go with any grip
    for (const Attack& attack : attacks) {
      if (attack.pitches.size() < 2) continue;
      chords += 1;
      wide += attack.pitches.back() - attack.pitches.front() > kWidestSpan;
    }
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t j = i + 1; j < lines.size(); ++j) CountParallels(lines[i], lines[j], &both, &parallel);
  }
  result.bass_step_share = Ratio(bass.steps, bass.all);
  result.inner_step_share = Ratio(inner.steps, inner.all);
  result.leap_share = Ratio(bass.leaps + inner.leaps, bass.all + inner.all);
  result.parallel_share = Ratio(parallel, both);
  result.crossing_share = CrossingShare(piece);
  result.wide_span_share = Ratio(wide, chords);
  return result;
}

}  // namespace ledgerline::evaluation
