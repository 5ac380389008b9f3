// Small drum performances for tests.
#ifndef LEDGERLINE_TESTS_INFERENCE_DRUMS_SAMPLE_GROOVES_H_
#define LEDGERLINE_TESTS_INFERENCE_DRUMS_SAMPLE_GROOVES_H_

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inference/drums/groove_model.h"

namespace ledgerline::drums {

inline std::string CommittedGrooveBytes() {
  std::ifstream in("inference/weights/drums.groove", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Kick on 1 and 3, snare on 2 and 4, hats in eighths (straight) or on the triplets' ends (swung), ticks of 480.
inline music::Score PlainBeat(int bars, bool swung, int late = 0) {
  music::Score score;
  score.ticks_per_quarter = 480;
  score.parts.push_back({"drums", 0, true, {}});
  auto hit = [&](int64_t at, int key, int velocity) {
    score.parts[0].notes.push_back({std::max<int64_t>(0, at), 60, key, velocity});
  };
  for (int beat = 0; beat < 4 * bars; ++beat) {
    const int64_t at = beat * 480 + (beat == 0 ? 0 : late);
    hit(at, beat % 2 == 0 ? 36 : 38, beat % 2 == 0 ? 100 : 110);
    hit(at, 42, 80);
    hit(at + (swung ? 320 : 240), 42, 50);
  }
  return score;
}

inline std::vector<Performance> PlainPerformances(int count) {
  std::vector<Performance> performances;
  for (int i = 0; i < count; ++i) {
    performances.push_back(ReadPerformance(PlainBeat(8, i % 2 == 1, i % 5), 4, false, i % 2 == 1 ? 2 : 0).value());
  }
  return performances;
}

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_TESTS_INFERENCE_DRUMS_SAMPLE_GROOVES_H_
