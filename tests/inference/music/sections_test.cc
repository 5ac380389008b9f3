#include "inference/music/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/music/analysis.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::music {
namespace {

Form FormOf(const Score& score) {
  const Analysis analysis = Analyse(score).value();
  return FindForm(analysis.score, analysis.bars, analysis.melody, analysis.chords);
}

Form FormOfSong(std::string_view slug) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    if (text.slug == slug) return FormOf(demo::ParseSong(text.text)->score);
  }
  return {};
}

// One bar of quarter notes for each string of four digits, scale degrees above C; '-' is a rest.
Score Tune(const std::vector<std::string>& bars) {
  static constexpr int kScale[] = {60, 62, 64, 65, 67, 69, 71, 72, 74, 76};
  Score score;
  score.parts.resize(1);
  int64_t tick = 0;
  for (const std::string& bar : bars) {
    for (const char digit : bar) {
      if (digit != '-') score.parts[0].notes.push_back({tick, kGridTicks, kScale[digit - '0'], 80});
      tick += kGridTicks;
    }
  }
  return score;
}

TEST(FindForm, NamesTheFormsThatTheSongsHave) {
  EXPECT_EQ(FormOfSong("ode_to_joy").ToString(), "A A' B A'' B A''");  // the answer begins early in bar 12
  EXPECT_EQ(FormOfSong("stille_nacht").ToString(), "2 x (A B C)");
  EXPECT_EQ(FormOfSong("the_ash_grove").ToString(), "A B A B C D A B");
  EXPECT_EQ(FormOfSong("oh_susanna").ToString(), "A A' A A' B A'");
  EXPECT_EQ(FormOfSong("londonderry_air").ToString(), "A A' B C");
}

TEST(FindForm, APickupBelongsToTheFirstSection) {
  const Form form = FormOfSong("auld_lang_syne");
  ASSERT_EQ(form.sections.size(), 4u);
  EXPECT_EQ(form.sections[0].first_bar, 0u);
  EXPECT_EQ(form.sections[0].end_bar, 5u);  // the pickup's bar and four more
  EXPECT_EQ(form.ToString(), "A B B' B");
}

TEST(FindForm, SectionsCoverTheBarsWithoutGaps) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    const Analysis analysis = Analyse(demo::ParseSong(text.text)->score).value();
    const Form form = FindForm(analysis.score, analysis.bars, analysis.melody, analysis.chords);
    size_t at = 0;
    for (const Section& section : form.sections) {
      EXPECT_EQ(section.first_bar, at);
      EXPECT_LT(section.first_bar, section.end_bar);
      EXPECT_EQ(form.At(section.first_bar), &section);
      EXPECT_EQ(form.At(section.end_bar - 1), &section);
      at = section.end_bar;
    }
    EXPECT_EQ(at, analysis.bars.size()) << text.slug;
    EXPECT_EQ(form.At(at), nullptr);
  }
}

TEST(FindForm, ARepeatIsExactAndAChangedNoteIsAVariant) {
  const std::vector<std::string> a = {"0123", "4321", "0246", "4-0-"}, b = {"7654", "6543", "5432", "1-1-"};
  std::vector<std::string> changed = a;
  changed[2] = "0245";
  std::vector<std::string> bars;
  for (const auto& phrase : {a, b, a, changed}) bars.insert(bars.end(), phrase.begin(), phrase.end());
  const Form form = FormOf(Tune(bars));
  EXPECT_EQ(form.ToString(), "A B A A'");
  ASSERT_EQ(form.sections.size(), 4u);
  EXPECT_EQ(form.sections[2].likeness_permille, 1000);
  EXPECT_LT(form.sections[3].likeness_permille, 1000);
  EXPECT_EQ(form.sections[3].first_bar, 12u);
}

TEST(FindForm, HoldsTheLongestPieceInBounds) {
  std::vector<std::string> bars(kMaxAnalysisBars, "0123");
  const Form form = FormOf(Tune(bars));
  EXPECT_EQ(form.sections.back().end_bar, kMaxAnalysisBars);
  EXPECT_EQ(form.sections.back().letter, 0);
}

TEST(FindForm, WithoutBarsThereIsNoForm) {
  EXPECT_EQ(FindForm({}, {}, {}, {}), Form{});
  EXPECT_EQ(Form{}.ToString(), "");
}

TEST(Section, NamesGoOnAfterZAndAfterThreePrimes) {
  const auto name = [](int letter, int variant) { return Section{0, 1, letter, variant, 1000}.Name(); };
  EXPECT_EQ(name(0, 0), "A");
  EXPECT_EQ(name(1, 3), "B'''");
  EXPECT_EQ(name(1, 4), "B(4)");
  EXPECT_EQ(name(25, 0), "Z");
  EXPECT_EQ(name(26, 1), "A1'");
}

}  // namespace
}  // namespace ledgerline::music
