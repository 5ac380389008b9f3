#include "inference/music/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ledgerline::music {
namespace {

using ::testing::HasSubstr;

Score TwoBars() {
  Score score;
  score.tempos = {{0, 250'000}};
  score.parts = {{"Melody", 73, false, {{0, 48, 72, 80}, {48, 48, 76, 80}, {96, 96, 79, 80}}},
                 {"Piano", 0, false, {{0, 96, 48, 80}, {96, 96, 52, 80}}},
                 {"Drums", 0, true, {{0, 24, 36, 80}, {96, 24, 38, 80}}}};
  return score;
}

TEST(RenderScore, SoundsAtItsPeakAndGivesTheSameSamplesTwice) {
  RenderOptions options;
  int last = -1;
  options.progress = [&](int percent) {
    EXPECT_GT(percent, last);
    last = percent;
  };
  const auto first = RenderScore(TwoBars(), options);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(last, 100);
  options.progress = nullptr;
  const auto second = RenderScore(TwoBars(), options);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->samples, second->samples);
  int peak = 0;
  for (const int16_t sample : first->samples) peak = std::max(peak, std::abs(int{sample}));
  EXPECT_NEAR(peak, kRenderPeak, 1);
  // Eight quarters of a quarter second are two seconds; the tail is at most five.
  EXPECT_GE(first->Frames(), static_cast<size_t>(2 * kRenderFramesPerSecond) - 64);
  EXPECT_LE(first->Frames(), static_cast<size_t>(7 * kRenderFramesPerSecond) + 64);
}

TEST(RenderScore, ReachesItsPeakWhicheverWayTheLoudestSamplePoints) {
  int upward = 0, downward = 0;
  for (const int program : {0, 24, 40, 56, 61, 73}) {
    Score score;
    score.parts = {{"", program, false, {{0, 24, 50, 100}}}};
    const auto audio = RenderScore(score, {});
    ASSERT_TRUE(audio.ok());
    const auto [low, high] = std::minmax_element(audio->samples.begin(), audio->samples.end());
    EXPECT_NEAR(std::max(-int{*low}, int{*high}), kRenderPeak, 1) << program;
    ++(-int{*low} > int{*high} ? downward : upward);
  }
  EXPECT_GT(upward, 0);
  EXPECT_GT(downward, 0);
}

TEST(RenderScore, OtherSeedsSoundOtherwiseAndThePlainScoreToo) {
  RenderOptions options;
  const auto first = RenderScore(TwoBars(), options);
  options.expression.seed = 1;
  EXPECT_NE(RenderScore(TwoBars(), options)->samples, first->samples);
  options.expressive = false;
  EXPECT_NE(RenderScore(TwoBars(), options)->samples, first->samples);
}

TEST(RenderScore, EveryNoteIsHeard) {
  Score score;  // one note, a rest of four seconds, one note
  score.tempos = {{0, 1'000'000}};
  score.parts = {{"Piano", 0, false, {{0, 24, 60, 80}, {24 * 5, 24, 60, 80}}}};
  RenderOptions options;
  options.expressive = false;
  const auto audio = RenderScore(score, options);
  ASSERT_TRUE(audio.ok());
  const auto loudest = [&](double from, double to) {
    int peak = 0;
    for (auto f = static_cast<size_t>(from * kRenderFramesPerSecond);
         f < static_cast<size_t>(to * kRenderFramesPerSecond); ++f) {
      peak = std::max(peak, std::abs(int{audio->samples[2 * f]}));
    }
    return peak;
  };
  EXPECT_GT(loudest(0, 0.5), 5000);
  EXPECT_LT(loudest(4, 4.9), 300);
  EXPECT_GT(loudest(5, 5.5), 5000);
}

TEST(RenderScore, RefusesNothingTooLongTooManyAndNoSoundfont) {
  EXPECT_EQ(RenderScore(Score{}, {}).status().code(), StatusCode::kInvalidArgument);
  RenderOptions options;
  options.max_seconds = 1;
  const auto too_long = RenderScore(TwoBars(), options);
  EXPECT_EQ(too_long.status().code(), StatusCode::kOutOfRange);
  EXPECT_THAT(too_long.status().message(), HasSubstr("length 2 s is above 1 s"));
  options = {};
  options.soundfont = "/nowhere/font.sf3";
  const auto no_font = RenderScore(TwoBars(), options);
  EXPECT_EQ(no_font.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(no_font.status().message(), HasSubstr("/nowhere/font.sf3"));
  Score crowd = TwoBars();
  crowd.parts.resize(kMaxRenderParts + 1);
  EXPECT_EQ(RenderScore(crowd, {}).status().code(), StatusCode::kOutOfRange);
}

TEST(WriteWav, WritesWhatWasRendered) {
  const auto audio = RenderScore(TwoBars(), {});
  ASSERT_TRUE(audio.ok());
  const std::string path = (std::filesystem::temp_directory_path() / "ledgerline_render_test.wav").string();
  ASSERT_TRUE(WriteWav(path, *audio).ok());
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(bytes.substr(0, 4), "RIFF");
  ASSERT_EQ(bytes.size(), 44 + 2 * audio->samples.size());
  EXPECT_EQ(static_cast<uint8_t>(bytes[44 + 2000]), static_cast<uint8_t>(audio->samples[1000] & 0xFF));
  std::filesystem::remove(path);
  EXPECT_EQ(WriteWav("/nowhere/x.wav", *audio).code(), StatusCode::kUnavailable);
  EXPECT_EQ(WriteWav(path, {}).code(), StatusCode::kInvalidArgument);
}

TEST(IdentifyRenderer, NamesLibraryAndSoundfont) {
  const auto identity = IdentifyRenderer(kDefaultSoundfont);
  ASSERT_TRUE(identity.ok()) << identity.status().ToString();
  EXPECT_EQ(identity->name, "fluidsynth");
  EXPECT_FALSE(identity->version.empty());
  EXPECT_FALSE(identity->soundfont.IsZero());
  EXPECT_EQ(IdentifyRenderer("/nowhere").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace ledgerline::music
