// Simulated listeners on candidates that the committed model composed of real songs (tests/golden/preference).
#include "tools/bench/preference/listening_test.h"

#include <gtest/gtest.h>

#include "inference/model/model_file.h"

namespace ledgerline::bench {
namespace {

std::vector<Hearing> Golden() {
  const Result<std::string> text = model::ReadFileBytes("tests/golden/preference/hearings.tsv");
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  return ParseHearings(*text).value();
}

TEST(ListeningTestTest, FiguresAreReadAsWritten) {
  const Result<std::string> text = model::ReadFileBytes("tests/golden/preference/hearings.tsv");
  EXPECT_EQ(FormatHearings(ParseHearings(*text).value()), *text);
  EXPECT_EQ(ParseHearings("song\tstyle\tseed\tcandidate\tx\na\tb\t1\t0\tmany\n").status().message(),
            "hearings: line 2 has not the heading's cells");
}

// Nineteen judged pairs, and songs that the listener did not hear: the taste beats a coin for every listener, and the
// generator's ranking for those whose liking it does not hold already.
TEST(ListeningTestTest, TastesForetellChoicesAboutUnheardSongs) {
  const std::vector<Hearing> hearings = Golden();
  double sum = 0, ranking = 0;
  for (const SimulatedListener& listener : SimulatedListeners()) {
    const ListeningResult result = Listen(listener, hearings, 19, 6, 3).value();
    ASSERT_GT(result.pairs, 200);
    EXPECT_GT(result.taste, 0.55) << listener.name;
    if (result.ranking > 0.7) {
      EXPECT_GT(result.taste, 0.75) << listener.name << ": judging must not spoil a ranking that was right";
    } else {
      EXPECT_GT(result.taste, result.ranking + 0.05) << listener.name;
    }
    sum += result.taste;
    ranking += result.ranking;
  }
  const auto count = static_cast<double>(SimulatedListeners().size());
  EXPECT_GT(sum / count, 0.7);
  EXPECT_GT(sum / count, ranking / count + 0.15);
}

TEST(ListeningTestTest, MorePairsTellMore) {
  const std::vector<Hearing> hearings = Golden();
  const SimulatedListener& listener = *FindListener("sparse");
  const double few = Listen(listener, hearings, 4, 10, 3).value().taste;
  const double many = Listen(listener, hearings, 40, 10, 3).value().taste;
  EXPECT_GT(many, few + 0.05);
}

// A listener of no preference teaches nothing: what is foretold of the next one's is a coin's.
TEST(ListeningTestTest, SlipsAloneTeachNothing) {
  int first = 0;
  for (uint64_t draw = 0; draw < 1000; ++draw) first += PrefersFirst(0.0, 9, draw);
  EXPECT_NEAR(first, 500, 60);
  int better = 0;
  for (uint64_t draw = 0; draw < 1000; ++draw) better += PrefersFirst(1.0, 9, draw);
  EXPECT_NEAR(better, 953, 25);
}

}  // namespace
}  // namespace ledgerline::bench
