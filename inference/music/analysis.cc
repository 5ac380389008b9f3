#include "inference/music/analysis.h"

#include <algorithm>

#include "inference/music/given_chords.h"

namespace ledgerline::music {
namespace {

// One pitched part, and hardly a chord in it: at most one onset in twenty has two notes.
bool IsMelodyAlone(const Score& score, const Melody& melody) {
  size_t notes = 0;
  for (const Part& part : score.parts) {
    if (!part.drums) notes += part.notes.size();
  }
  return notes <= melody.notes.size() + melody.notes.size() / 20;
}

}  // namespace

double AverageTempoBpm(const Score& score) {
  constexpr double kMicrosecondsPerMinute = 60e6;
  const int64_t end = score.EndTick();
  if (score.tempos.empty() || end == 0) {
    return kMicrosecondsPerMinute /
           static_cast<double>(score.tempos.empty() ? Tempo{}.quarter_us : score.tempos[0].quarter_us);
  }
  double microseconds_ticks = 0;  // microseconds per quarter, times ticks
  int64_t at = 0;
  int64_t quarter_us = Tempo{}.quarter_us;
  for (size_t i = 0; i <= score.tempos.size(); ++i) {
    const int64_t until = i < score.tempos.size() ? std::clamp<int64_t>(score.tempos[i].at, at, end) : end;
    microseconds_ticks += static_cast<double>(until - at) * static_cast<double>(quarter_us);
    at = until;
    if (i < score.tempos.size()) quarter_us = score.tempos[i].quarter_us;
  }
  return kMicrosecondsPerMinute * static_cast<double>(end) / microseconds_ticks;
}

Result<Analysis> Analyse(const Score& score) {
  Analysis analysis;
  analysis.score = score.Quantised();
  const int64_t shortest_bar = [&] {
    int64_t ticks = 4 * kGridTicks;
    for (const Metre& metre : analysis.score.metres) {
      ticks = std::min<int64_t>(ticks, std::max(1, metre.numerator * 4 * kGridTicks / metre.denominator));
    }
    return ticks;
  }();
  const auto too_many = [](int64_t bars) {
    return OutOfRange("bars " + std::to_string(bars) + " is above " + std::to_string(kMaxAnalysisBars));
  };
  // Before they are built: a short metre over a long silence would make millions.
  const int64_t bars_max = analysis.score.EndTick() / shortest_bar;
  if (bars_max > static_cast<int64_t>(16 * kMaxAnalysisBars)) return too_many(bars_max);
  analysis.bars = BarsOf(analysis.score);
  if (analysis.bars.size() > kMaxAnalysisBars) return too_many(static_cast<int64_t>(analysis.bars.size()));
  analysis.melody = FindMelody(analysis.score);
  if (analysis.melody.part < 0) return InvalidArgument("the score has no notes but drums: there is no melody to find");
  analysis.key = EstimateKey(analysis.score);
  analysis.tempo_bpm = AverageTempoBpm(analysis.score);
  const bool alone = IsMelodyAlone(analysis.score, analysis.melody);
  if (alone) analysis.chords = GivenChords(analysis.score, analysis.bars);
  if (!analysis.chords.empty()) return analysis;
  analysis.chords = alone ? HarmoniseMelody(analysis.melody, analysis.bars, analysis.key)
                          : FindChords(analysis.score, analysis.bars, analysis.key);
  return analysis;
}

}  // namespace ledgerline::music
