// Positions: a piece as the integers that the network reads, one row a bar, a melody note or an event.
//
// Bar k is: one bar row (style, metre, chords of bars k and k+1, plan), its melody rows (given), its event rows
// (composed). The row before an event, or before the bar's end, predicts it field by field: onset (or end of bar),
// role, pitch, duration. Each field sees the ones before it and the *context* gathered here: the chord and the melody
// note sounding there, the last note of the same role, and what two earlier bars did at the same place. Training and
// generation use the same BarContext, so that what is asked of the network is what it was taught.
//
// Bar A is the bar before; bar B is the earlier bar (2 to 16 back; or a later one) whose melody and chords resemble
// this one's most.
#ifndef LEDGERLINE_INFERENCE_TOKENS_POSITIONS_H_
#define LEDGERLINE_INFERENCE_TOKENS_POSITIONS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::tokens {

enum Kind : int { kPadRow = 0, kBarRow = 1, kMelodyRow = 2, kEventRow = 3 };
inline constexpr int kKinds = 4;
inline constexpr int kNoRoot = 12;  // of a pitch above the root, and of a root
inline constexpr int kNoQuality = kQualities;
inline constexpr int kRemainingSymbols = 18;  // half quarters to the bar's end, 0 to 16; 17 none

// Columns of a row. The first block is the row itself; then what is known before each field of the event to come, and
// the fields themselves (the targets).
enum Column : int {
  kKind,
  kOnset,
  kRole,
  kPitch,
  kAboveRoot,  // (pitch - root) mod 12, or kNoRoot
  kChordQuality,
  kDuration,
  kBarIndex,  // row of the bar table; -1 unless a bar row
  kPredicts,  // 1 when an event or an end of bar follows
  kStepStyle,
  kStepDensity,
  kStepPolyphony,
  kLastOnset,  // of the last event of this bar, or kNoOnset
  kCopyAOnset,
  kCopyBOnset,
  kTargetOnset,
  kCopyARole,
  kCopyBRole,
  kMelodySounding,  // pitch at the target onset, or kNoPitch
  kMelodyStarts,    // 1 when that note starts there
  kTargetRole,
  kStepRoot,
  kStepQuality,
  kRolePitch,   // the lowest note of the role's last attack; inside an attack, the note below
  kBelowPitch,  // the event before, when at the same onset
  kCopyAPitch,
  kCopyAMoved,  // the same, moved with the chord's root
  kCopyBPitch,
  kCopyBMoved,
  kTargetPitch,
  kCopyADuration,
  kCopyBDuration,
  kRemaining,
  kTargetDuration,
  kColumns
};
using Row = std::array<int16_t, kColumns>;

// Columns of a bar table's row.
enum BarColumn : int {
  kBarStyle,
  kBarMetre,
  kBarLength,
  kBarDensity,
  kBarPolyphony,
  kBarFromStart,  // 0 to 4, 4 means later
  kBarFromEnd,    // 0 is the last bar, 4 means earlier
  kBarRoles,      // bit mask
  kBarTonic,
  kBarChords,                                 // kChordSlots of this bar
  kBarNextChords = kBarChords + kChordSlots,  // kChordSlots of the next one
  kBarColumns = kBarNextChords + kChordSlots,
};
using BarRow = std::array<int16_t, kBarColumns>;

struct Sequence {
  std::vector<Row> rows;
  std::vector<BarRow> bars;
};

// What is hidden from the model in one training sequence, so that it can do without, and so that guidance works.
struct Hiding {
  bool style = false;
  bool chords = false;
  bool plan = false;   // density and polyphony
  bool later = false;  // nothing is hidden: bar B may also be a later one, as when bars in the middle are composed anew
};

BarRow MakeBarRow(const Piece& piece, size_t bar, const Hiding& hiding);
// Index of the earlier bar that resembles `bar` most, or -1 when there is none at least two bars back. With `later`,
// also up to 16 bars ahead.
int ResemblingBar(const Piece& piece, size_t bar, bool later = false);

// The composing of one bar, event by event. Holds references to the piece: the caller keeps it alive and appends events
// only through Append.
class BarContext {
 public:
  // `bar_b` is ResemblingBar's answer; bars before `bar` hold their events already.
  BarContext(const Piece& piece, size_t bar, int bar_b, const Hiding& hiding);

  Row BarLead() const;                           // the bar row, without predictions filled in
  Row MelodyLead(const MelodyNote& note) const;  // a melody row
  Row EventLead(const Event& event) const;       // an event row
  // Fill the context columns of the row that predicts the next event. Call in order; each needs the fields chosen so
  // far.
  void FillOnset(Row* row) const;
  void FillRole(Row* row, int onset) const;
  void FillPitch(Row* row, int onset, int role) const;
  void FillDuration(Row* row, int onset, int role, int pitch) const;
  void Append(const Event& event);
  const std::vector<Event>& events() const { return events_; }

 private:
  struct Copy {
    const PieceBar* bar = nullptr;
    size_t next = 0;  // the first of its events that comes after what was composed
  };
  const Event* Matching(const Copy& copy, int onset, int role) const;

  const Piece& piece_;
  const PieceBar& bar_;
  Hiding hiding_;
  Copy a_, b_;
  std::vector<Event> events_;
  std::array<int, kTargetRoles> last_attack_{};  // lowest pitch of the role's last attack, kNoPitch when none
};

// Rows of bars [first, ...) with the piece's own events as targets, until `max_rows` or the piece's end. The last bar
// is cut when it does not fit.
Sequence EncodeBars(const Piece& piece, size_t first, size_t max_rows, const Hiding& hiding);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_POSITIONS_H_
