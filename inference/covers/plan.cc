#include "inference/covers/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "inference/covers/form.h"
#include "inference/covers/habits.h"
#include "inference/covers/remetre.h"
#include "inference/model/counter_random.h"
#include "inference/music/analysis.h"
#include "inference/tokens/arranger.h"
#include "inference/tokens/harmony.h"

namespace ledgerline::covers {
namespace {

using music::Note;
using tokens::Framed;
using tokens::Piece;
using tokens::PieceBar;

constexpr size_t kSectionBars = 8;
constexpr uint64_t kTextureStream = 0x7465787475726573ull;  // "textures"

std::vector<Note> AllNotes(const music::Score& score) {
  std::vector<Note> notes;
  for (const music::Part& part : score.parts) {
    if (!part.drums) notes.insert(notes.end(), part.notes.begin(), part.notes.end());
  }
  return notes;
}

int QualityOf(music::ChordQuality quality) {
  switch (quality) {
    case music::ChordQuality::kMinor:
      return tokens::kMinor;
    case music::ChordQuality::kDominant7:
      return tokens::kDominant;
    case music::ChordQuality::kMinor7:
      return tokens::kMinorSeventh;
    case music::ChordQuality::kDiminished:
    case music::ChordQuality::kHalfDiminished:
    case music::ChordQuality::kDiminished7:
      return tokens::kDiminished;
    case music::ChordQuality::kAugmented:
      return tokens::kAugmented;
    default:
      return tokens::kMajor;
  }
}

// A bare melody has its chords from functional harmony, as nothing else sounds that could tell them.
void HarmoniseBars(const music::Score& score, const music::Melody& melody, Framed* framed) {
  const std::vector<music::ChordSpan> spans =
      music::HarmoniseMelody(melody, music::BarsOf(score), music::EstimateKey(score));
  for (size_t k = 0; k < framed->bars.size(); ++k) {
    PieceBar& bar = framed->bars[k];
    for (int slot = 0; slot < tokens::kChordSlots; ++slot) {
      const int used = std::min(slot, bar.Slots() - 1);
      const music::ChordSpan* span = music::ChordAt(spans, framed->starts[k] + used * bar.beat);
      bar.chords[static_cast<size_t>(slot)] = span == nullptr || span->root < 0
                                                  ? tokens::kNoChord
                                                  : tokens::ChordSymbolOf(span->root, QualityOf(span->quality));
    }
  }
}

// Octaves that bring the melody near where the style's melodies lie and into the lead's range; staying costs nothing,
// an octave must gain something.
int OctaveShift(const std::vector<Note>& melody, const StyleTraits& style, int64_t melody_tenths) {
  int64_t sum = 0;
  for (const Note& note : melody) sum += note.pitch;
  const int64_t mean_tenths = sum * 10 / static_cast<int64_t>(melody.size());
  int best = 0;
  int64_t best_cost = -1;
  for (const int octaves : {0, 1, -1, 2, -2, 3, -3}) {
    int64_t cost = 10 * std::llabs(mean_tenths + 120 * octaves - melody_tenths) + 200 * std::abs(octaves);
    int64_t outside = 0;
    for (const Note& note : melody) {
      const int pitch = note.pitch + 12 * octaves;
      outside += std::max({0, style.lead_lowest - pitch, pitch - style.lead_highest});
      if (pitch < 0 || pitch > 127) outside += 100'000;
    }
    cost += 2000 * outside / static_cast<int64_t>(melody.size());
    if (best_cost < 0 || cost < best_cost) {
      best_cost = cost;
      best = 12 * octaves;
    }
  }
  return best;
}

bool UsesTriplets(const Piece& piece) {
  int triplets = 0, notes = 0;
  for (const PieceBar& bar : piece.bars) {
    for (const tokens::MelodyNote& note : bar.melody) {
      ++notes;
      triplets += bar.beat == 24 && note.onset % 24 != 0 && note.onset % 8 == 0 && note.onset % 12 != 0;
    }
  }
  return triplets * 25 > notes;
}

// A texture class for a section: drawn from the style's bars, rare ones (under a twentieth of the commonest) left out.
int DrawTexture(const TextureCounts& counts, double busiest, int calmest, int thinnest, model::CounterRandom* random) {
  TextureCounts kept = counts;
  const int64_t commonest = *std::max_element(kept.begin(), kept.end());
  int64_t total = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    const int density = static_cast<int>(i) / tokens::kPolyphonyClasses;
    const int polyphony = static_cast<int>(i) % tokens::kPolyphonyClasses;
    if (kept[i] * 20 < commonest || density < calmest || polyphony < thinnest) kept[i] = 0;
    // An accompaniment far busier than its melody drowns it.
    if (tokens::DensityRangeOf(density).lowest > busiest) kept[i] = 0;
    total += kept[i];
  }
  if (total == 0) return std::max(2, calmest) * tokens::kPolyphonyClasses + 3;
  int64_t at = static_cast<int64_t>(random->Unit() * static_cast<double>(total));
  for (size_t i = 0; i < kept.size(); ++i) {
    if (at < kept[i]) return static_cast<int>(i);
    at -= kept[i];
  }
  return 2 * tokens::kPolyphonyClasses + 3;
}

// Attacks a quarter of what accompanies the melody, bar by bar; all zero for a bare melody.
std::vector<double> ActivityOf(const std::vector<Note>& all, const std::vector<Note>& melody,
                               const std::vector<int64_t>& starts, const std::vector<PieceBar>& bars) {
  std::set<std::pair<int64_t, int>> sung;
  for (const Note& note : melody) sung.insert({note.onset, note.pitch});
  std::set<int64_t> attacks;
  for (const Note& note : all) {
    if (sung.count({note.onset, note.pitch}) == 0) attacks.insert(note.onset);
  }
  std::vector<double> activity;
  for (size_t k = 0; k < bars.size(); ++k) {
    const auto count = std::distance(attacks.lower_bound(starts[k]), attacks.lower_bound(starts[k] + bars[k].length));
    activity.push_back(static_cast<double>(count) * 24.0 / bars[k].length);
  }
  return activity;
}

double MeanActivity(const std::vector<double>& activity, size_t begin, size_t end) {
  double sum = 0;
  for (size_t k = begin; k < end; ++k) sum += activity[k];
  return sum / static_cast<double>(std::max<size_t>(end - begin, 1));
}

// The song's own accompaniment moves: a bar that is clearly busier or calmer than its section is so in the cover, too,
// by one class, where the style has such bars.
int Following(int density, double bar, double section, const TextureCounts& counts) {
  const int wanted = density + (bar > 1.3 * section ? 1 : bar < 0.7 * section ? -1 : 0);
  if (wanted < 1 || wanted >= tokens::kDensityClasses) return density;
  std::array<int64_t, tokens::kDensityClasses> rows{};
  for (size_t i = 0; i < counts.size(); ++i) rows[i / tokens::kPolyphonyClasses] += counts[i];
  const int64_t commonest = *std::max_element(rows.begin(), rows.end());
  return rows[static_cast<size_t>(wanted)] * 20 < commonest ? density : wanted;
}

// One texture a section of eight bars; a section whose melody was heard before gets that one's. Two textures alternate
// at most, so that a short song has one face; the busier one goes where the song's own accompaniment is busier.
void PlanTextures(const TextureCounts& counts, const StyleTraits& style, const std::vector<double>& activity,
                  uint64_t seed, CoverPlan* plan) {
  Piece& piece = plan->conditioning.piece;
  model::CounterRandom random(seed, kTextureStream);
  int64_t notes = 0, ticks = 0;
  for (const PieceBar& bar : piece.bars) notes += static_cast<int64_t>(bar.melody.size()), ticks += bar.length;
  const double melody_density = static_cast<double>(notes) * 24.0 / static_cast<double>(std::max<int64_t>(ticks, 1));
  // A choir in chords is heard as one; parts that go their own ways may leave one or two of them to play, and a
  // guitarist who has the melody as well may play less than one note at a time beside it. A dance's bass and the two
  // notes of its chords are two on average, or fewer: its textures are its composers'.
  const bool one_player = style.lead_role >= 0 && (style.roles & (style.roles - 1)) == 0;
  const int thinnest = style.voices == Voices::kTogether ? 3 : one_player ? 1 : 2;
  // A choir goes with its tune: faster, it can but repeat notes under it.
  const double busiest = style.voices == Voices::kTogether ? 1.1 * melody_density + 0.1 : 2.6 * melody_density + 0.6;
  // A dance has its three beats.
  const int calmest = style.triple ? 3 : 1;
  const int first = DrawTexture(counts, busiest, calmest, thinnest, &random);
  int second = DrawTexture(counts, busiest, calmest, thinnest, &random);
  // The second face is a neighbour of the first: one class of density away at most.
  const int step = second / tokens::kPolyphonyClasses - first / tokens::kPolyphonyClasses;
  second = first + std::clamp(step, -1, 1) * tokens::kPolyphonyClasses;
  std::map<std::vector<std::pair<int, int>>, int> heard;
  const size_t pickup =
      !piece.bars.empty() && piece.bars[0].length < piece.bars[std::min<size_t>(1, piece.bars.size() - 1)].length;
  std::string textures;
  const double usual = MeanActivity(activity, pickup, activity.size());
  const auto [calmer, busier] = std::minmax(
      first, second, [](int a, int b) { return a / tokens::kPolyphonyClasses < b / tokens::kPolyphonyClasses; });
  for (size_t begin = pickup, section = 0; begin < piece.bars.size(); begin += kSectionBars, ++section) {
    std::vector<std::pair<int, int>> tune;
    const size_t end = std::min(begin + kSectionBars, piece.bars.size());
    for (size_t k = begin; k < std::min(begin + 2, end); ++k) {
      for (const tokens::MelodyNote& note : piece.bars[k].melody) tune.push_back({note.onset, note.pitch});
    }
    const double here = MeanActivity(activity, begin, end);
    const int face = usual == 0 ? (section % 2 == 0 ? first : second) : here > usual ? busier : calmer;
    const auto [known, fresh] = heard.insert({tune, face});
    const int texture = known->second;
    textures += (textures.empty() ? "" : " ") + std::to_string(texture / tokens::kPolyphonyClasses) + "/" +
                std::to_string(texture % tokens::kPolyphonyClasses);
    for (size_t k = begin; k < end; ++k) {
      piece.bars[k].density = Following(texture / tokens::kPolyphonyClasses, activity[k], here, counts);
      piece.bars[k].polyphony = texture % tokens::kPolyphonyClasses;
    }
  }
  if (pickup != 0) {
    piece.bars[0].density = style.voices != Voices::kFree ? tokens::kDensityUnknown : 0;
    piece.bars[0].polyphony = style.voices != Voices::kFree ? tokens::kPolyphonyUnknown : 0;
  }
  // The close: no busier than the melody there, full chords.
  if (piece.bars.size() > 1) {
    PieceBar& last = piece.bars.back();
    last.density = std::clamp(tokens::DensityClass(static_cast<double>(last.melody.size()) * 24.0 / last.length), 1,
                              std::max(1, last.density));
    last.polyphony = std::max(last.polyphony, 3);
  }
  plan->choices["textures"] = textures;
}

}  // namespace

tokens::GrammarRules RulesFor(const StyleTraits& style, const Piece& piece) {
  tokens::GrammarRules rules;
  rules.lead_shares_hand = style.lead_role >= 0;
  rules.choir = style.voices == Voices::kTogether;
  rules.ordered = style.voices != Voices::kFree;
  rules.dance = style.triple;
  rules.triplets = UsesTriplets(piece);
  const Leans leans = HabitsOf(style.name).leans;
  const auto nats = [](int thousandths) { return static_cast<float>(thousandths) / 1000.0f; };
  rules.bass_step = nats(leans.bass_step);
  rules.inner_step = nats(leans.inner_step);
  rules.join = nats(leans.join);
  rules.again = nats(leans.again);
  rules.same_rhythm = nats(leans.same_rhythm);
  rules.sixteenth = nats(leans.sixteenth);
  rules.off_beat = nats(leans.off_beat);
  rules.brief = nats(leans.brief);
  rules.bass_height = nats(leans.bass_height);
  rules.height = nats(leans.height);
  return rules;
}

Result<CoverPlan> PlanCover(const music::Score& source, const StyleTraits& style, const TextureCounts& textures,
                            int64_t melody_tenths, uint64_t seed) {
  CoverPlan plan;
  ASSIGN_OR_RETURN(Framed framed, tokens::FrameScore(source));
  plan.source_bars = static_cast<int>(framed.bars.size());
  if (AllNotes(framed.score).empty()) return InvalidArgument("the song has no pitched notes, so it has no melody");
  int64_t stretch = 1000;
  if (style.triple && !IsTriple(framed)) {
    ASSIGN_OR_RETURN(Framed three, InThree(framed));
    stretch = StretchPermille(framed, three);
    framed = std::move(three);
    plan.choices["metre"] = "re-metred to 3/4";
  } else {
    plan.choices["metre"] = "as the source";
  }
  const music::Melody melody = music::FindMelody(framed.score);
  if (melody.notes.empty()) return InvalidArgument("no melody was found in the song");
  const std::vector<Note> all = AllNotes(framed.score);
  if (all.size() <= melody.notes.size() + melody.notes.size() / 20) {
    HarmoniseBars(framed.score, melody, &framed);
    plan.choices["chords"] = "functional harmony of the bare melody";
  } else {
    tokens::LabelChords(all, framed.starts, &framed.bars);
    plan.choices["chords"] = "heard in the source";
  }
  // Bars before the first and after the last melody note by more than a bar are not used.
  const auto bar_of = [&](int64_t tick) {
    return static_cast<size_t>(std::upper_bound(framed.starts.begin(), framed.starts.end(), tick) -
                               framed.starts.begin()) -
           1;
  };
  const size_t last =
      std::min(bar_of(melody.notes.back().onset + melody.notes.back().duration - 1) + 1, framed.bars.size());
  const size_t first_melody = bar_of(melody.notes.front().onset);
  const size_t first = first_melody > 4 ? first_melody - 4 : 0;
  const int64_t origin = framed.starts[first];
  if (last - first > kMaxCoverBars) {
    return OutOfRange("the song has " + std::to_string(last - first) + " bars; the bound is " +
                      std::to_string(kMaxCoverBars));
  }
  const std::vector<double> activity =
      ActivityOf(all, melody.notes, {framed.starts.begin() + static_cast<std::ptrdiff_t>(first), framed.starts.end()},
                 {framed.bars.begin() + static_cast<std::ptrdiff_t>(first),
                  framed.bars.begin() + static_cast<std::ptrdiff_t>(last)});
  const int shift = OctaveShift(melody.notes, style, melody_tenths);
  std::vector<Note> sung = melody.notes;
  for (Note& note : sung) {
    note.onset -= origin;
    note.pitch = std::clamp(note.pitch + shift, 0, 127);
  }
  Piece& piece = plan.conditioning.piece;
  piece.style = tokens::StyleNumber(style.name);
  piece.roles = style.roles;
  piece.tonic = framed.score.keys.empty() ? tokens::DiatonicTonic(all) : (framed.score.keys[0].fifths * 7 + 84) % 12;
  piece.scale_numerator = framed.scale_numerator;
  piece.scale_denominator = framed.scale_denominator;
  piece.bars.assign(framed.bars.begin() + static_cast<std::ptrdiff_t>(first),
                    framed.bars.begin() + static_cast<std::ptrdiff_t>(last));
  std::vector<int64_t> starts;
  for (size_t k = first; k < last; ++k) starts.push_back(framed.starts[k] - origin);
  tokens::PlaceMelody(sung, starts, &piece.bars);
  plan.first_bar = static_cast<int>(first);
  plan.used_bars = static_cast<int>(last - first);
  if (plan.choices["metre"] != "as the source") {  // count in the source's own bars
    plan.used_bars =
        std::min(plan.source_bars,
                 static_cast<int>((last - first) * static_cast<size_t>(plan.source_bars) / framed.bars.size()));
  }
  // The pace stays; a dance keeps within its own.
  const double bpm = music::AverageTempoBpm(framed.score) * static_cast<double>(stretch) / 1000.0;
  const int64_t whole_bpm = std::clamp<int64_t>(std::llround(bpm), style.bpm_lowest, style.bpm_highest);
  plan.conditioning.quarter_us = 60'000'000 / whole_bpm;
  plan.rules = RulesFor(style, piece);
  PlanTextures(textures, style, activity, seed, &plan);
  ReturnTextures(PlanReturns(piece, seed), activity, &piece);
  plan.choices["returns"] = DescribeReturns(ReturnsOf(piece, seed));
  plan.choices["tempo_bpm"] = std::to_string(whole_bpm);
  plan.choices["melody_shift_semitones"] = std::to_string(shift);
  plan.choices["form"] = "bars " + std::to_string(first + 1) + " to " + std::to_string(last);
  return plan;
}

}  // namespace ledgerline::covers
