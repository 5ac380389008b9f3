#include "tools/bench/music/measured.h"

#include <cmath>

#include "inference/covers/measures.h"
#include "inference/evaluation/likeness.h"
#include "inference/evaluation/repetition.h"
#include "inference/evaluation/voice_leading.h"

namespace ledgerline::bench {

std::string_view MeasureName(Measure measure) {
  static constexpr std::array<std::string_view, kMeasures> kNames = {"chroma",
                                                                     "groove",
                                                                     "chord agreement",
                                                                     "chord tones",
                                                                     "melody clash",
                                                                     "bass by step",
                                                                     "inner by step",
                                                                     "leaps over octave",
                                                                     "parallels",
                                                                     "voice crossings",
                                                                     "spans over 14",
                                                                     "onsets/quarter",
                                                                     "notes/quarter",
                                                                     "polyphony",
                                                                     "like the bar before",
                                                                     "GS",
                                                                     "returns kept",
                                                                     "structure 3-8",
                                                                     "structure 9-24",
                                                                     "3-8 off the song's",
                                                                     "9-24 off the song's",
                                                                     "pitch entropy, 4 bars"};
  return kNames[measure];
}

Values MeasureAccompaniment(const tokens::Piece& piece, const tokens::Piece* own) {
  Values values;
  values.fill(NAN);
  if (piece.EventCount() == 0) return values;
  if (own != nullptr && own->EventCount() > 0) {
    values[kChroma] = covers::ChromaSimilarity(piece, *own);
    values[kGroove] = evaluation::GrooveSimilarity(piece, *own);
  }
  const covers::AccompanimentMeasures m = covers::Measure(piece);
  values[kChordAgreement] = evaluation::ChordAgreement(piece, piece);
  values[kChordTones] = m.chord_tone_share;
  values[kClash] = m.melody_clash_share;
  values[kOnsets] = m.onsets_per_quarter;
  values[kPolyphony] = m.mean_polyphony;
  values[kNextBar] = m.groove_similarity;
  double ticks = 0;
  for (const tokens::PieceBar& bar : piece.bars) ticks += bar.length;
  values[kNotes] = static_cast<double>(piece.EventCount()) * 24 / ticks;
  const evaluation::VoiceLeading lines = evaluation::MeasureVoiceLeading(piece);
  values[kBassSteps] = lines.bass_step_share;
  values[kInnerSteps] = lines.inner_step_share;
  values[kLeaps] = lines.leap_share;
  values[kParallels] = lines.parallel_share;
  values[kCrossings] = lines.crossing_share;
  values[kSpans] = lines.wide_span_share;
  values[kGs] = evaluation::GroovingPatternSimilarity(piece);
  values[kReturns] = evaluation::ReturnsKept(piece);
  values[kShortStructure] = evaluation::StructurenessIndicator(piece, 3, 8);
  values[kLongStructure] = evaluation::StructurenessIndicator(piece, 9, 24);
  if (own != nullptr && own->EventCount() > 0) {
    values[kShortFromSong] = std::abs(values[kShortStructure] - evaluation::StructurenessIndicator(*own, 3, 8));
    values[kLongFromSong] = std::abs(values[kLongStructure] - evaluation::StructurenessIndicator(*own, 9, 24));
  }
  values[kEntropy] = evaluation::PitchClassEntropy(piece, 4);
  return values;
}

void StyleSums::Add(const tokens::Piece& piece, const Values& values) {
  for (size_t m = 0; m < kMeasures; ++m) {
    if (std::isnan(values[m])) continue;
    sums[m] += values[m];
    counts[m] += 1;
  }
  texture.Add(piece);
  pieces.push_back(&piece);
}

double StyleSums::Mean(Measure measure) const { return counts[measure] == 0 ? NAN : sums[measure] / counts[measure]; }

double MeanOf(const ByStyle& styles, Measure measure) {
  double sum = 0, count = 0;
  for (const auto& [style, sums] : styles) {
    const double mean = sums.Mean(measure);
    if (!std::isnan(mean)) sum += mean, count += 1;
  }
  return count == 0 ? NAN : sum / count;
}

double DistanceOf(const ByStyle& styles, const ByStyle& people, Measure measure) {
  double sum = 0, count = 0;
  for (const auto& [style, sums] : styles) {
    const auto other = people.find(style);
    if (other == people.end()) continue;
    const double apart = std::abs(sums.Mean(measure) - other->second.Mean(measure));
    if (!std::isnan(apart)) sum += apart, count += 1;
  }
  return count == 0 ? NAN : sum / count;
}

}  // namespace ledgerline::bench
