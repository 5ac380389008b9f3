#include "inference/music/mood.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ledgerline::music {

Mood FindMood(const Score& grid, const std::vector<Bar>& bars, const std::vector<KeySpan>& keys, double tempo_bpm) {
  Mood mood;
  mood.tempo_bpm = tempo_bpm;
  int64_t major = 0, all = 0;
  for (const KeySpan& span : keys) {
    const int64_t ticks = bars[span.end_bar - 1].end - bars[span.first_bar].start;
    all += ticks;
    if (!span.key.minor) major += ticks;
  }
  mood.major_share = all > 0 ? static_cast<double>(major) / static_cast<double>(all) : 0.5;
  std::vector<int64_t> onsets;
  double pitch_ticks = 0, ticks = 0;
  for (const Part& part : grid.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      onsets.push_back(note.onset);
      pitch_ticks += static_cast<double>(note.pitch) * static_cast<double>(note.duration);
      ticks += static_cast<double>(note.duration);
    }
  }
  std::sort(onsets.begin(), onsets.end());
  const auto moments = static_cast<double>(std::unique(onsets.begin(), onsets.end()) - onsets.begin());
  const double seconds = static_cast<double>(grid.EndTick()) / kGridTicks * 60 / tempo_bpm;
  if (ticks > 0) mood.mean_pitch = pitch_ticks / ticks;
  if (seconds > 0) mood.onsets_per_second = moments / seconds;
  mood.brightness = 2 * mood.major_share - 1 + (mood.mean_pitch - 62) / 24;
  mood.liveliness = std::log2(std::max(mood.onsets_per_second, 0.01) / 3) + std::log2(tempo_bpm / 100) / 2;
  mood.quadrant = mood.brightness >= 0 ? (mood.liveliness >= 0 ? MoodQuadrant::kJoyful : MoodQuadrant::kSerene)
                                       : (mood.liveliness >= 0 ? MoodQuadrant::kStormy : MoodQuadrant::kMelancholy);
  return mood;
}

std::string_view MoodName(MoodQuadrant quadrant) {
  switch (quadrant) {
    case MoodQuadrant::kJoyful:
      return "joyful";
    case MoodQuadrant::kSerene:
      return "serene";
    case MoodQuadrant::kStormy:
      return "stormy";
    case MoodQuadrant::kMelancholy:
      return "melancholy";
  }
  return "";
}

}  // namespace ledgerline::music
