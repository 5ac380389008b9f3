#include "inference/music/ogg_file.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <cmath>
#include <filesystem>

namespace ledgerline::music {
namespace {

namespace fs = std::filesystem;

class OggFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (fs::temp_directory_path() / "ledgerline-ogg-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    directory_ = form;
  }
  void TearDown() override { fs::remove_all(directory_); }

  // A tone of `hertz` in two channels.
  static PcmAudio Tone(double hertz, int seconds) {
    PcmAudio audio;
    for (int i = 0; i < 44'100 * seconds; ++i) {
      const auto sample = static_cast<int16_t>(12'000 * std::sin(2 * M_PI * hertz * i / 44'100));
      audio.samples.insert(audio.samples.end(), {sample, sample});
    }
    return audio;
  }

  // Root mean square of the file's samples, and how many there are.
  static std::pair<double, int64_t> Read(const fs::path& path, int* rate) {
    SF_INFO info{};
    SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
    if (file == nullptr) return {0, 0};
    std::vector<float> samples(static_cast<size_t>(info.frames * info.channels));
    sf_readf_float(file, samples.data(), info.frames);
    sf_close(file);
    *rate = info.samplerate;
    double sum = 0;
    for (const float sample : samples) sum += static_cast<double>(sample) * sample;
    return {std::sqrt(sum / static_cast<double>(std::max<size_t>(1, samples.size()))), info.frames};
  }

  fs::path directory_;
};

TEST_F(OggFileTest, KeepsAToneAndItsLength) {
  const fs::path path = directory_ / "tone.ogg";
  ASSERT_TRUE(WriteOgg(path, Tone(440, 2), 10).ok());
  int rate = 0;
  const auto [level, frames] = Read(path, &rate);
  EXPECT_EQ(rate, 22'050);
  EXPECT_EQ(frames, 44'100);
  EXPECT_NEAR(level, 12'000 / 32'768.0 / std::sqrt(2.0), 0.03);
}

TEST_F(OggFileTest, WhatTheHalvedRateCannotHoldDoesNotFoldBack) {
  const fs::path path = directory_ / "high.ogg";
  ASSERT_TRUE(WriteOgg(path, Tone(17'000, 1), 10).ok());  // would be heard at 5,050 Hz
  int rate = 0;
  EXPECT_LT(Read(path, &rate).first, 0.02);
}

TEST_F(OggFileTest, IsCutWhereItWasAskedTo) {
  const fs::path path = directory_ / "cut.ogg";
  ASSERT_TRUE(WriteOgg(path, Tone(440, 4), 2).ok());
  int rate = 0;
  EXPECT_EQ(Read(path, &rate).second, 44'100);
}

TEST_F(OggFileTest, RefusesSilenceAndPlacesThatAreNotThere) {
  EXPECT_EQ(WriteOgg(directory_ / "none.ogg", PcmAudio(), 2).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(WriteOgg(directory_ / "no" / "such.ogg", Tone(440, 1), 2).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace ledgerline::music
