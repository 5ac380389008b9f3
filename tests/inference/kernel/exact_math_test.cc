#include "inference/kernel/exact_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "crypto/sha256.h"
#include "inference/kernel/rope_table.h"

namespace ledgerline::kernel {
namespace {

TEST(ExactMath, AgreesWithTheLibraryToAFewUlps) {
  for (int i = -69'900; i <= 69'900; i += 7) {
    const double x = i * 0.01;
    EXPECT_NEAR(ExactExp(x) / std::exp(x), 1.0, 2e-15) << x;
  }
  for (int i = 1; i < 20'000; ++i) {
    const double x = i * 0.0137;
    EXPECT_NEAR(ExactLog(x), std::log(x), 4e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
    EXPECT_NEAR(ExactCosine(x), std::cos(x), 4e-16) << x;
    EXPECT_NEAR(ExactSine(x), std::sin(x), 4e-16) << x;
  }
  EXPECT_EQ(ExactExp(0), 1.0);
  EXPECT_EQ(ExactLog(1), 0.0);
  EXPECT_EQ(ExactCosine(0), 1.0);
  EXPECT_EQ(ExactSine(0), 0.0);
  EXPECT_EQ(ExactExp(-1e9), ExactExp(-700));
}

TEST(RopeTable, HoldsItsBits) {
  const RopeTable table = MakeRopeTable(1536, 32);
  auto hash = [](const AlignedArray<float>& values) {
    return crypto::Sha256(std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * 4)).ToHex();
  };
  EXPECT_EQ(hash(table.cosines), "248261c25d38ee63620cfa5b5ea813b893f779774aa27227296d2a7af4e986b3");
  EXPECT_EQ(hash(table.sines), "fa59a9ec6af6d097cdcefc1427d37981198393181e4e5ea1e94d9dea1db75d17");
  for (const size_t t : {0, 1, 777, 1535}) {
    for (const size_t i : {0, 1, 13, 31}) {
      const double angle = static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(i) / 32);
      EXPECT_NEAR(table.cosines[t * 32 + i], std::cos(angle), 6e-8);
      EXPECT_NEAR(table.sines[t * 32 + i], std::sin(angle), 6e-8);
    }
  }
}

}  // namespace
}  // namespace ledgerline::kernel
