#include "inference/covers/remix_plan.h"

#include <gmock/gmock.h>

#include "inference/drums/kit.h"
#include "inference/music/general_midi.h"

namespace ledgerline::covers {
namespace {

using testing::HasSubstr;

RemixPlan Parsed(const std::string& lines) { return ParseRemixPlan("ledgerline-remix 1\n" + lines).value(); }
std::string Error(const std::string& lines) {
  return ParseRemixPlan("ledgerline-remix 1\n" + lines).status().message();
}

TEST(RemixPlan, ReadsEveryFieldAndWritesThemBack) {
  const std::string text =
      "ledgerline-remix 1\nform A B' 2:A 9-16(drums=rock:70,tempo=96,density=5) C(drums=none)\ntempo 90 120\nmetre "
      "3/4\n"
      "key F#m\ndrums jazz:30\ndensity 4\nmood dark\ninstruments lead=flute,left-hand=cello\nbars 32\ninfill 9-12\n"
      "continue 8\nmash-up overlay\nharmonise yes\nfreedom 60\n";
  const RemixPlan plan = ParseRemixPlan(text).value();
  EXPECT_EQ(FormatRemixPlan(plan), text);
  ASSERT_EQ(plan.form.size(), 5u);
  EXPECT_EQ(plan.form[2].source, 2);
  EXPECT_EQ(plan.form[3].first_bar, 9);
  EXPECT_EQ(plan.form[3].drums->style, drums::GrooveStyleNumber("rock"));
  EXPECT_EQ(plan.form[3].drums->level, 70);
  EXPECT_EQ(plan.form[4].drums->style, -1);
  EXPECT_EQ(plan.key->tonic, 6);
  EXPECT_TRUE(plan.key->minor);
  EXPECT_EQ(plan.instruments.at("lead"), 73);
  EXPECT_EQ(plan.mood, Mood::kDark);
  EXPECT_EQ(Parsed("# a note\n\nkey Cb\r\n").key->tonic, 11);
  EXPECT_EQ(FormatRemixPlan(RemixPlan()), "ledgerline-remix 1\n");
}

TEST(RemixPlan, NamesLineFieldValueAndBound) {
  EXPECT_THAT(ParseRemixPlan("remix").status().message(), HasSubstr("line 1 is not \"ledgerline-remix 1\""));
  EXPECT_THAT(Error("tempo 301"), HasSubstr("line 2: tempo: \"301\" is outside 20 to 300"));
  EXPECT_THAT(Error("tempo 20 x"), HasSubstr("\"x\" is not a whole number"));
  EXPECT_THAT(Error("tempo 99999999999"), HasSubstr("outside 20 to 300"));
  EXPECT_THAT(Error("key H"), HasSubstr("\"H\" is not a key such as D, Bb or F#m"));
  EXPECT_THAT(Error("key Dmaj"), HasSubstr("not a key"));
  EXPECT_THAT(Error("drums polka"), HasSubstr("\"polka\" is not none or one of rock, funk"));
  EXPECT_THAT(Error("drums rock:101"), HasSubstr("outside 0 to 100"));
  EXPECT_THAT(Error("metre 5/4"), HasSubstr("not 3/4 or 4/4"));
  EXPECT_THAT(Error("density 0"), HasSubstr("outside 1 to 7"));
  EXPECT_THAT(Error("mood sad"), HasSubstr("not one of as-is, bright, dark, calm, lively"));
  EXPECT_THAT(Error("instruments lead=kazoo"), HasSubstr("\"kazoo\" is not a General MIDI instrument"));
  EXPECT_THAT(Error("instruments drums=flute"), HasSubstr("a part is one of"));
  EXPECT_THAT(Error("bars 513"), HasSubstr("outside 1 to 512"));
  EXPECT_THAT(Error("infill 12-9"), HasSubstr("go backwards"));
  EXPECT_THAT(Error("form A(tempo=5)"), HasSubstr("\"5\" is outside 20 to 300"));
  EXPECT_THAT(Error("form A(loud=5)"), HasSubstr("a section has drums, tempo, density"));
  EXPECT_THAT(Error("form A(tempo=90"), HasSubstr("no closing bracket"));
  EXPECT_THAT(Error("form 3:A"), HasSubstr("outside 1 to 2"));
  EXPECT_THAT(Error("form verse"), HasSubstr("neither a section such as A or B' nor bars"));
  EXPECT_THAT(Error("form "), HasSubstr("no sections"));
  EXPECT_THAT(Error("tune 7"), HasSubstr("line 2: tune: unknown field"));
  EXPECT_THAT(Error("bars 8\nbars 9"), HasSubstr("line 3: \"bars\" again"));
  EXPECT_THAT(ParseRemixPlan(std::string(kMaxPlanBytes + 1, ' ')).status().message(), HasSubstr("16385 bytes"));
  std::string many = "form";
  for (size_t i = 0; i <= kMaxPlanSections; ++i) many += " A";
  EXPECT_THAT(Error(many), HasSubstr("more than 64 sections"));
}

TEST(GeneralMidi, EveryInstrumentHasANameOfItsOwnAndARange) {
  for (int program = 0; program < 128; ++program) {
    EXPECT_EQ(music::ProgramNumber(music::ProgramName(program)), program);
    EXPECT_EQ(music::ProgramNumber(std::to_string(program)), program);
    // An octave at least, so that every note can be moved into it.
    EXPECT_GE(music::RangeOfProgram(program).highest - music::RangeOfProgram(program).lowest, 11);
  }
  EXPECT_EQ(music::ProgramNumber("organ"), 19);
  EXPECT_EQ(music::ProgramNumber("128"), -1);
  EXPECT_EQ(music::ProgramNumber(""), -1);
}

}  // namespace
}  // namespace ledgerline::covers
