#include "tools/train/loss_curve.h"

#include <gtest/gtest.h>

namespace ledgerline::learning {
namespace {

TEST(LossCurve, DrawsBothCurvesAndTheBaseline) {
  const Result<std::string> svg = LossCurveSvg("step\ttrain\tvalid\n100\t4.0\t4.2\n200\t3.0\t3.5\n", 3.8);
  ASSERT_TRUE(svg.ok());
  size_t lines = 0;
  for (size_t at = 0; (at = svg->find("<polyline", at)) != std::string::npos; ++at) ++lines;
  EXPECT_EQ(lines, 2u);
  EXPECT_NE(svg->find("n-gram"), std::string::npos);
  EXPECT_NE(svg->find("0 to 200"), std::string::npos);
}

TEST(LossCurve, SaysWhatIsWrongWithALog) {
  EXPECT_EQ(LossCurveSvg("step\tloss\n1\t2\n2\t3\n", 0).status().message(), "the log lacks step, train or valid");
  EXPECT_EQ(LossCurveSvg("step\ttrain\tvalid\n1\t2\t3\n", 0).status().message(), "the log has fewer than two rows");
  EXPECT_EQ(LossCurveSvg("step\ttrain\tvalid\n1\t2\n", 0).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::learning
