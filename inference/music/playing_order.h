// Repeats and endings, played out: in which order the measures of a score sound.
#ifndef LEDGERLINE_INFERENCE_MUSIC_PLAYING_ORDER_H_
#define LEDGERLINE_INFERENCE_MUSIC_PLAYING_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::music {

// What stands at a measure's barlines.
struct MeasureSigns {
  bool forward = false;       // a repeat begins here
  int backward_times = 0;     // a repeat ends here and is played so often in all; 0: none
  uint32_t endings = 0;       // bit k: an ending that counts for pass k + 1 covers this measure; 0: none
  bool ending_stops = false;  // the ending's last measure
};

inline constexpr int kMaxRepeats = 32;  // passes of one repeat

// Indices of measures as they sound. A repeat without its beginning goes back to the end of the one before it; inside
// an ending the passes are those that the endings beside it count for. Errors: kOutOfRange (more than `measures_max`).
Result<std::vector<size_t>> PlayingOrder(const std::vector<MeasureSigns>& measures, size_t measures_max);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_PLAYING_ORDER_H_
