#include "tools/analyse_corpus/stated_metre.h"

#include <fstream>
#include <iterator>

#include "inference/music/smf.h"

namespace ledgerline::music {

Result<Score> ReadQuantised(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  ASSIGN_OR_RETURN(const Score score, ReadSmf(std::string(std::istreambuf_iterator<char>(in), {})));
  return score.Quantised();
}

int KnownMetreOf(const MetreEstimate& metre) {
  for (size_t m = 0; m < kKnownMetres; ++m) {
    if (kMetresKnown[m].numerator == metre.numerator && kMetresKnown[m].denominator == metre.denominator)
      return static_cast<int>(m);
  }
  return -1;
}

std::string MetreName(int numerator, int denominator) {
  return std::to_string(numerator) + "/" + std::to_string(denominator);
}

}  // namespace ledgerline::music
