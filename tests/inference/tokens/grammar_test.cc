#include "inference/tokens/grammar.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "inference/model/counter_random.h"

namespace ledgerline::tokens {
namespace {

bool Allowed(const std::vector<float>& bias, int symbol) { return bias[static_cast<size_t>(symbol)] > kForbid / 2; }

Piece Bars(uint32_t roles, int bars) {
  Piece piece;
  piece.roles = roles;
  PieceBar bar;
  bar.chords.fill(ChordSymbolOf(0, kMajor));
  bar.melody = {{0, 72, 48, false}, {48, 76, 48, false}};
  bar.density = 3;
  bar.polyphony = 3;
  piece.bars.assign(static_cast<size_t>(bars), bar);
  return piece;
}

constexpr uint32_t kHands = (1u << kKeysLow) | (1u << kKeysHigh);
constexpr uint32_t kChoir = (1u << kBassVoice) | (1u << kTenorVoice) | (1u << kAltoVoice);
constexpr uint32_t kStrings = (1u << kCello) | (1u << kViola) | (1u << kSecondViolin);

// Composes a bar with uniformly random legal choices.
std::vector<Event> RandomBar(const Piece& piece, size_t bar, const GrammarRules& rules, uint64_t seed) {
  model::CounterRandom random(seed, 5);
  const BarGrammar grammar(piece, bar, rules);
  std::vector<Event> events;
  auto pick = [&](const std::vector<float>& bias) {
    std::vector<int> legal;
    for (size_t i = 0; i < bias.size(); ++i) {
      if (Allowed(bias, static_cast<int>(i))) legal.push_back(static_cast<int>(i));
    }
    return legal.empty() ? -1 : legal[random.Below(static_cast<uint32_t>(legal.size()))];
  };
  int after = -1;
  for (int step = 0; step < 1000; ++step) {
    const int onset = pick(grammar.OnsetBias(events, after));
    EXPECT_GE(onset, 0);
    if (onset == kEndOfBar) return events;
    const int role = pick(grammar.RoleBias(events, onset));
    const int pitch = role < 0 ? -1 : pick(grammar.PitchBias(events, onset, role, kNoPitch));
    if (pitch < 0) {
      after = onset;
      continue;
    }
    events.push_back({onset, role, pitch, pick(grammar.DurationBias(events, onset, role))});
  }
  ADD_FAILURE() << "the bar does not end";
  return events;
}

TEST(Grammar, AComposedMelodyIsOneLineInItsRange) {
  Piece piece = Bars(kHands, 2);
  piece.bars[1].melody.clear();
  GrammarRules rules;
  rules.melody_composed = true;
  rules.melody_lowest = 67;
  rules.melody_highest = 79;
  int notes = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    int last_onset = -1;
    for (const Event& event : RandomBar(piece, 1, rules, seed)) {
      if (event.role != kMelodyRole) continue;
      ++notes;
      EXPECT_GT(event.onset, last_onset);
      last_onset = event.onset;
      EXPECT_GE(event.pitch, 67);
      EXPECT_LE(event.pitch, 79);
    }
    // Where the melody is given, none is composed; nor where the rules do not say so.
    for (const Event& event : RandomBar(piece, 0, rules, seed)) EXPECT_NE(event.role, kMelodyRole);
    for (const Event& event : RandomBar(piece, 1, {}, seed)) EXPECT_NE(event.role, kMelodyRole);
  }
  EXPECT_GT(notes, 30);
  // It goes on from what was given, by no leap above an octave, and in the key.
  const std::vector<float> bias = BarGrammar(piece, 1, rules).PitchBias({}, 0, kMelodyRole, 67);
  EXPECT_TRUE(Allowed(bias, 79));
  EXPECT_GT(bias[67], bias[68] + 2);
}

TEST(Grammar, RandomBarsAreLegal) {
  for (const auto& [roles, rules] :
       {std::pair(kHands, GrammarRules{}), std::pair(kHands, GrammarRules{.lead_shares_hand = true}),
        std::pair(kStrings, GrammarRules{}), std::pair(kChoir, GrammarRules{.ordered = true, .choir = true})}) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const Piece piece = Bars(roles, 3);
      const std::vector<Event> events = RandomBar(piece, seed % 3, rules, seed);
      std::set<std::tuple<int, int, int>> seen;
      std::set<int> onsets;
      for (size_t i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        const RoleTraits& traits = TraitsOf(event.role);
        EXPECT_TRUE((piece.roles >> event.role) & 1u);
        EXPECT_GE(event.pitch, traits.lowest);
        EXPECT_LE(event.pitch, traits.highest);
        EXPECT_LE(event.onset + kDurationTicks[static_cast<size_t>(event.duration)], 96);
        EXPECT_TRUE(seen.insert({event.onset, event.role, event.pitch}).second);
        onsets.insert(event.onset);
        if (i > 0) {
          EXPECT_LE(std::tuple(events[i - 1].onset, events[i - 1].role), std::tuple(event.onset, event.role));
        }
        if (i > 0 && traits.voices == 1) {
          EXPECT_NE(std::tuple(events[i - 1].onset, events[i - 1].role), std::tuple(event.onset, event.role));
        }
        const int melody = event.onset < 48 ? 72 : 76;
        if (rules.choir) {
          EXPECT_LE(event.pitch, melody);
        }
        if (rules.lead_shares_hand) {
          EXPECT_LT(event.pitch, melody);
        }
      }
      // Density class 3 is 0.8 to 1.2 onsets a quarter: four in this bar, and the close may add one. In a choir the
      // rule that no voice rests comes first.
      if (!rules.choir) {
        EXPECT_LE(onsets.size(), seed % 3 == 2 ? 5u : 4u);
      }
    }
  }
}

TEST(Grammar, AHandKeepsItsSpan) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const std::vector<Event> events = RandomBar(Bars(kHands, 1), 0, {}, seed);
    for (const Event& a : events) {
      for (const Event& b : events) {
        if (a.onset == b.onset && a.role == b.role) {
          EXPECT_LE(std::abs(a.pitch - b.pitch), TraitsOf(a.role).span);
        }
      }
    }
  }
}

TEST(Grammar, AChoirDoesNotRest) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const std::vector<Event> events = RandomBar(Bars(kChoir, 2), 0, {.ordered = true, .choir = true}, seed);
    for (const int role : {kBassVoice, kTenorVoice, kAltoVoice}) {
      int sung_to = 0;
      for (const Event& event : events) {
        if (event.role != role) continue;
        EXPECT_LE(event.onset, sung_to) << "a gap in role " << role << ", seed " << seed;
        sung_to = std::max(sung_to, event.onset + kDurationTicks[static_cast<size_t>(event.duration)]);
      }
      EXPECT_EQ(sung_to, 96) << "role " << role << ", seed " << seed;
    }
  }
}

TEST(Grammar, TheLastBarClosesUnderTheLastMelodyNote) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const std::vector<Event> events = RandomBar(Bars(kHands, 2), 1, {}, seed);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().onset, 48);
  }
}

TEST(Grammar, AnEmptyPlanIsAnEmptyBar) {
  Piece piece = Bars(kHands, 2);
  piece.bars[0].density = 0;
  const std::vector<float> bias = BarGrammar(piece, 0, {}).OnsetBias({}, -1);
  for (int onset = 0; onset < kEndOfBar; ++onset) EXPECT_FALSE(Allowed(bias, onset));
  EXPECT_TRUE(Allowed(bias, kEndOfBar));
}

TEST(Grammar, SoftRulesPreferChordTonesAndAvoidClashes) {
  const Piece piece = Bars(kHands, 2);
  const std::vector<float> bias = BarGrammar(piece, 0, {}).PitchBias({}, 0, kKeysHigh, kNoPitch);
  EXPECT_GT(bias[64], bias[62]);  // E in C major before D
  EXPECT_GT(bias[62], bias[61]);  // D before C sharp, a semitone from the melody's C
}

TEST(Grammar, ParallelFifthsAndOctavesAreDiscouragedInSingleLines) {
  Piece piece = Bars(kStrings, 2);
  piece.bars[0].melody = {{0, 72, 48, false}, {48, 74, 48, false}};
  // The cello went under the melody's C5 with a C; with it to D makes octaves, away to G does not.
  const std::vector<Event> events = {{0, kCello, 48, DurationSymbol(48)}};
  const BarGrammar grammar(piece, 0, {.foreign_on_beat = 0, .foreign_off_beat = 0, .inner_step = 0, .say_chord = 0});
  const std::vector<float> bias = grammar.PitchBias(events, 48, kCello, 48);
  EXPECT_FLOAT_EQ(bias[50], GrammarRules().parallel);
  EXPECT_LT(bias[50], -4.0f);
  EXPECT_FLOAT_EQ(bias[43], 0.0f);
  // The viola against the cello: fifths C-G to D-A.
  const std::vector<Event> both = {
      {0, kCello, 48, DurationSymbol(48)}, {0, kViola, 55, DurationSymbol(48)}, {48, kCello, 50, DurationSymbol(48)}};
  const std::vector<float> viola = grammar.PitchBias(both, 48, kViola, 55);
  EXPECT_FLOAT_EQ(viola[57], GrammarRules().parallel);
  EXPECT_FLOAT_EQ(viola[53], 0.0f);
}

TEST(Grammar, ALineThatHasRestedIsRemembered) {
  Piece piece = Bars(kStrings, 7);
  for (PieceBar& bar : piece.bars) bar.melody.clear();
  piece.bars[1].events = {{0, kCello, 48, DurationSymbol(48)}};
  // The cello goes from C to D, and the viola, from G, would make fifths with it.
  const std::vector<Event> cello = {{0, kCello, 50, DurationSymbol(48)}};
  const auto loss = [&](size_t bar) {
    const auto bias = [&](float parallel) {
      return BarGrammar(piece, bar, {.parallel = parallel}).PitchBias(cello, 0, kViola, 55)[57];
    };
    return bias(-1) - bias(0);
  };
  EXPECT_FLOAT_EQ(loss(2), -1);
  EXPECT_FLOAT_EQ(loss(5), -1);
  EXPECT_FLOAT_EQ(loss(6), 0);  // too long ago
  // So is the melody.
  piece.bars[1].melody = {{0, 72, 48, false}};
  piece.bars[5].melody = piece.bars[6].melody = {{0, 74, 48, false}};
  const auto octave = [&](size_t bar) {
    const auto bias = [&](float parallel) {
      return BarGrammar(piece, bar, {.parallel = parallel}).PitchBias({}, 0, kCello, 48)[50];
    };
    return bias(-1) - bias(0);
  };
  EXPECT_FLOAT_EQ(octave(5), -1);
  piece.bars[5].melody.clear();
  EXPECT_FLOAT_EQ(octave(6), 0);
}

TEST(Grammar, ALeftHandsBassIsALineToo) {
  Piece piece = Bars(kHands, 2);
  piece.bars[0].melody = {{0, 72, 48, false}, {48, 74, 48, false}};
  const std::vector<Event> events = {{0, kKeysLow, 48, DurationSymbol(48)}, {0, kKeysLow, 55, DurationSymbol(48)}};
  const GrammarRules rules{.foreign_on_beat = 0, .foreign_off_beat = 0, .parallel = -50};
  EXPECT_LT(BarGrammar(piece, 0, rules).PitchBias(events, 48, kKeysLow, 48)[50], -40);
  // A note above it in the same hand is none.
  const std::vector<Event> inside = {events[0], events[1], {48, kKeysLow, 43, DurationSymbol(48)}};
  EXPECT_GT(BarGrammar(piece, 0, rules).PitchBias(inside, 48, kKeysLow, 48)[50], -40);
}

TEST(Grammar, StepsOfTheBassAndOfInnerVoicesAreLeantTowards) {
  const Piece piece = Bars(kHands, 2);
  const std::vector<Event> events = {{0, kKeysLow, 48, DurationSymbol(24)},
                                     {0, kKeysHigh, 60, DurationSymbol(24)},
                                     {0, kKeysHigh, 64, DurationSymbol(24)}};
  const auto bias = [&](const std::vector<Event>& now, int role, int last, float bass, float inner) {
    return BarGrammar(piece, 0, {.bass_step = bass, .inner_step = inner}).PitchBias(now, 24, role, last);
  };
  const auto gain = [&](const std::vector<Event>& now, int role, int last, float bass, float inner, size_t pitch) {
    return bias(now, role, last, bass, inner)[pitch] - bias(now, role, last, 0, 0)[pitch];
  };
  for (const size_t pitch : {46u, 47u, 49u, 50u}) EXPECT_FLOAT_EQ(gain(events, kKeysLow, 48, 2, 0, pitch), 2) << pitch;
  for (const size_t pitch : {45u, 48u, 51u}) EXPECT_FLOAT_EQ(gain(events, kKeysLow, 48, 2, 0, pitch), 0) << pitch;
  EXPECT_FLOAT_EQ(gain(events, kKeysHigh, 60, 2, 0, 62), 0);  // no bass
  // A chord's note may step from any of the chord before.
  for (const size_t pitch : {62u, 63u, 65u, 66u, 59u}) EXPECT_FLOAT_EQ(gain(events, kKeysHigh, 60, 0, 1, pitch), 1);
  for (const size_t pitch : {60u, 64u, 67u}) EXPECT_FLOAT_EQ(gain(events, kKeysHigh, 60, 0, 1, pitch), 0) << pitch;
  EXPECT_FLOAT_EQ(gain(events, kKeysLow, 48, 0, 1, 50), 0);
}

TEST(Grammar, AStylesLeansWeighOnsets) {
  Piece piece = Bars(kHands, 3);
  piece.bars[0].events = {{0, kKeysLow, 48, DurationSymbol(24)},
                          {0, kKeysHigh, 64, DurationSymbol(24)},
                          {36, kKeysHigh, 64, DurationSymbol(24)}};
  const std::vector<Event> begun = {{0, kKeysLow, 48, DurationSymbol(24)}};
  const auto gain = [&](const GrammarRules& rules, const std::vector<Event>& events, size_t bar, int onset) {
    const auto at = static_cast<size_t>(onset);
    return BarGrammar(piece, bar, rules).OnsetBias(events, -1)[at] -
           BarGrammar(piece, bar, {}).OnsetBias(events, -1)[at];
  };
  EXPECT_FLOAT_EQ(gain({.join = 2}, begun, 1, 0), 2);  // another note of the attack
  EXPECT_FLOAT_EQ(gain({.join = 2}, begun, 1, 24), 0);
  EXPECT_FLOAT_EQ(gain({.off_beat = 2}, begun, 1, 12), 2);
  for (const int onset : {0, 6, 24, 48}) EXPECT_FLOAT_EQ(gain({.off_beat = 2}, begun, 1, onset), 0) << onset;
  EXPECT_FLOAT_EQ(gain({.sixteenth = 2}, begun, 1, 18), 2);
  for (const int onset : {0, 12, 24}) EXPECT_FLOAT_EQ(gain({.sixteenth = 2}, begun, 1, onset), 0) << onset;
  // The rhythm of the bar before: its next onset, then its end; not once it was left, nor in the first bar.
  const GrammarRules same{.same_rhythm = 2};
  EXPECT_FLOAT_EQ(gain(same, {}, 1, 0), 2);
  EXPECT_FLOAT_EQ(gain(same, begun, 1, 36), 2);
  for (const int onset : {0, 24, 48, kEndOfBar}) EXPECT_FLOAT_EQ(gain(same, begun, 1, onset), 0) << onset;
  std::vector<Event> through = begun, another = begun;
  through.push_back({36, kKeysHigh, 67, DurationSymbol(24)});
  another.push_back({24, kKeysHigh, 67, DurationSymbol(24)});
  EXPECT_FLOAT_EQ(gain(same, through, 1, kEndOfBar), 2);
  for (const int onset : {36, 48, kEndOfBar}) EXPECT_FLOAT_EQ(gain(same, another, 1, onset), 0) << onset;
  EXPECT_FLOAT_EQ(gain(same, begun, 0, 36), 0);
  EXPECT_FLOAT_EQ(gain(same, begun, 2, 36), 0);  // the bar before is silent
  piece.bars[1].length = 72;
  EXPECT_FLOAT_EQ(gain(same, begun, 1, 36), 0);  // or of another length
  // They speak of an accompaniment: where a melody is composed they say nothing.
  piece.bars[1].melody.clear();
  const GrammarRules plain{.melody_composed = true},
      leaning{.melody_composed = true, .join = 2, .same_rhythm = 2, .sixteenth = 2, .off_beat = 2, .brief = 2};
  EXPECT_EQ(BarGrammar(piece, 1, leaning).OnsetBias(begun, -1), BarGrammar(piece, 1, plain).OnsetBias(begun, -1));
  EXPECT_EQ(BarGrammar(piece, 1, leaning).DurationBias(begun, 24, kMelodyRole),
            BarGrammar(piece, 1, plain).DurationBias(begun, 24, kMelodyRole));
}

TEST(Grammar, AStylesLeansWeighPitchesAndDurations) {
  const Piece piece = Bars(kHands, 2);
  const std::vector<Event> bass = {{0, kKeysLow, 48, DurationSymbol(24)}};
  const auto gain = [&](const GrammarRules& rules, const std::vector<Event>& events, int role, int last, size_t pitch) {
    return BarGrammar(piece, 0, rules).PitchBias(events, 24, role, last)[pitch] -
           BarGrammar(piece, 0, {}).PitchBias(events, 24, role, last)[pitch];
  };
  EXPECT_FLOAT_EQ(gain({.again = 2}, bass, kKeysLow, 48, 48), 2);
  EXPECT_FLOAT_EQ(gain({.again = 2}, bass, kKeysLow, 48, 50), 0);
  EXPECT_FLOAT_EQ(gain({.again = 2}, bass, kKeysHigh, 60, 60), 0);  // a hand's chord is no line
  EXPECT_NEAR(gain({.bass_height = 2}, bass, kKeysLow, kNoPitch, 36), -2, 1e-5);
  EXPECT_NEAR(gain({.bass_height = 2}, bass, kKeysLow, kNoPitch, 54), 1, 1e-5);
  EXPECT_FLOAT_EQ(gain({.bass_height = 2}, bass, kKeysHigh, kNoPitch, 64), 0);
  EXPECT_NEAR(gain({.height = 2}, bass, kKeysHigh, kNoPitch, 66), 1, 1e-5);
  EXPECT_FLOAT_EQ(gain({.height = 2}, bass, kKeysLow, kNoPitch, 36), 0);
  // A left hand's chord moves with its bass.
  const std::vector<Event> inside = {bass[0], {24, kKeysLow, 36, DurationSymbol(24)}};
  EXPECT_NEAR(gain({.bass_height = 2}, inside, kKeysLow, kNoPitch, 42), -1, 1e-5);
  EXPECT_FLOAT_EQ(gain({.height = 2}, inside, kKeysLow, kNoPitch, 42), 0);
  const std::vector<float> plain = BarGrammar(piece, 0, {}).DurationBias(bass, 24, kKeysLow),
                           brief = BarGrammar(piece, 0, {.brief = -2}).DurationBias(bass, 24, kKeysLow);
  for (const int ticks : {6, 12, 24, 48}) {
    const auto symbol = static_cast<size_t>(DurationSymbol(ticks));
    EXPECT_FLOAT_EQ(brief[symbol] - plain[symbol], ticks <= 12 ? -2 : 0) << ticks;
  }
}

TEST(Grammar, TheBeatsChordIsSaidOnce) {
  const Piece piece = Bars(kHands, 2);  // C major; the melody has C, then E
  const auto gain = [&](const std::vector<Event>& now, int onset, size_t pitch) {
    const auto bias = [&](float say) {
      return BarGrammar(piece, 0, {.say_chord = say}).PitchBias(now, onset, kKeysHigh, kNoPitch)[pitch];
    };
    return bias(1) - bias(0);
  };
  EXPECT_FLOAT_EQ(gain({}, 0, 64), 1);
  EXPECT_FLOAT_EQ(gain({}, 0, 60), 0);  // the melody says the root
  EXPECT_FLOAT_EQ(gain({}, 0, 67), 0);  // a fifth says little
  EXPECT_FLOAT_EQ(gain({}, 48, 60), 1);
  EXPECT_FLOAT_EQ(gain({}, 48, 64), 0);
  EXPECT_FLOAT_EQ(gain({{0, kKeysLow, 52, DurationSymbol(24)}}, 12, 64), 0);  // still the first beat
  EXPECT_FLOAT_EQ(gain({{0, kKeysLow, 52, DurationSymbol(24)}}, 24, 64), 1);
  EXPECT_FLOAT_EQ(gain({{0, kKeysLow, 52, DurationSymbol(48)}}, 24, 64), 0);  // it sounds on
}

TEST(Grammar, LeadingNotesAreNotDoubled) {
  Piece piece = Bars(kHands, 2);
  const auto loss = [&](int chord, const std::vector<Event>& events, size_t pitch) {
    for (PieceBar& bar : piece.bars) bar.chords.fill(chord);
    const auto bias = [&](float twice) {
      return BarGrammar(piece, 0, {.leading_twice = twice}).PitchBias(events, 24, kKeysHigh, kNoPitch)[pitch];
    };
    return bias(-1) - bias(0);
  };
  const std::vector<Event> third = {{0, kKeysLow, 47, DurationSymbol(48)}};
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(7, kMajor), third, 59), -1);  // G major in C: its B sounds on
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(7, kMajor), {}, 59), 0);
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(7, kMajor), {{0, kKeysLow, 47, DurationSymbol(24)}}, 59), 0);      // no longer
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(7, kDominant), {{0, kKeysLow, 53, DurationSymbol(48)}}, 65), -1);  // its seventh
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(11, kDiminished), third, 59), -1);
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(2, kDominant), {}, 60), -1);  // the melody's own C, over D7
  EXPECT_FLOAT_EQ(loss(ChordSymbolOf(5, kMajor), {{0, kKeysLow, 45, DurationSymbol(48)}}, 57), 0);  // F leads nowhere
}

TEST(Grammar, TheLastChordHasItsThird) {
  Piece piece = Bars(kHands, 2);
  for (PieceBar& bar : piece.bars) bar.melody = {{0, 74, 48, false}, {48, 72, 48, false}};
  const int symbol = DurationSymbol(48);
  const std::vector<Event> hollow = {{48, kKeysLow, 36, symbol}, {48, kKeysLow, 48, symbol}};
  const std::vector<Event> full = {{48, kKeysLow, 36, symbol}, {48, kKeysLow, 52, symbol}};
  const BarGrammar last(piece, 1, {.thin = 0, .last_third = 2.5f}), before(piece, 0, {.thin = 0, .last_third = 2.5f});
  EXPECT_FLOAT_EQ(last.OnsetBias(hollow, -1)[48] - last.OnsetBias(full, -1)[48], 2.5f);
  EXPECT_FLOAT_EQ(before.OnsetBias(hollow, -1)[48], before.OnsetBias(full, -1)[48]);
  const auto wanted = [&](const std::vector<Event>& events) {
    const std::vector<float> with = last.PitchBias(events, 48, kKeysHigh, kNoPitch);
    return with[64] - BarGrammar(piece, 1, {.thin = 0, .last_third = 0}).PitchBias(events, 48, kKeysHigh, kNoPitch)[64];
  };
  EXPECT_FLOAT_EQ(wanted(hollow), 2.5f);
  EXPECT_FLOAT_EQ(wanted(full), 0);
}

TEST(Grammar, AGuitarsWideGripsAreDiscouraged) {
  const Piece piece = Bars(1u << kGuitar, 2);
  const std::vector<Event> bass = {{0, kGuitar, 43, DurationSymbol(24)}};
  const auto bias = [&](float grip, size_t pitch) {
    return BarGrammar(piece, 0, {.wide_grip = grip}).PitchBias(bass, 0, kGuitar, 43)[pitch];
  };
  EXPECT_FLOAT_EQ(bias(-1, 57), bias(0, 57));
  EXPECT_FLOAT_EQ(bias(-1, 59), bias(0, 59) - 1);
}

TEST(Grammar, ACelloThatHasPlayedGoesOnOnTheNextDownbeat) {
  Piece piece = Bars(kStrings, 3);
  piece.bars[0].events = {{0, kCello, 48, DurationSymbol(96)}, {0, kViola, 60, DurationSymbol(96)}};
  EXPECT_FALSE(Allowed(BarGrammar(piece, 1, {}).RoleBias({}, 0), kViola));
  EXPECT_TRUE(Allowed(BarGrammar(piece, 1, {}).RoleBias({}, 0), kCello));
  // And when the bar begins later, with the first attack.
  EXPECT_FALSE(Allowed(BarGrammar(piece, 1, {}).RoleBias({}, 24), kViola));
  const std::vector<Event> begun = {{0, kCello, 48, DurationSymbol(24)}};
  EXPECT_TRUE(Allowed(BarGrammar(piece, 1, {}).RoleBias(begun, 24), kViola));
  EXPECT_TRUE(Allowed(BarGrammar(piece, 2, {}).RoleBias({}, 0), kViola));  // where it rested, it may rest
  EXPECT_TRUE(Allowed(BarGrammar(piece, 1, {.ordered = true}).RoleBias({}, 0), kViola));
}

TEST(Grammar, AStringThatStopsInsideABarGoesOnWhereTheOthersStrike) {
  const Piece piece = Bars(kStrings, 1);
  const BarGrammar grammar(piece, 0, {});
  // Cello and viola for a half note; then the cello strikes again, and the viola is silent.
  const int half = DurationSymbol(48);
  const std::vector<Event> stopped = {{0, kCello, 48, half}, {0, kViola, 60, half}, {48, kCello, 43, half}};
  std::vector<Event> sounds = stopped;
  sounds[1].duration = DurationSymbol(96);
  const auto viola = [&](const std::vector<Event>& events) { return grammar.RoleBias(events, 48)[kViola]; };
  const auto joins = [&](const std::vector<Event>& events) { return grammar.OnsetBias(events, -1)[48]; };
  EXPECT_GE(viola(stopped), viola(sounds) + GrammarRules().string_goes_on);
  EXPECT_GT(joins(stopped), joins(sounds) + 1.0f);
  // The more where its note is no longer the chord's, on a beat.
  const auto left = [&](int onset, int chord) {
    Piece other = piece;
    other.bars[0].chords.fill(chord);
    const std::vector<Event> before = {stopped[0], stopped[1]};
    const auto bias = [&](float more) {
      return BarGrammar(other, 0, {.string_left = more}).RoleBias(before, onset)[kViola];
    };
    return bias(2) - bias(0);
  };
  EXPECT_FLOAT_EQ(left(48, ChordSymbolOf(7, kMajor)), 2);  // C, after which G major stands
  EXPECT_FLOAT_EQ(left(48, ChordSymbolOf(5, kMajor)), 0);  // F major has it
  EXPECT_FLOAT_EQ(left(60, ChordSymbolOf(7, kMajor)), 0);
}

TEST(Grammar, PartsDoNotCrossWhatSoundsOn) {
  const Piece hands = Bars(kHands, 1), strings = Bars(kStrings, 1);
  const auto loss = [](const Piece& piece, const std::vector<Event>& events, int onset, int role, size_t pitch) {
    const auto bias = [&](float crossing) {
      return BarGrammar(piece, 0, {.crossing = crossing}).PitchBias(events, onset, role, kNoPitch)[pitch];
    };
    return bias(-1) - bias(0);
  };
  const std::vector<Event> left = {{0, kKeysLow, 60, DurationSymbol(48)}};
  EXPECT_FLOAT_EQ(loss(hands, left, 24, kKeysHigh, 59), -1);
  EXPECT_FLOAT_EQ(loss(hands, left, 24, kKeysHigh, 60), 0);
  EXPECT_FLOAT_EQ(loss(hands, left, 48, kKeysHigh, 59), 0);  // it has ended
  const std::vector<Event> right = {{0, kKeysHigh, 60, DurationSymbol(48)}};
  EXPECT_FLOAT_EQ(loss(hands, right, 24, kKeysLow, 62), -1);
  // A quartet's, whether they sound on or strike together.
  const std::vector<Event> viola = {{0, kViola, 64, DurationSymbol(48)}};
  for (const int onset : {0, 24}) {
    EXPECT_FLOAT_EQ(loss(strings, viola, onset, kSecondViolin, 62), -1) << onset;
    EXPECT_FLOAT_EQ(loss(strings, viola, onset, kSecondViolin, 66), 0) << onset;
  }
}

TEST(Grammar, HandsMayLieAboveAComposedMelody) {
  Piece piece = Bars(kHands, 1);
  piece.bars[0].melody.clear();
  const std::vector<Event> sung = {{0, kMelodyRole, 64, DurationSymbol(48)}};
  const auto bias = [&](float crossing) {
    return BarGrammar(piece, 0, {.melody_composed = true, .crossing = crossing})
        .PitchBias(sung, 24, kKeysHigh, kNoPitch)[67];
  };
  EXPECT_FLOAT_EQ(bias(-9), bias(0));
}

TEST(Grammar, CloseIntervalsBlurTheMoreTheLowerTheyLie) {
  const Piece piece = Bars(kHands, 2);
  // A major third above `low` against the fourth, which is as foreign to the chord or as much its own.
  const auto third = [&](int low) {
    const auto at = [&](int chord, int apart) {
      Piece moved = piece;
      for (PieceBar& bar : moved.bars) bar.chords.fill(chord), bar.melody.clear();
      const std::vector<Event> events = {{0, kKeysLow, low, DurationSymbol(24)}};
      return BarGrammar(moved, 0, {.say_chord = 0})
          .PitchBias(events, 0, kKeysLow, kNoPitch)[static_cast<size_t>(low + apart)];
    };
    return at(kNoChord, 4) - at(kNoChord, 7);
  };
  EXPECT_LT(third(43), third(48));
  EXPECT_LT(third(48), third(53));
  EXPECT_LT(third(53), third(57));
}

TEST(Grammar, TheFirstBarBeginsWithItsBass) {
  Piece piece = Bars(kHands, 2);
  const GrammarRules with{.opening_bass = 2}, without{.opening_bass = 0};
  const auto onset = [&](size_t bar) {
    return BarGrammar(piece, bar, with).OnsetBias({}, -1)[0] - BarGrammar(piece, bar, without).OnsetBias({}, -1)[0];
  };
  const auto bass = [&](size_t bar) {
    return BarGrammar(piece, bar, with).RoleBias({}, 0)[kKeysLow] -
           BarGrammar(piece, bar, without).RoleBias({}, 0)[kKeysLow];
  };
  EXPECT_FLOAT_EQ(onset(0), 2);
  EXPECT_FLOAT_EQ(bass(0), 2);
  EXPECT_FLOAT_EQ(onset(1), 2);  // a pickup alone came before
  piece.bars[0].events = {{0, kKeysLow, 48, DurationSymbol(96)}};
  EXPECT_FLOAT_EQ(onset(1), 0);
  EXPECT_FLOAT_EQ(bass(1), 0);
  piece.bars[0].melody.clear();
  EXPECT_FLOAT_EQ(onset(0), 0);  // an introduction begins as it likes
}

TEST(Grammar, TheBassOfTheFirstBarIsOne) {
  Piece piece = Bars(kHands, 2);
  const auto low = [&](size_t bar, size_t pitch) {
    return BarGrammar(piece, bar, {.say_chord = 0}).PitchBias({}, 0, kKeysLow, kNoPitch)[pitch];
  };
  EXPECT_GT(low(0, 52), low(0, 64) + 2);  // E, an octave lower
  piece.bars[0].events = {{0, kKeysLow, 48, DurationSymbol(96)}};
  EXPECT_FLOAT_EQ(low(1, 52), low(1, 64));
}

TEST(Grammar, TwoStringsOfThreeDoNotRestForABar) {
  const Piece piece = Bars(kStrings, 1);
  const int half = DurationSymbol(48);
  const std::vector<Event> cello = {{0, kCello, 48, half}}, both = {{0, kCello, 48, half}, {0, kViola, 60, half}};
  const auto gain = [&](const std::vector<Event>& events, auto bias) {
    return bias(BarGrammar(piece, 0, {.two_rest = 2}), events) - bias(BarGrammar(piece, 0, {.two_rest = 0}), events);
  };
  const auto enters = [](const BarGrammar& grammar, const std::vector<Event>& events) {
    return grammar.RoleBias(events, 48)[kSecondViolin];
  };
  const auto joins = [](const BarGrammar& grammar, const std::vector<Event>& events) {
    return grammar.OnsetBias(events, -1)[0];
  };
  const auto ends = [](const BarGrammar& grammar, const std::vector<Event>& events) {
    return grammar.OnsetBias(events, -1)[kEndOfBar];
  };
  EXPECT_FLOAT_EQ(gain(cello, enters), 2);
  EXPECT_FLOAT_EQ(gain(cello, joins), 2);
  EXPECT_FLOAT_EQ(gain(both, enters), 0);
  EXPECT_FLOAT_EQ(gain(both, joins), 0);
  EXPECT_FLOAT_EQ(gain(both, ends), 0);
  Piece middle = Bars(kStrings, 2);  // the last bar may not end before its close
  const auto end_of = [&](float two, const std::vector<Event>& events) {
    return BarGrammar(middle, 0, {.two_rest = two}).OnsetBias(events, -1)[kEndOfBar];
  };
  EXPECT_FLOAT_EQ(end_of(2, cello) - end_of(0, cello), -2);
  EXPECT_FLOAT_EQ(end_of(2, both) - end_of(0, both), 0);
  middle.bars[0].melody.clear();
  EXPECT_FLOAT_EQ(end_of(2, cello) - end_of(0, cello), 0);
}

TEST(Grammar, TwoHandsRatherBeginWithTheBarAndItsBass) {
  Piece hands = Bars(kHands, 2);
  hands.bars[0].events = {{0, kKeysLow, 48, DurationSymbol(96)}};
  const std::vector<float> roles = BarGrammar(hands, 1, {}).RoleBias({}, 0);
  EXPECT_FLOAT_EQ(roles[kKeysLow] - roles[kKeysHigh], 1.5f * GrammarRules().downbeat_bass);
  const auto first = [](uint32_t roles) {
    Piece piece = Bars(roles, 3);
    piece.bars[0].events = {{0, kKeysLow, 48, DurationSymbol(96)}};
    const std::vector<float> bias = BarGrammar(piece, 1, {}).OnsetBias({}, -1);
    return bias[0] - bias[24];
  };
  EXPECT_FLOAT_EQ(first(kHands), GrammarRules().downbeat_bass);
  EXPECT_FLOAT_EQ(first(1u << kGuitar), GrammarRules().downbeat_bass / 2);
  EXPECT_FLOAT_EQ(first(kStrings), GrammarRules().downbeat_bass / 2);
}

TEST(Grammar, AttacksOfACompoundMetreStandOnItsBeats) {
  Piece piece = Bars(kHands, 2);
  const std::vector<Event> first = {{0, kKeysLow, 48, DurationSymbol(24)}};
  const auto beat = [&] {
    const auto bias = [&](float beat) { return BarGrammar(piece, 0, {.dance_beat = beat}).OnsetBias(first, -1)[36]; };
    return bias(1) - bias(0);
  };
  EXPECT_FLOAT_EQ(beat(), 0);
  for (PieceBar& bar : piece.bars) {
    bar.length = 72;
    bar.beat = 36;
    bar.melody = {{0, 72, 36, false}, {36, 76, 36, false}};
  }
  EXPECT_FLOAT_EQ(beat(), 1);
  // Nor does a calm bar strike again on a beat's second eighth, unless its melody does.
  const auto second = [&] {
    const auto bias = [&](float second) {
      return BarGrammar(piece, 0, {.second_eighth = second}).OnsetBias(first, -1)[12];
    };
    return bias(-1) - bias(0);
  };
  EXPECT_FLOAT_EQ(second(), -1);
  piece.bars[0].melody = {{0, 72, 12, false}, {12, 74, 24, false}, {36, 76, 36, false}};
  EXPECT_FLOAT_EQ(second(), 0);
  piece.bars[0].melody = piece.bars[1].melody;
  piece.bars[0].density = 4;
  EXPECT_FLOAT_EQ(second(), 0);
  const auto sixteenth = [&] {
    const auto bias = [&](float odd) { return BarGrammar(piece, 0, {.odd_sixteenth = odd}).OnsetBias(first, -1)[18]; };
    return bias(-1) - bias(0);
  };
  EXPECT_FLOAT_EQ(sixteenth(), -1);
  piece.bars[0].density = 6;
  EXPECT_FLOAT_EQ(sixteenth(), 0);
}

TEST(Grammar, AHandRatherHasANoteLessThanASecondThatIsNotTheChords) {
  Piece piece = Bars(kHands, 2);  // C major under C
  const auto bias = [&](const std::vector<Event>& below, size_t pitch) {
    return BarGrammar(piece, 0, {.lead_shares_hand = true}).PitchBias(below, 0, kKeysHigh, 64)[pitch];
  };
  const std::vector<Event> third = {{0, kKeysHigh, 64, DurationSymbol(24)}};
  for (const int rubs : {65, 66, 70, 71}) EXPECT_LT(bias(third, static_cast<size_t>(rubs)), kForbid / 2) << rubs;
  EXPECT_GT(bias(third, 67), kForbid / 2);
  EXPECT_LT(bias({{0, kKeysLow, 64, DurationSymbol(24)}}, 65), kForbid / 2);
  // Alone under the melody they are discouraged.
  EXPECT_GT(bias({}, 71), kForbid / 2);
  EXPECT_LT(bias({}, 71), bias({}, 67) - 4);
  // A seventh stands beside its root.
  for (PieceBar& bar : piece.bars) bar.chords.fill(ChordSymbolOf(0, kDominant));
  EXPECT_GT(bias(third, 70), kForbid / 2);
}

TEST(Grammar, TripletsOnlyWhereTheMelodyHasThem) {
  const Piece piece = Bars(kHands, 2);
  const std::vector<float> plain = BarGrammar(piece, 0, {}).OnsetBias({}, -1);
  const std::vector<float> triplets = BarGrammar(piece, 0, {.triplets = true}).OnsetBias({}, -1);
  EXPECT_LT(plain[8], triplets[8]);
  EXPECT_FALSE(Allowed(plain, 7));
  EXPECT_FALSE(Allowed(plain, 8));
  Piece mixed = piece;  // one beat in triplets
  mixed.bars[0].melody = {{0, 72, 8, false}, {8, 74, 8, false}, {16, 76, 8, false}, {24, 72, 72, false}};
  const BarGrammar grammar(mixed, 0, {});
  EXPECT_TRUE(Allowed(grammar.OnsetBias({}, -1), 16));
  EXPECT_FALSE(Allowed(grammar.OnsetBias({}, -1), 40));
  EXPECT_TRUE(Allowed(grammar.DurationBias({}, 8, kKeysLow), DurationSymbol(8)));
  EXPECT_FALSE(Allowed(grammar.DurationBias({}, 24, kKeysLow), DurationSymbol(8)));
}

TEST(Grammar, TheLastChordHasNoSeventh) {
  Piece piece = Bars(kHands, 2);
  for (PieceBar& bar : piece.bars) bar.chords.fill(ChordSymbolOf(0, kDominant));
  const int close = piece.bars[1].melody.back().onset;
  const std::vector<float> inside = BarGrammar(piece, 0, {}).PitchBias({}, close, kKeysLow, kNoPitch),
                           last = BarGrammar(piece, 1, {}).PitchBias({}, close, kKeysLow, kNoPitch);
  EXPECT_GT(inside[58], -3.0f);  // B flat belongs to C7
  EXPECT_LT(last[58], -10.0f);
  EXPECT_GT(last[55], -5.0f);
  const std::vector<float> added =
      BarGrammar(piece, 1, {}).PitchBias({{close, kKeysLow, 48, 0}}, close, kKeysLow, kNoPitch);
  EXPECT_FALSE(Allowed(added, 58));
  EXPECT_TRUE(Allowed(added, 55));
}

}  // namespace
}  // namespace ledgerline::tokens
