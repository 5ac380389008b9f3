// Measures of a composed accompaniment, the guards that turn a candidate down, and the ranking of those that pass.
//
// All are computed on the accompaniment alone; the locked melody is the source's and earns nothing. Definitions:
// docs/model_card.md, section "Measures".
#ifndef LEDGERLINE_INFERENCE_COVERS_MEASURES_H_
#define LEDGERLINE_INFERENCE_COVERS_MEASURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inference/covers/habits.h"
#include "inference/tokens/piece.h"

namespace ledgerline::covers {

struct AccompanimentMeasures {
  double chord_tone_share = 0;    // of sounding time, within the chord of its beat
  double melody_clash_share = 0;  // of attacks, a semitone (or its octaves) from the sounding melody
  double notes_per_bar = 0;
  double onsets_per_quarter = 0;
  double mean_polyphony = 0;        // accompaniment notes sounding, over time
  double groove_similarity = 0;     // mean over neighbouring bars of equal length: cosine of onset counts per sixteenth
  double sounding_bars_share = 0;   // of bars with melody, those with accompaniment
  double plan_density_error = 0;    // mean distance of bar density classes from the plan
  double plan_polyphony_error = 0;  // the same of polyphony classes
  double bass_leap_mean = 0;        // semitones between neighbouring lowest notes
  double bass_mean_pitch = 0;       // of the lowest note of each attack
  double hands_together_share = 0;  // of attacks by both hands of a pianist, over all attacks by either
  double parallel_share = 0;        // of moves of melody and bass together, into the same perfect fifth or octave
  double mean_pitch = 0;
  double bass_step_share = 0;  // of the bass's moves, those of one or two semitones
  double inner_step_share =
      0;                      // of the inner voices' moves, those of one or two semitones (evaluation/voice_leading.h)
  double crossing_share = 0;  // of notes, those below a lower part's

  std::vector<std::pair<std::string, double>> ToList() const;
};
AccompanimentMeasures Measure(const tokens::Piece& piece);

// Mean over bars with notes on both sides of the cosine of the 12 pitch-class onset counts; 0 when there are none.
// Pieces have the same bars.
double ChromaSimilarity(const tokens::Piece& a, const tokens::Piece& b);

// Why a candidate is turned down, or nothing: "silent", "dense", "dissonant", "clashing", "one-sided" (a part of the
// ensemble hardly plays), "out of range", each with its figure and bound. Borrowing from training pieces is judged by
// borrowing_guard.h.
std::optional<std::string> GuardVerdict(const tokens::Piece& piece, const AccompanimentMeasures& measures);

// Ranking, in ppm, higher is better, 0 to 1'000'000. Integers, so that ties and order are the same everywhere.
int64_t RankingScorePpm(const AccompanimentMeasures& measures, double nats_per_note, const Habits& habits = {});

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MEASURES_H_
