#include "inference/covers/remix_builder.h"

#include <gmock/gmock.h>

#include "inference/covers/cover_score.h"
#include "inference/covers/melody_variation.h"
#include "inference/covers/plan.h"
#include "inference/covers/remix_material.h"
#include "tests/inference/tokens/sample_pieces.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::covers {
namespace {

using testing::HasSubstr;

music::Score Song(const std::string& slug) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    if (text.slug == slug) return demo::ParseSong(text.text).value().score;
  }
  return {};
}

Result<BuiltRemix> Build(const std::string& lines, const std::vector<music::Score>& sources,
                         const char* style = "art-song", uint64_t seed = 1) {
  TextureCounts textures{};
  textures[3 * tokens::kPolyphonyClasses + 3] = 1;
  const auto plan = ParseRemixPlan("ledgerline-remix 1\n" + lines);
  if (!plan.ok()) return plan.status();
  return BuildRemix(*plan, sources, *FindStyle(style), textures, 720, Hash256(), seed);
}

const std::vector<tokens::PieceBar>& BarsOf(const BuiltRemix& built) { return built.blob.conditioning.piece.bars; }

TEST(RemixBuilder, WithoutWishesItIsTheWholeSong) {
  const BuiltRemix built = Build("", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(BarsOf(built).size(), 8u);
  EXPECT_EQ(built.usage[0].weight_ppm, 1'000'000);
  EXPECT_EQ(built.usage[0].bars_used, 8);
  EXPECT_EQ(built.usage[0].notes_used, 32);
  EXPECT_EQ(built.melody_accuracy_permille, 1000);
  EXPECT_TRUE(built.blob.directions.drums.empty());
}

TEST(RemixBuilder, BarsAreOrderedRepeatedAndCut) {
  const BuiltRemix built = Build("form 3-4 1-2 3-3", {tokens::SampleSong(8)}).value();
  ASSERT_EQ(BarsOf(built).size(), 5u);
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[0].chords[0]), "G");
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[2].chords[0]), "C");
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[4].chords[0]), "G");
  EXPECT_EQ(built.usage[0].bars_used, 4);
  EXPECT_EQ(built.usage[0].result_bars, 5);
  EXPECT_EQ(BarsOf(Build("form 1-2\nbars 7", {tokens::SampleSong(8)}).value()).size(), 7u);
  EXPECT_EQ(BarsOf(Build("bars 3", {tokens::SampleSong(8)}).value()).size(), 3u);
}

TEST(RemixBuilder, SectionsAreTheSongsOrAreListed) {
  const BuiltRemix built = Build("form A A B A'", {Song("oh_susanna")}).value();
  EXPECT_GT(BarsOf(built).size(), 12u);
  EXPECT_THAT(Build("form A Q", {Song("oh_susanna")}).status().message(), HasSubstr("section \"Q\": the song has"));
  EXPECT_THAT(Build("form 7-9", {tokens::SampleSong(8)}).status().message(),
              HasSubstr("bars 7-9 are outside the song's 1-8"));
  EXPECT_THAT(Build("form 2:A", {tokens::SampleSong(8)}).status().message(), HasSubstr("source 2 of 1"));
}

TEST(RemixBuilder, KeyAndModeMoveMelodyAndChordsTogether) {
  const BuiltRemix built = Build("key Dm", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[0].chords[0]), "Dm");
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[1].chords[0]), "Gm");
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[2].chords[0]), "A");  // the dominant stays major
  EXPECT_EQ(BarsOf(built)[0].melody[0].pitch % 12, 5);            // the third, now minor
  EXPECT_EQ(BarsOf(built)[2].melody[0].pitch % 12, 1);            // the leading note
  EXPECT_EQ(built.blob.conditioning.piece.tonic, 5);
  EXPECT_EQ(built.choices.at("key_shift_semitones"), "2");
  const BuiltRemix dark = Build("mood dark", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(tokens::ChordName(BarsOf(dark)[0].chords[0]), "Cm");
  EXPECT_EQ(dark.choices.at("tempo_bpm"), "108");
}

TEST(RemixBuilder, MetreChangesBothWays) {
  const BuiltRemix three = Build("metre 3/4", {tokens::SampleSong(4)}).value();
  EXPECT_EQ(BarsOf(three).size(), 8u);
  EXPECT_EQ(BarsOf(three)[0].numerator, 3);
  const BuiltRemix four = Build("metre 4/4", {Song("amazing_grace")}).value();
  int in_four = 0;
  for (const tokens::PieceBar& bar : BarsOf(four)) in_four += bar.length == 96;
  EXPECT_GT(in_four, 12);
  // A compound song too: the first eighth of three is held.
  const BuiltRemix greensleeves = Build("metre 4/4", {Song("greensleeves")}).value();
  EXPECT_EQ(BarsOf(greensleeves)[1].length, 96);
  EXPECT_EQ(BarsOf(greensleeves)[0].numerator, 1);
  EXPECT_EQ(BarsOf(greensleeves)[0].denominator, 8);
  EXPECT_THAT(Build("metre 4/4", {Song("amazing_grace")}, "waltz").status().message(), HasSubstr("a dance in three"));
}

TEST(RemixBuilder, TempoDensityAndDrumsFollowTheSections) {
  const BuiltRemix built = Build("form 1-4(tempo=80,density=2) 5-8(drums=jazz:20)\ntempo 100\ndrums rock:70\ndensity 6",
                                 {tokens::SampleSong(8)})
                               .value();
  const Directions& directions = built.blob.directions;
  EXPECT_EQ(built.blob.conditioning.quarter_us, 750'000);
  ASSERT_EQ(directions.tempos.size(), 1u);
  EXPECT_EQ(directions.tempos[0], (TempoMark{4, 600'000}));
  EXPECT_EQ(BarsOf(built)[1].density, 2);
  EXPECT_EQ(BarsOf(built)[5].density, 6);
  ASSERT_EQ(directions.drums.size(), 8u);
  EXPECT_EQ(directions.drums[0].level, 70);
  EXPECT_TRUE(directions.drums[3].fill);
  EXPECT_EQ(directions.drums[4].level, 20);
  EXPECT_EQ(directions.drums[4].phrase, 0);
  EXPECT_TRUE(directions.drums[7].ending);
  const BuiltRemix curve = Build("tempo 80 94", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(curve.blob.directions.tempos.size(), 7u);
  EXPECT_EQ(curve.blob.directions.tempos.back().quarter_us, 60'000'000 / 94);
}

TEST(RemixBuilder, MashUpsMeetInKeyAndShareByBarsAndNotes) {
  music::Score other = tokens::SampleSong(8);
  for (music::Part& part : other.parts) {
    for (music::Note& note : part.notes) note.pitch += 5;
  }
  other.keys = {{0, -1, false}};
  const BuiltRemix both = Build("mash-up alternate", {tokens::SampleSong(8), other}).value();
  EXPECT_EQ(both.choices.at("mash_up.shift_semitones"), "-5");
  EXPECT_EQ(both.usage[0].weight_ppm + both.usage[1].weight_ppm, 1'000'000);
  EXPECT_EQ(both.usage[0].result_bars, both.usage[1].result_bars);
  EXPECT_EQ(both.usage[0].weight_ppm, 500'000);
  const BuiltRemix over = Build("mash-up overlay", {tokens::SampleSong(8), other}).value();
  EXPECT_EQ(over.usage[0].notes_ppm, 1'000'000);
  EXPECT_EQ(over.usage[0].bars_ppm, 500'000);
  EXPECT_EQ(over.usage[0].weight_ppm, 750'000);
  EXPECT_EQ(over.usage[1].weight_ppm, 250'000);
  EXPECT_THAT(Build("mash-up overlay", {tokens::SampleSong(8)}).status().message(), HasSubstr("it takes two songs"));
  EXPECT_THAT(Build("metre 3/4\nmash-up overlay", {Song("ode_to_joy"), Song("greensleeves")}).status().message(),
              testing::AnyOf(HasSubstr("do not meet"), testing::IsEmpty()));
}

TEST(RemixBuilder, PickupsInsideTheFormHaveNoBarOfTheirOwn) {
  const BuiltRemix both = Build("mash-up alternate", {Song("amazing_grace"), Song("the_ash_grove")}).value();
  const std::vector<tokens::PieceBar>& bars = BarsOf(both);
  for (size_t k = 1; k < bars.size(); ++k) EXPECT_EQ(bars[k].length, 72) << k;
}

TEST(RemixBuilder, InfillingKeepsTheOtherBarsAsTheyWere) {
  const BuiltRemix built = Build("infill 3-4", {tokens::SampleSong(8)}).value();
  const std::vector<bool>& kept = built.blob.directions.kept;
  ASSERT_EQ(kept.size(), 8u);
  for (size_t k = 0; k < 8; ++k) {
    EXPECT_EQ(kept[k], k != 2 && k != 3);
    EXPECT_EQ(BarsOf(built)[k].events.size(), kept[k] ? 7u : 0u);  // four of the left hand, a chord of the right
  }
  EXPECT_EQ(BarsOf(built)[2].density, BarsOf(built)[1].density);
  EXPECT_THAT(Build("infill 8-9", {tokens::SampleSong(8)}).status().message(), HasSubstr("beyond the 8 bars"));
  music::Score bare = tokens::SampleSong(8);
  bare.parts.resize(1);
  EXPECT_THAT(Build("infill 3-4", {bare}).status().message(), HasSubstr("no accompaniment to keep"));
  EXPECT_THAT(Build("infill 3-4", {tokens::SampleSong(8)}, "string-quartet").status().message(),
              HasSubstr("a style with a pianist"));
}

TEST(RemixBuilder, ContinuingGoesOnAndCloses) {
  const BuiltRemix built = Build("continue 4", {tokens::SampleSong(8)}).value();
  ASSERT_EQ(BarsOf(built).size(), 12u);
  EXPECT_TRUE(built.blob.directions.kept[7]);
  EXPECT_FALSE(built.blob.directions.kept[8]);
  EXPECT_EQ(tokens::ChordName(BarsOf(built)[11].chords[0]), "C");
  EXPECT_EQ(BarsOf(built)[11].melody.size(), 1u);
  EXPECT_EQ(BarsOf(built)[11].melody[0].pitch % 12, 0);
}

TEST(RemixBuilder, InstrumentsAreOfTheStyleAndInRange) {
  const BuiltRemix built = Build("instruments lead=piccolo,left-hand=cello", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(built.blob.directions.lead_program, 72);
  for (const tokens::PieceBar& bar : BarsOf(built)) {
    for (const tokens::MelodyNote& note : bar.melody) EXPECT_GE(note.pitch, 74);
  }
  EXPECT_EQ(built.blob.directions.programs[tokens::kKeysLow], 42);
  EXPECT_THAT(Build("instruments cello=flute", {tokens::SampleSong(8)}).status().message(),
              HasSubstr("art-song has no part cello; it has lead, left-hand, right-hand"));
  EXPECT_THAT(Build("instruments lead=music-box", {Song("londonderry_air")}).status().message(),
              testing::AnyOf(HasSubstr("does not fit music-box"), testing::IsEmpty()));
}

TEST(RemixBuilder, AMelodyAloneIsHarmonised) {
  const BuiltRemix built = Build("harmonise yes", {tokens::SampleSong(8)}).value();
  EXPECT_EQ(built.choices.at("chords.source1"), "functional harmony of the bare melody");
  EXPECT_NE(BarsOf(built)[0].chords[0], tokens::kNoChord);
  EXPECT_EQ(Build("", {tokens::SampleSong(8)}).value().choices.at("chords.source1"), "heard in the source");
}

TEST(RemixBuilder, FreedomStaysWithinATenth) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const BuiltRemix built = Build("freedom 100", {Song("ode_to_joy")}, "art-song", seed).value();
    EXPECT_GE(built.melody_accuracy_permille, 900);
  }
}

TEST(RemixBlob, ComesBackAndEveryTruncationIsRefused) {
  const BuiltRemix built =
      Build("infill 3-4\ndrums rock\ntempo 80 120\ninstruments lead=flute", {tokens::SampleSong(8)}).value();
  const std::string bytes = SerialiseRemixBlob(built.blob).value();
  EXPECT_TRUE(IsRemixBlob(bytes));
  const RemixBlob read = ParseRemixBlob(bytes).value();
  EXPECT_EQ(read.directions, built.blob.directions);
  EXPECT_EQ(read.conditioning.piece.bars[0].events, BarsOf(built)[0].events);
  EXPECT_EQ(SerialiseRemixBlob(read).value(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(ParseRemixBlob(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(ParseRemixBlob(bytes + "x").ok());
  std::string other = bytes;
  other[6] = 2;
  EXPECT_THAT(ParseRemixBlob(other).status().message(), HasSubstr("version 2 is outside 1 to 1"));
}

}  // namespace
}  // namespace ledgerline::covers
