// Comparisons with known figures, for the tests of preferences.
#ifndef LEDGERLINE_TESTS_INFERENCE_PREFERENCE_SAMPLE_COMPARISON_H_
#define LEDGERLINE_TESTS_INFERENCE_PREFERENCE_SAMPLE_COMPARISON_H_

#include "inference/preference/comparison.h"

namespace ledgerline::preference {

// Candidates 0 and 3 of request `seed`, judged.
inline Comparison SampleComparison(Figures a, Figures b, Preferred preferred, uint64_t seed = 1) {
  Comparison comparison;
  comparison.origin = "test.example/ledger";
  comparison.entry = 11;
  comparison.model.bytes[0] = 7;
  comparison.engine = "ledgerline-generator/9";
  comparison.kernel = "ledgerline-kernel/1";
  comparison.style = "hymn";
  comparison.seed = seed;
  comparison.parameters = {{"candidates", "6"}, {"title", "A song \"of\" songs"}};
  comparison.conditioning = std::string("\0\x01\xffLLC", 6);
  comparison.typical = TypicalDifferences({a, b});
  comparison.a = {0, std::move(a)};
  comparison.b = {3, std::move(b)};
  comparison.preferred = preferred;
  return comparison;
}

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_TESTS_INFERENCE_PREFERENCE_SAMPLE_COMPARISON_H_
