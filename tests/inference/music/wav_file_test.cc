#include "inference/music/wav_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace ledgerline::music {
namespace {

class WavFileTest : public testing::Test {
 protected:
  WavFileTest() : path_(testing::TempDir() + "wav_file_test.wav") {}
  ~WavFileTest() override { std::filesystem::remove(path_); }
  std::string path_;
};

TEST_F(WavFileTest, SamplesComeBackBitForBit) {
  PcmAudio audio;
  audio.frames_per_second = 22'050;
  audio.channels = 2;
  for (int i = 0; i < 2000; ++i) audio.samples.push_back(static_cast<int16_t>(i * 7919 % 65536 - 32768));
  ASSERT_TRUE(WriteWav(path_, audio).ok());
  auto read = ReadWav(path_);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->samples, audio.samples);
  EXPECT_EQ(read->frames_per_second, 22'050);
  EXPECT_EQ(read->channels, 2);
}

TEST_F(WavFileTest, RefusesWhatIsNoWav) {
  std::ofstream(path_) << "not a wave at all";
  EXPECT_EQ(ReadWav(path_).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadWav(path_ + ".absent").status().code(), StatusCode::kInvalidArgument);
}

TEST_F(WavFileTest, RefusesSilenceOfNoLengthAndPathsThatCannotBeWritten) {
  EXPECT_EQ(WriteWav(path_, PcmAudio{}).code(), StatusCode::kInvalidArgument);
  PcmAudio audio;
  audio.samples = {1, 2};
  EXPECT_EQ(WriteWav("/nonexistent-directory/x.wav", audio).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace ledgerline::music
