#include "inference/chorales/chorale_ngram.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/chorales/sample_chorales.h"

namespace ledgerline::chorales {
namespace {

double Sum(const ChoraleNgram& ngram, size_t voice, const VoiceRow& row) {
  double sum = 0;
  for (int symbol = 0; symbol < kSymbols; ++symbol) sum += ngram.Probability(voice, row, symbol);
  return sum;
}

TEST(ChoraleNgram, ItsDistributionsSumToOne) {
  ChoraleNgram ngram;
  ngram.Train({Cadences(0, 200), Cadences(2, 200)});
  for (const ChoraleRow& row : EncodeChorale(Cadences(1, 60))) {
    for (size_t v = 0; v < kVoices; ++v) ASSERT_NEAR(Sum(ngram, v, row.voices[v]), 1.0, 1e-9);
  }
  // Leaps that would leave the alphabet are lost: the sum is below one, and the loss too high rather than too low.
  ngram.Train({RandomChorale(1, 200), RandomChorale(2, 200)});
  for (const ChoraleRow& row : EncodeChorale(RandomChorale(3, 60))) {
    for (size_t v = 0; v < kVoices; ++v) {
      const double sum = Sum(ngram, v, row.voices[v]);
      ASSERT_LE(sum, 1.0 + 1e-9);
      ASSERT_GT(sum, 0.5);
    }
  }
}

TEST(ChoraleNgram, LearnsAPatternInOneKeyAndKnowsItInAnother) {
  ChoraleNgram ngram;
  EXPECT_NEAR(ngram.Evaluate({Cadences(0, 64)}).Total(), std::log(65.0), 1e-9);
  ngram.Train({Cadences(0, 256)});
  EXPECT_LT(ngram.Evaluate({Cadences(5, 256)}).Total(), 0.15);
  EXPECT_EQ(ngram.Evaluate({Cadences(5, 256)}).notes(), 1024);
  EXPECT_GT(ngram.Evaluate({RandomChorale(1, 256)}).Total(), 1.0);
}

}  // namespace
}  // namespace ledgerline::chorales
